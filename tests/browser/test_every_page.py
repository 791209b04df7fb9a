"""Every page and state in both themes and at three widths: accessible, nothing cut off, nothing on top of another."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import THEMES, WIDTHS, accessibility_faults, layout_faults, layout_shift
from browser.looks import Looks
from browser.page_actions import build_parts, is_soon
from browser.server import System, eventually
from playwright.async_api import Locator, Page, Route, ViewportSize, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PICTURES = Path(__file__).parent / "golden"
LONG_NAME = "Harbour road, camera 3, northbound 2026-06-01 07-00-00"
MOST_SHIFT = 0.05
MOST_TABS = 150
MOST_SCRIPT_BYTES = 150_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counted(system: System, clips: Clips) -> AsyncIterator[str]:
    """A video with a gate and finished results."""
    async with system.video(clips.three_seconds, LONG_NAME) as video_id:
        gate = {"name": "Stop line", "points": [[0.1, 0.5], [0.9, 0.5]], "forward_name": "into town"}
        assert (await system.http.post(f"/api/videos/{video_id}/gates", json=gate)).status_code == 201
        await system.http.post(f"/api/videos/{video_id}/analysis")
        results = f"/api/videos/{video_id}/results"
        while (await system.get(results))["counted_with"] is None:  # noqa: ASYNC110 nobody tells this client of a recount
            await asyncio.sleep(0.05)
        yield video_id


Show = Callable[[Page, str], Awaitable[None]]


async def show_list(page: Page, video_id: str) -> None:
    await page.goto("/")
    await expect(page.get_by_test_id("video-card")).to_have_count(1)
    await is_soon(page.get_by_test_id("connection"), "data-status", "open")


async def show_nothing_found(page: Page, video_id: str) -> None:
    await show_list(page, video_id)
    await page.get_by_test_id("search").fill("no such name")
    await expect(page.get_by_test_id("clear-view")).to_be_visible()


async def show_failed_list(page: Page, video_id: str) -> None:
    await page.route(re.compile("/api/video(s|-count)\\?"), lambda route: route.abort())
    await page.goto("/")
    await expect(page.get_by_role("heading", name="could not be loaded")).to_be_visible()


async def show_deletion(page: Page, video_id: str) -> None:
    await show_list(page, video_id)
    await page.get_by_test_id("delete-video").click()
    await expect(page.get_by_test_id("delete-dialog")).to_be_visible()


async def show_refused_address(page: Page, video_id: str) -> None:
    """Of an installation that fetches nothing, as by default."""
    await show_list(page, video_id)
    await page.get_by_test_id("from-address").click()
    await page.get_by_test_id("download-url").fill("http://127.0.0.1/a.mp4")
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("form-problem")).to_contain_text("No host is allowed")


async def show_results(page: Page, video_id: str) -> None:
    await page.goto(f"/videos/{video_id}")
    await build_parts(page)
    await expect(page.get_by_test_id("counts-total")).to_be_visible()
    await expect(page.get_by_test_id("edit-places")).to_be_enabled()
    await is_soon(page.get_by_test_id("player-canvas"), "data-showing", "thumbnail")


async def show_editor(page: Page, video_id: str) -> None:
    await show_results(page, video_id)
    await page.get_by_test_id("edit-places").click()
    await page.get_by_test_id("edit-item").filter(has_text="Stop line").click()
    await expect(page.get_by_test_id("forward-name")).to_have_value("into town")


async def show_scale(page: Page, video_id: str) -> None:
    await show_results(page, video_id)
    await page.get_by_test_id("edit-places").click()
    await page.get_by_test_id("edit-scale").click()
    await expect(page.get_by_test_id("scale-corner")).to_have_count(4)


async def show_wall(page: Page, video_id: str) -> None:
    await page.goto(f"/wall?videos={video_id}")
    await expect(page.get_by_test_id("tile-start")).to_be_enabled()
    await is_soon(page.get_by_test_id("tile-canvas"), "data-showing", "thumbnail")


async def show_empty_wall(page: Page, video_id: str) -> None:
    await page.goto("/wall")
    await expect(page.get_by_role("heading", name="No videos on the wall")).to_be_visible()


async def show_missing_video(page: Page, video_id: str) -> None:
    await page.goto("/videos/gone")
    await expect(page.get_by_role("heading", name="does not exist")).to_be_visible()


async def show_unknown_page(page: Page, video_id: str) -> None:
    await page.goto("/nothing")
    await expect(page.get_by_role("heading", name="Page not found")).to_be_visible()


STATES: tuple[Show, ...] = (
    show_list,
    show_nothing_found,
    show_failed_list,
    show_deletion,
    show_refused_address,
    show_results,
    show_editor,
    show_scale,
    show_wall,
    show_empty_wall,
    show_missing_video,
    show_unknown_page,
)


@pytest.mark.parametrize("show", STATES, ids=lambda show: show.__name__.removeprefix("show_"))
async def test_a_page_is_accessible_in_both_themes_and_fits_every_width(
    page: Page, system: System, counted: str, show: Show
) -> None:
    await show(page, counted)
    faults: list[str] = []
    for name, (width, height) in WIDTHS.items():
        await page.set_viewport_size(ViewportSize(width=width, height=height))
        faults += [f"{name}: {fault}" for fault in await layout_faults(page)]
    faults += await accessibility_faults(page)
    await page.emulate_media(color_scheme="dark")  # light is what a browser says that says nothing
    faults += [f"dark: {fault}" for fault in await accessibility_faults(page, only="color-contrast")]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("show", STATES, ids=lambda show: show.__name__.removeprefix("show_"))
async def test_a_page_looks_as_its_stored_pictures(page: Page, system: System, counted: str, show: Show) -> None:
    looks, state = Looks(PICTURES), show.__name__.removeprefix("show_").replace("_", "-")
    faults: list[str] = []
    async with looks.stopped_time(page):
        await show(page, counted)
        await looks.require_fonts(page)
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme)
            for name, (width, height) in WIDTHS.items():
                await page.set_viewport_size(ViewportSize(width=width, height=height))
                faults += await looks.faults(page, f"{state}-{name}-{theme}")
    assert not faults, "\n".join(faults)


async def test_without_a_video_the_list_offers_the_upload(page: Page, system: System) -> None:
    """As in a new installation."""
    nothing = {"items": [], "next_cursor": None, "count": 0}  # the list, and how long it is
    await page.route(re.compile("/api/video(s|-count)\\?"), lambda route: route.fulfill(json=nothing))
    await page.goto("/")
    await expect(page.get_by_test_id("first-upload")).to_be_visible()
    assert await layout_faults(page) == []
    assert await accessibility_faults(page) == []


async def test_a_visit_begins_with_few_scripts(system: System) -> None:
    """Those of the start, and of the page that is opened."""
    index = (await system.http.get("/")).text
    start = re.findall(r'(?:src|href)="(/assets/[^"]+\.js)"', index)
    pages = {page: files.split() for page, files in re.findall(r'data-(list|video)="([^"]+)"', index)}
    assert start
    assert set(pages) == {"list", "video"}
    for page, files in pages.items():
        sizes = {script: len(gzip.compress((await system.http.get(script)).content)) for script in [*start, *files]}
        assert sum(sizes.values()) < MOST_SCRIPT_BYTES, (page, sizes)


async def show_top(page: Page, video_id: str) -> None:
    """Without the parts below, which are not built yet: a jump to their places does move what is there."""
    await page.goto(f"/videos/{video_id}")
    await expect(page.get_by_test_id("total_vehicles_count")).to_be_visible()
    await expect(page.get_by_test_id("edit-places")).to_be_enabled()


@pytest.mark.parametrize("show", [show_list, show_top], ids=["list", "video"])
async def test_nothing_moves_by_itself_on_a_phone(page: Page, counted: str, show: Show) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await show(page, counted)
    assert await layout_shift(page) < MOST_SHIFT


async def test_nothing_moves_on_a_phone_while_answers_are_awaited(page: Page, counted: str) -> None:
    video, results = asyncio.Event(), asyncio.Event()

    async def answer_late(route: Route) -> None:
        await (video if route.request.url.endswith(counted) else results).wait()
        await route.continue_()

    await page.route(re.compile(f"/api/videos/{counted}"), answer_late)
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"/videos/{counted}", wait_until="commit")
    await expect(page.get_by_test_id("awaited")).to_be_visible()
    await expect(page.get_by_test_id("picture")).to_be_hidden()
    video.set()
    await expect(page.get_by_test_id("picture")).to_be_visible()
    results.set()
    await expect(page.get_by_test_id("total_vehicles_count")).to_be_visible()
    await expect(page.get_by_test_id("edit-places")).to_be_enabled()
    assert await layout_shift(page) < MOST_SHIFT


LATER = {"file", "vehicles", "evidence", "results", "neighbours", "thumbnail"}


async def test_what_is_not_seen_first_is_requested_when_the_page_has_been_painted(page: Page, counted: str) -> None:
    site = asyncio.Event()
    requested: set[str] = set()
    page.on("request", lambda request: requested.add(urlsplit(request.url).path.rpartition("/")[2]))

    async def answer_late(route: Route) -> None:
        await site.wait()
        await route.continue_()

    await page.route(re.compile(f"/api/videos/{counted}/site"), answer_late)
    await page.goto(f"/videos/{counted}", wait_until="commit")
    # Drawn, but not visible while it is not known what lies on the picture.
    await expect(page.get_by_test_id("total_vehicles_count")).to_have_text(re.compile("[0-9]"))
    assert requested & LATER == set()
    site.set()
    await eventually(lambda: requested >= LATER, "the requests for the rest of the page")


WITHOUT_LONG_TIMERS = """
(() => {
  const begin = setTimeout;
  window.setTimeout = (act, ms = 0, ...values) => (ms < 10000 ? begin(act, ms, ...values) : 0);
})()
"""
"""What is only built after a while is not built at all."""


async def scroll(page: Page) -> None:
    await build_parts(page)


async def press_a_key(page: Page) -> None:
    await page.keyboard.press("Shift")


@pytest.mark.parametrize("act", [scroll, press_a_key], ids=lambda act: act.__name__)
async def test_what_is_far_below_the_picture_is_built_when_it_is_needed(
    page: Page, counted: str, act: Callable[[Page], Awaitable[None]]
) -> None:
    await page.add_init_script(WITHOUT_LONG_TIMERS)
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"/videos/{counted}")
    await expect(page.get_by_test_id("total_vehicles_count")).to_be_visible()
    await page.evaluate("new Promise((resume) => requestIdleCallback(() => requestIdleCallback(resume)))")
    for part in ("alerts", "vehicles-table"):
        await expect(page.get_by_test_id(part)).to_have_count(0)
    await act(page)
    for part in ("chart", "counts-total", "alerts", "vehicles-table"):
        await expect(page.get_by_test_id(part)).to_be_attached()


async def test_the_main_job_is_done_with_the_keyboard_alone(page: Page, system: System, clips: Clips) -> None:
    await page.goto("/")
    async with page.expect_file_chooser() as opened:
        await press(page, page.get_by_test_id("upload-button"))
    await (await opened.value).set_files(clips.three_seconds)
    link = page.get_by_test_id("video-card").filter(has_text=clips.three_seconds.stem).locator(".card-link")
    await press(page, link)
    await expect(page).to_have_url(re.compile("/videos/"))
    video_id = page.url.rpartition("/")[2]
    try:
        await expect(page.get_by_test_id("edit-places")).to_be_enabled()
        await press(page, page.get_by_test_id("edit-places"))
        await press(page, page.get_by_test_id("add-zone"))
        for _ in range(4):
            await press(page, page.get_by_test_id("add-point"))
        await tab_to(page, page.get_by_role("button", name="Point 1 of 4 of Zone 1"))
        await page.keyboard.press("Shift+ArrowLeft")
        await press(page, page.get_by_test_id("save-places"))
        await expect(page.get_by_test_id("place").filter(has_text="Zone 1")).to_be_visible()

        await press(page, page.get_by_test_id("start-stream"))
        await is_soon(page.get_by_test_id("source"), "data-source", "sql")
        moment = page.get_by_test_id("vehicles-table").locator(".moment-link").first
        await press(page, moment)
        await expect(page.get_by_test_id("recording")).to_be_visible()
        async with page.expect_download() as downloading:
            await press(page, page.get_by_test_id("counts-xlsx"))
        assert (await downloading.value).suggested_filename.endswith(".xlsx")
    finally:
        await system.http.delete(f"/api/videos/{video_id}")


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    await target.wait_for()
    for _ in range(MOST_TABS):
        if await target.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"not reached with Tab: {target}")


async def press(page: Page, target: Locator) -> None:
    await tab_to(page, target)
    await page.keyboard.press("Enter")


async def test_another_language_is_chosen_and_kept_and_fits_a_phone(page: Page, counted: str) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await page.set_viewport_size({"width": 360, "height": 740})
    await show_list(page, counted)
    await page.get_by_test_id("language").select_option("de")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_test_id("badge")).to_have_text("Fertig")
    assert len(sockets) == 1, "the connection is kept"
    faults: list[str] = []
    for show in (show_list, show_results, show_editor, show_wall):
        await show(page, counted)
        faults += [f"{show.__name__}: {fault}" for fault in await layout_faults(page)]
    await expect(page.get_by_test_id("start-all")).to_have_text("Alle starten")
    assert not faults, "\n".join(faults)


async def test_a_theme_is_chosen_and_kept_and_there_before_the_scripts(page: Page, counted: str) -> None:
    async def paper() -> str:
        return str(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    await show_list(page, counted)
    light = await paper()
    await page.emulate_media(color_scheme="dark")
    dark = await paper()
    assert dark != light
    theme = page.get_by_test_id("theme")
    await theme.select_option("light")
    assert await paper() == light
    await page.route(re.compile(r"/assets/.*\.js"), lambda route: route.abort())
    await page.reload()
    await expect(page.locator(".brand")).to_be_visible()
    assert await paper() == light
    await page.unroute_all()
    await page.reload()
    await expect(theme).to_have_value("light")
    await theme.select_option("system")
    assert await paper() == dark


async def test_a_wall_has_a_connection_with_one_subscription_for_each_video(
    page: Page, system: System, clips: Clips
) -> None:
    subscribed: list[list[str]] = []

    def listen(socket: object) -> None:
        sent: list[str] = []
        subscribed.append(sent)
        socket.on("framesent", lambda payload: sent.append(str(payload)) if "subscribe" in str(payload) else None)  # type: ignore[attr-defined]  # of playwright

    page.on("websocket", listen)
    walls = list(clips.walls.values())
    async with system.video(walls[0], "left") as left, system.video(walls[1], "right") as right:
        await page.goto("/wall")
        for video_id in (left, right):
            await page.get_by_test_id("add-to-wall").select_option(video_id)
        tiles = page.get_by_test_id("wall-tile")
        await expect(tiles).to_have_count(2)
        await expect(page).to_have_url(re.compile(rf"/wall\?videos={left},{right}$"))
        await expect(tiles.get_by_test_id("tile-start").nth(1)).to_be_enabled()
        await is_soon(page.get_by_test_id("connection"), "data-status", "open")
        await page.get_by_test_id("start-all").click()
        for tile in await tiles.all():
            await is_soon(tile.get_by_test_id("tile-canvas"), "data-showing", "stream")
            await expect(tile.get_by_test_id("tile-numbers")).to_contain_text("vehicle")
        videos = [
            {video_id for video_id in (left, right) if any(video_id in each for each in sent)} for sent in subscribed
        ]
        assert sorted(map(len, videos)) == [0, 1, 1], "one connection of the page, and one for each tile"
        assert all(len(sent) <= 1 for sent in subscribed)

        await page.reload()  # the address is the wall
        await expect(tiles).to_have_count(2)
        await tiles.first.get_by_test_id("tile-remove").click()
        await expect(tiles).to_have_count(1)
        await expect(page).to_have_url(re.compile(rf"/wall\?videos={right}$"))
        await page.get_by_role("link", name="Videos", exact=True).click()
        await eventually(lambda: system.metric("gateway", "onwatch_gateway_videos_wanted") == 0, "demand back to zero")


async def test_speeds_are_measured_from_a_rectangle_and_zones_copied_from_another_video(
    page: Page, system: System, clips: Clips, counted: str
) -> None:
    async with system.video(clips.three_seconds, "measured") as video_id:
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("edit-places").click()
        await page.get_by_test_id("copy-from").select_option(counted)
        await expect(page.get_by_test_id("edit-item").filter(has_text="Stop line")).to_be_visible()
        await page.get_by_test_id("edit-scale").click()
        await page.get_by_test_id("side-a").fill("4")
        await page.get_by_test_id("side-b").fill("15")
        fit = page.get_by_test_id("scale-fit")
        await expect(fit).to_contain_text("a line every 2 m")
        corner = page.get_by_test_id("scale-corner").first
        await corner.focus()
        for _ in range(4):
            await page.keyboard.press("Shift+ArrowLeft")
        await is_soon(fit, "data-tone", "warn")
        for _ in range(4):
            await page.keyboard.press("Control+z")
        await is_soon(fit, "data-tone", "calm")
        await page.get_by_test_id("side-b").fill("0")
        await expect(page.get_by_test_id("side-b")).to_have_attribute("aria-invalid", "true")
        await page.get_by_test_id("save-places").click()
        await expect(page.get_by_test_id("toast").last).to_contain_text("Saved.")
        site = await system.get(f"/api/videos/{video_id}/site")
        assert [gate["name"] for gate in site["gates"]] == ["Stop line"]
        assert site["calibration"]["side_lengths_m"] == [4, 15, 4, 15]
        assert "calibrat" not in (await page.content()).lower()


async def test_only_chosen_types_count_in_a_zone(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.three_seconds, "typed") as video_id:
        zone = {"name": "Lane", "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]}
        assert (await system.http.post(f"/api/videos/{video_id}/zones", json=zone)).status_code == 201
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("edit-places").click()
        await page.get_by_test_id("edit-item").filter(has_text="Lane").click()
        types = page.get_by_test_id("place-types").get_by_role("checkbox")
        for box in await types.all():
            await expect(box).to_be_checked()
            await box.press("Space")
        await expect(page.get_by_test_id("edit-hint")).to_contain_text("At least one type has to count.")
        await page.get_by_test_id("place-types").get_by_role("checkbox", name="Trucks").press("Space")
        await page.get_by_test_id("language").select_option("de")  # would open the page anew
        await expect(page.get_by_test_id("toast")).to_contain_text("Save or cancel your changes first")
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await page.get_by_test_id("save-places").click()
        await expect(page.get_by_test_id("toast").last).to_contain_text("Saved.")
        _, lane = (await system.get(f"/api/videos/{video_id}/zones"))["items"]
        assert lane["vehicle_types"] == ["truck"]
