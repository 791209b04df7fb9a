"""The page in a real Chromium, on the whole system in this process, on the real clock."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, WebSocket, expect

from onwatch.all_in_one import Onwatch, build
from onwatch.configuration import configure
from onwatch_contracts.values import VehicleType
from onwatch_runtime.process.service import HttpServer, http_server
from onwatch_testkit.blob_engine import BlobEngine, Drive, write_blob_clip
from onwatch_testkit.system import ROI, Watcher, write_clip
from onwatch_testkit.websocket import connect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_S = 10.0  # for what takes well under a second on an idle machine
WATCHDOG_S = 3.0
SWITCHES = 200

RED, BLUE = "red", "blue"
WALLS = {RED: VehicleType.CAR, BLUE: VehicleType.BUS}
LONG_CLIP_S = 120

# Notes everything that appears on the player's canvas, with the address it appeared at and the colour of the wall.
RECORDER = """
() => {
  window.drawn = [];
  const canvas = document.querySelector('[data-testid=player-canvas]');
  const colour = () => {
    const [red, , blue, alpha] = canvas.getContext('2d').getImageData(20, 60, 1, 1).data;
    return alpha === 0 ? 'blank' : red - blue > 60 ? 'red' : blue - red > 60 ? 'blue' : 'other';
  };
  const note = () => {
    const { videoId, frameNumber, showing } = canvas.dataset;
    window.drawn.push([location.pathname, videoId, showing, frameNumber, colour()]);
  };
  new MutationObserver(note).observe(canvas, { attributes: true });
}
"""


@dataclass
class Clips:
    three_seconds: Path
    walls: dict[str, Path]
    """By colour: a wall of that colour covers the left of every picture."""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    folder = tmp_path_factory.mktemp("browser")
    write_clip(folder / "three.mp4")
    walls = {colour: folder / f"{colour}.mp4" for colour in WALLS}
    for colour, path in walls.items():
        wall = Drive(WALLS[colour], left=0, first_frame=0, pixels_per_frame=200, width=40, height=10**6)
        passing = [Drive(VehicleType.TRUCK, 100, first, 4) for first in range(0, LONG_CLIP_S * 25, 40)]
        write_blob_clip(path, [wall, *passing], frames=LONG_CLIP_S * 25, keyframe_every=25)
    return Clips(folder / "three.mp4", walls)


class Door:
    """The HTTP server in front of everything; it may be closed and opened again at the same address."""

    def __init__(self, onwatch: Onwatch) -> None:
        self._onwatch = onwatch
        self._port = 0
        self._open: tuple[HttpServer, socket.socket, asyncio.Task[None]] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        listening = socket.create_server(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        server = http_server(self._onwatch.app, "127.0.0.1", self._port)
        self._open = server, listening, asyncio.create_task(server.serve([listening]), name="door")

    async def close(self) -> None:
        if self._open is not None:
            server, listening, serving = self._open
            self._open = None
            server.should_exit = True
            await serving
            listening.close()


@dataclass
class System:
    """Onwatch behind a real port, and a client that uses it as other programs do."""

    onwatch: Onwatch
    engine: BlobEngine
    door: Door
    http: httpx.AsyncClient

    async def upload(self, clip: Path, name: str) -> str:
        content = await asyncio.to_thread(clip.read_bytes)
        answer = await self.http.post(
            "/api/videos", files={"file": (clip.name, content, "video/mp4")}, data={"name": name}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def get(self, path: str) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @asynccontextmanager
    async def video(self, clip: Path, name: str) -> AsyncIterator[str]:
        """A video for as long as it is needed."""
        video_id = await self.upload(clip, name)
        try:
            yield video_id
        finally:
            await self.http.delete(f"/api/videos/{video_id}")

    @asynccontextmanager
    async def watched_by_another(self, video_id: str) -> AsyncIterator[Watcher]:
        """Another viewer keeps the video running."""
        async with connect(self.onwatch.app, "/ws") as viewer:
            watcher = Watcher(viewer)
            await watcher.say("subscribe", video_id)
            await watcher.say("start", video_id)
            await eventually(lambda: bool(watcher.look().frames), f"frames of {video_id}")
            yield watcher

    def counted(self, service: str, name: str) -> float:
        value = getattr(self.onwatch, service).registry.get_sample_value(name)
        assert value is not None, name
        return float(value)

    async def at_rest(self) -> None:
        """Nothing of the test before is still at work."""
        await eventually(lambda: self.counted("gateway", "onwatch_gateway_videos_wanted") == 0, "demand back to zero")
        await eventually(lambda: self.counted("detector", "onwatch_detector_runs_active") == 0, "the detector to stop")


async def eventually(condition: Callable[[], bool], what: str, limit_s: float = PATIENCE_S) -> None:
    """Look until it is so; the clock is the real one."""
    try:
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 the real clock, and instruments that tell nobody
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited {limit_s:g} s for {what}") from None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    engine = BlobEngine()
    onwatch = build(configure(tmp_path_factory.mktemp("data"), environ={}), open_engine=lambda: engine)
    door = Door(onwatch)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(onwatch.running())
        await door.open()
        stack.push_async_callback(door.close)
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=door.address, timeout=PATIENCE_S))
        yield System(onwatch, engine, door, http)


@pytest_asyncio.fixture(loop_scope="module")
async def context(chromium: Browser, system: System) -> AsyncIterator[BrowserContext]:
    await system.at_rest()
    async with await chromium.new_context(base_url=system.door.address, viewport={"width": 1280, "height": 900}) as own:
        own.set_default_timeout(PATIENCE_S * 1000)
        yield own


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A new page; it must not have complained when the test is over."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


# --- what a viewer sees and does


def canvas(page: Page) -> Locator:
    return page.get_by_test_id("player-canvas")


def start_button(page: Page) -> Locator:
    return page.get_by_test_id("start-stream")


def line(page: Page) -> Locator:
    return page.get_by_test_id("stream-line")


def card(page: Page, name: str) -> Locator:
    return page.get_by_test_id("video-card").filter(has_text=name)


async def is_soon(locator: Locator, attribute: str, value: str, limit_s: float = PATIENCE_S) -> None:
    await expect(locator).to_have_attribute(attribute, value, timeout=limit_s * 1000)


async def press_start(page: Page) -> None:
    """From the thumbnail to a moving picture."""
    await start_button(page).click()
    await is_soon(canvas(page), "data-showing", "stream")
    await is_soon(start_button(page), "data-state", "streaming")
    await draws(page, 5)


async def draws(page: Page, frames: int) -> None:
    """That many more frames appear."""
    before = int(await canvas(page).get_attribute("data-frames-drawn") or 0)
    for _ in range(frames):
        await expect(canvas(page)).not_to_have_attribute("data-frames-drawn", str(before))
        before = int(await canvas(page).get_attribute("data-frames-drawn") or 0)


async def mark(page: Page) -> None:
    """A mark that a reload would wipe out."""
    await page.evaluate("window.marked = true")


async def assert_not_reloaded(page: Page) -> None:
    assert await page.evaluate("window.marked"), "the page was loaded anew"


async def shown_numbers(page: Page) -> dict[str, Any]:
    """What the page says, in the words of the API."""
    shown: dict[str, Any] = {
        name: int(await page.get_by_test_id(name).inner_text())
        for name in ("total_vehicles_count", "current_vehicles_count", "visits_count")
    }
    bars = page.get_by_test_id("vehicle_type").locator("li")
    shown["vehicle_type"] = {
        await bar.get_attribute("data-type"): int(await bar.get_attribute("data-count") or 0)
        for bar in await bars.all()
    }
    shown["dwell"] = re.findall(r"[\d.]+", await page.get_by_test_id("vehicle_dwell_time").inner_text())
    return shown


async def shown_vehicles(page: Page) -> list[list[str]]:
    rows = page.get_by_test_id("vehicles-table").locator("tbody tr")
    return [[cell.strip() for cell in await row.locator("td").all_inner_texts()] for row in await rows.all()]


def row_of(visit: dict[str, Any]) -> list[str]:
    """A row of the table, written from the API's answer."""
    how = {"left": "Left the region", "track_lost": "Lost from sight", "end_of_video": "End of video"}
    star = " *" if visit["born_inside"] else ""
    return [
        str(visit["vehicle_id"]),
        str(visit["visit_no"]),
        visit["vehicle_type"],
        f"{visit['entered_at_s']:.1f} s{star}",
        f"{visit['left_at_s']:.1f} s",
        f"{visit['vehicle_dwell_time_s']:.1f} s",
        how[visit["exit_reason"]],
    ]


# --- the main job


async def test_the_main_job_from_upload_to_exact_numbers_without_a_reload(
    page: Page, system: System, clips: Clips
) -> None:
    await page.goto("/")
    await mark(page)
    await page.evaluate(
        """() => {
          window.bars = 0;
          new MutationObserver(() => { window.bars += document.querySelectorAll('.upload progress').length; })
            .observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )
    await page.get_by_test_id("upload-input").set_input_files(clips.three_seconds)
    await is_soon(page.get_by_test_id("upload"), "data-status", "done")
    assert await page.evaluate("window.bars") > 0, "no progress was shown"
    await expect(card(page, "three")).to_be_visible()
    video_id = await card(page, "three").get_attribute("data-video-id")
    assert (await system.http.patch(f"/api/videos/{video_id}", json={"roi": ROI, "anchor": "center"})).is_success

    await card(page, "three").get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/videos/{video_id}$"))
    await is_soon(canvas(page), "data-showing", "thumbnail")
    await is_soon(start_button(page), "data-state", "ready")
    await expect(page.get_by_test_id("demo-banner")).to_have_count(0)
    await expect(page.get_by_test_id("coverage")).to_have_text("Nothing analysed yet")
    await press_start(page)
    await expect(page.get_by_test_id("total_vehicles_count")).not_to_have_text("0")
    await is_soon(page.get_by_test_id("source"), "data-source", "redis")

    await is_soon(page.get_by_test_id("source"), "data-source", "sql", 15)
    await is_soon(start_button(page), "data-state", "ready")
    await is_soon(canvas(page), "data-showing", "thumbnail")
    await expect(line(page)).to_contain_text("Finished")
    metrics = await system.get(f"/api/videos/{video_id}/metrics")
    assert (metrics["source"], metrics["total_vehicles_count"]) == ("sql", 3)
    dwell = metrics["vehicle_dwell_time"]
    assert await shown_numbers(page) == {
        **{name: metrics[name] for name in ("total_vehicles_count", "current_vehicles_count", "visits_count")},
        "vehicle_type": metrics["vehicle_type"],
        "dwell": [f"{dwell['mean_s']:.1f}", f"{dwell['max_s']:.1f}"],
    }
    vehicles = (await system.get(f"/api/videos/{video_id}/vehicles"))["items"]
    await expect(page.get_by_test_id("vehicles-table").locator("tbody tr")).to_have_count(len(vehicles))
    await expect(page.get_by_test_id("vehicles-table").locator(".inside-mark")).to_have_count(0)
    assert await shown_vehicles(page) == [row_of(visit) for visit in vehicles]
    await expect(page.locator(".facts .badge")).to_have_text("Finished")
    await assert_not_reloaded(page)
    await system.http.delete(f"/api/videos/{video_id}")


async def test_two_hundred_quick_switches_never_show_the_wrong_video_and_leave_no_demand(
    page: Page, system: System, clips: Clips
) -> None:
    opened: list[WebSocket] = []
    page.on("websocket", lambda socket: opened.append(socket))
    async with AsyncExitStack() as stack:
        colours = {
            await stack.enter_async_context(system.video(clips.walls[colour], f"the {colour} one")): colour
            for colour in WALLS
        }
        one, other = colours
        async with system.watched_by_another(one) as first, system.watched_by_another(other) as second:
            await page.goto(f"/videos/{one}")
            await press_start(page)
            await page.evaluate(RECORDER)
            # By the page's own links and button, from inside the page: quicker than any hand.
            await page.evaluate(
                """async ([ids, switches]) => {
                  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
                  const shown = () => window.drawn.filter(([, , showing, number]) => showing === 'stream' && number)
                    .length;
                  const find = (id) => document.querySelector(`[data-testid=switch-video][data-video-id="${id}"]`);
                  for (let number = 1; number <= switches; number++) {
                    find(ids[number % 2]).click();
                    if (number % 3) document.querySelector('[data-testid=start-stream]').click();
                    // Mostly before the first frame, now and then amid frames, of either video.
                    await pause(10 + (number * 37) % 51);
                    if (number % 7 === 0 && number % 3) {
                      const before = shown(), deadline = performance.now() + 60_000;
                      while (shown() < before + 3) {
                        if (performance.now() > deadline) throw new Error(`no frames after switch ${number}`);
                        await pause(10);
                      }
                    }
                  }
                }""",
                [[one, other], SWITCHES],
            )
            await expect(page).to_have_url(re.compile(f"/videos/{one}$"))
            await draws(page, 3)
            assert first.look().frames, "the other viewers had frames all the time"
            assert second.look().frames
            drawn = await page.evaluate("window.drawn")
            assert sum(1 for *_, showing, number, _ in drawn if showing == "stream" and number) > 50
            assert {video_id for _, video_id, showing, *_ in drawn if showing == "stream"} == {one, other}
            for path, video_id, showing, number, colour in drawn:
                said = f"{showing} {number} of {video_id} ({colour}) at {path}"
                assert video_id in colours, said
                if showing == "stream":
                    assert path == f"/videos/{video_id}", f"a frame of another video: {said}"
                assert colour in ("blank", colours[video_id]) or (number in ("", "0")), f"another picture: {said}"
                assert colour not in {RED, BLUE} - {colours[video_id]}, f"another picture: {said}"
            assert [each.is_closed() for each in opened] == [False], "one connection, and the same one"
            assert system.counted("gateway", "onwatch_gateway_videos_wanted") == 2
            await page.close()
        await eventually(lambda: system.counted("gateway", "onwatch_gateway_videos_wanted") == 0, "demand back to zero")
        await eventually(lambda: system.counted("gateway", "onwatch_gateway_viewers") == 0, "the connections to end")


# --- when it does not go well


async def test_a_stream_that_stalls_gives_the_thumbnail_back_and_says_why(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.walls[RED], "stalling") as video_id:
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        clock = asyncio.get_running_loop()
        system.engine.flowing.clear()
        try:
            stopped_at = clock.time()
            await is_soon(canvas(page), "data-showing", "thumbnail")
            waited_s = clock.time() - stopped_at
            assert WATCHDOG_S - 0.5 <= waited_s <= WATCHDOG_S + 1.5
            await is_soon(start_button(page), "data-state", "ready")
            await expect(start_button(page)).to_be_enabled()
            await expect(line(page)).to_contain_text("The detector stopped answering")
            await is_soon(line(page), "data-tone", "bad")
        finally:
            system.engine.flowing.set()
        await press_start(page)
        await expect(line(page)).to_contain_text("Live")


async def test_a_start_that_no_detector_answers_says_so_after_three_seconds(
    page: Page, system: System, clips: Clips
) -> None:
    async with AsyncExitStack() as stack:
        for colour in WALLS:  # as many as the detector has slots
            busy = await stack.enter_async_context(system.video(clips.walls[colour], f"busy {colour}"))
            await stack.enter_async_context(system.watched_by_another(busy))
        video_id = await stack.enter_async_context(system.video(clips.three_seconds, "waiting"))
        await page.goto(f"/videos/{video_id}")
        await start_button(page).click()
        await is_soon(start_button(page), "data-state", "starting")
        await expect(start_button(page)).to_be_disabled()
        asked_at = asyncio.get_running_loop().time()
        await expect(line(page)).to_contain_text("No detector is free", timeout=PATIENCE_S * 1000)
        assert asyncio.get_running_loop().time() - asked_at <= WATCHDOG_S + 1.5
        await is_soon(start_button(page), "data-state", "ready")
        await is_soon(canvas(page), "data-showing", "thumbnail")
        await eventually(
            lambda: system.counted("gateway", "onwatch_gateway_videos_wanted") == len(WALLS), "the demand to be ended"
        )


async def test_a_lost_connection_is_told_and_the_stream_goes_on_by_itself(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.walls[BLUE], "unplugged") as video_id:
        await page.goto(f"/videos/{video_id}")
        await mark(page)
        await press_start(page)
        await system.door.close()
        await expect(line(page)).to_contain_text("Connection lost")
        await is_soon(page.get_by_test_id("connection"), "data-status", "lost")
        await is_soon(canvas(page), "data-showing", "thumbnail")
        await system.door.open()
        await is_soon(page.get_by_test_id("connection"), "data-status", "open", 15)
        await is_soon(start_button(page), "data-state", "streaming")
        await is_soon(canvas(page), "data-showing", "stream")
        await draws(page, 5)
        await assert_not_reloaded(page)


async def test_a_refused_upload_tells_the_servers_reason_and_leaves_nothing(
    page: Page, system: System, tmp_path: Path
) -> None:
    fake = tmp_path / "notes.mp4"
    fake.write_text("These are notes, and no video.\n" * 100)
    before = (await system.get("/api/videos"))["items"]
    refusal = await system.http.post("/api/videos", files={"file": (fake.name, fake.read_bytes(), "video/mp4")})
    assert 400 <= refusal.status_code < 500
    await page.goto("/")
    await page.get_by_test_id("upload-input").set_input_files(fake)
    await is_soon(page.get_by_test_id("upload"), "data-status", "failed")
    await expect(page.get_by_role("alert")).to_have_text(refusal.json()["detail"])
    await expect(card(page, "notes")).to_have_count(0)
    assert (await system.get("/api/videos"))["items"] == before


# --- the list


async def test_deleting_asks_once_and_takes_the_card_away_without_a_reload(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.three_seconds, "unwanted") as video_id, system.video(clips.three_seconds, "kept"):
        await page.goto("/")
        await expect(card(page, "unwanted")).to_be_visible()
        await mark(page)
        documents: list[str] = []
        page.on("request", lambda sent: documents.append(sent.url) if sent.resource_type == "document" else None)
        deletions: list[str] = []
        page.on("request", lambda sent: deletions.append(sent.url) if sent.method == "DELETE" else None)
        await card(page, "unwanted").get_by_test_id("delete-video").click()
        await expect(page.get_by_test_id("delete-dialog")).to_have_count(1)
        assert deletions == [], "nothing is deleted before it is confirmed"
        await page.get_by_test_id("confirm-delete").click()
        await expect(card(page, "unwanted")).to_have_count(0)
        await expect(page.get_by_test_id("delete-dialog")).to_have_count(0)
        await expect(card(page, "kept")).to_be_visible()
        await expect(page.get_by_role("list", name="Videos")).to_be_focused()
        await eventually(lambda: len(deletions) == 1, "one request")
        await expect(page.get_by_test_id("toast")).to_have_count(0)
        await assert_not_reloaded(page)
        assert documents == []
        assert (await system.http.get(f"/api/videos/{video_id}")).status_code == 404


async def test_a_refused_deletion_brings_the_card_back_with_the_reason(
    page: Page, system: System, clips: Clips
) -> None:
    reason = "The disk of the results cannot be written."
    answered = asyncio.Event()

    async def refuse(route: Route) -> None:
        if route.request.method != "DELETE":
            await route.continue_()
            return
        await answered.wait()
        problem = {
            "type": "about:blank",
            "title": "Internal error",
            "status": 500,
            "detail": reason,
            "code": "internal",
        }
        await route.fulfill(status=500, content_type="application/problem+json", body=json.dumps(problem))

    async with system.video(clips.three_seconds, "stubborn"):
        await page.route("**/api/videos/*", refuse)
        await page.goto("/")
        await card(page, "stubborn").get_by_test_id("delete-video").click()
        await page.get_by_test_id("confirm-delete").click()
        await expect(card(page, "stubborn")).to_have_count(0)
        answered.set()
        await expect(card(page, "stubborn")).to_be_visible()
        await expect(page.get_by_test_id("toast")).to_contain_text(reason)
        await page.unroute("**/api/videos/*")


async def test_a_card_is_opened_and_the_dialog_left_by_keyboard_alone(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.three_seconds, "by hand") as video_id:
        await page.goto("/")
        await expect(card(page, "by hand")).to_be_visible()
        link, delete = card(page, "by hand").get_by_role("link"), card(page, "by hand").get_by_test_id("delete-video")
        await tab_to(page, delete)
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("delete-dialog")).to_be_visible()
        await expect(page.get_by_test_id("cancel-delete")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("delete-dialog")).to_have_count(0)
        await expect(card(page, "by hand")).to_be_visible()
        await expect(delete).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(link).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(f"/videos/{video_id}$"))
        await tab_to(page, start_button(page))
        await page.keyboard.press("Enter")
        await is_soon(start_button(page), "data-state", "streaming")


async def tab_to(page: Page, wanted: Locator, most: int = 30) -> None:
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{most} times Tab do not reach {wanted}")


# --- what the page says of a video


async def test_no_page_shows_where_the_file_lies_nor_the_numbers_of_region_and_calibration(
    page: Page, system: System, clips: Clips
) -> None:
    roi = [[0.1357, 0.2468], [0.8642, 0.2579], [0.7531, 0.9753]]
    calibration: dict[str, Any] = {
        "image_points": [[0.1123, 0.2234], [0.8345, 0.2456], [0.9567, 0.9678], [0.0789, 0.9891]],
        "side_lengths_m": [3.517, 41.293, 3.619, 42.871],
    }
    async with system.video(clips.three_seconds, "discreet") as video_id:
        patch = {"roi": roi, "calibrate_coordinates": calibration}
        answer = await system.http.patch(f"/api/videos/{video_id}", json=patch)
        assert answer.status_code == 200, answer.text
        video = await system.get(f"/api/videos/{video_id}")
        numbers = [number for point in roi + calibration["image_points"] for number in point]
        secrets = [video["file_path"], *map(str, numbers), *map(str, calibration["side_lengths_m"])]
        assert all(json.dumps(secret)[1:-1] in json.dumps(video) for secret in secrets), "the API gives them"
        for path, loaded in (("/", card(page, "discreet")), (f"/videos/{video_id}", page.locator(".facts .badge"))):
            await page.goto(path)
            await expect(loaded).to_be_visible()
            text = await everything_readable(page)
            assert "discreet" in text
            assert [secret for secret in secrets if secret in text] == []
            for name in ("file_path", "calibrate_coordinates", "calibration", "Calibration"):
                assert name not in text


async def everything_readable(page: Page) -> str:
    """Texts, what is in inputs, and what attributes tell; but not where the canvas's pixels come from."""
    return str(
        await page.evaluate(
            """() => [document.title, document.body.textContent,
              ...Array.from(document.querySelectorAll('input, textarea, select'), (field) => field.value),
              ...Array.from(document.querySelectorAll('*'), (element) =>
                Array.from(element.attributes, (attribute) => attribute.value).join(' ')),
            ].join('\\n')"""
        )
    )


async def test_on_a_phone_a_video_opens_at_its_picture_and_not_at_the_strip_below(
    page: Page, system: System, clips: Clips
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    async with AsyncExitStack() as stack:
        first, *_ = [
            await stack.enter_async_context(system.video(clips.three_seconds, f"number {number}"))
            for number in range(5)
        ]
        await page.goto(f"/videos/{first}")
        current = page.locator("[data-testid=switch-video][aria-current=page]")
        await expect(current).to_be_attached()
        strip = page.get_by_role("navigation", name="Videos").get_by_role("list")
        await eventually_true(strip, "strip => strip.scrollLeft > 0")  # it is the oldest: the last one
        assert await page.evaluate("window.scrollY") == 0
        await expect(canvas(page)).to_be_in_viewport()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the phone"


async def eventually_true(locator: Locator, question: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await locator.evaluate(question):  # noqa: ASYNC110 `expect` knows no scroll positions
            await asyncio.sleep(0.02)


async def test_a_region_is_drawn_on_the_picture_and_one_that_crosses_itself_is_not_saved(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.three_seconds, "drawn") as video_id:
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("draw-roi").click()
        await expect(page.get_by_test_id("roi-save")).to_be_enabled()  # no points: the whole frame
        drawn = [(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)]
        await click_points(page, drawn[:2])
        await expect(page.get_by_test_id("roi-save")).to_be_disabled()
        await click_points(page, drawn[2:])
        await expect(page.get_by_test_id("roi-hint")).to_contain_text("crosses itself")
        await expect(page.get_by_test_id("roi-save")).to_be_disabled()

        await page.get_by_test_id("roi-clear").click()
        wanted = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
        await click_points(page, wanted)
        await page.get_by_test_id("roi-save").click()
        await expect(page.get_by_test_id("toast")).to_contain_text("Region saved")
        await expect(page.get_by_test_id("roi-layer")).to_have_count(0)
        saved = (await system.get(f"/api/videos/{video_id}"))["roi"]
        assert len(saved) == len(wanted)
        for point, expected in zip(saved, wanted, strict=True):
            assert point == pytest.approx(expected, abs=0.01)


async def click_points(page: Page, points: list[tuple[float, float]]) -> None:
    layer = page.get_by_test_id("roi-layer")
    box = await layer.bounding_box()
    assert box is not None
    for x, y in points:
        await layer.click(position={"x": x * box["width"], "y": y * box["height"]})


async def test_numbers_of_the_demo_model_are_marked_as_such(page: Page, system: System, clips: Clips) -> None:
    system.engine.name = "demo"
    try:
        async with system.video(clips.three_seconds, "demonstrated") as video_id:
            await page.goto(f"/videos/{video_id}")
            await press_start(page)
            await expect(page.get_by_test_id("demo-banner")).to_contain_text("demo model")
            await is_soon(page.get_by_test_id("source"), "data-source", "sql", 15)
            await expect(page.get_by_test_id("demo-banner")).to_be_visible()
    finally:
        system.engine.name = BlobEngine.name


async def test_a_model_that_sees_little_is_told_and_motion_takes_over_at_a_click(
    page: Page, system: System, clips: Clips
) -> None:
    choice = page.get_by_test_id("engine").get_by_role("radio")
    hint = page.get_by_test_id("engine-hint")
    system.engine.is_blind = True
    try:
        async with system.video(clips.three_seconds, "unseen") as video_id:
            await page.goto(f"/videos/{video_id}")
            await expect(choice.and_(page.get_by_label("Automatic"))).to_be_checked()
            # Not `check`, which looks at once: the page shows what the server has.
            await choice.and_(page.get_by_label("Model", exact=True)).click()
            await expect(choice.and_(page.get_by_label("Model", exact=True))).to_be_checked()
            await eventually_is(system, video_id, "model")
            await press_start(page)
            await is_soon(page.get_by_test_id("source"), "data-source", "sql", 15)
            await expect(page.get_by_test_id("total_vehicles_count")).to_have_text("0")
            await expect(hint).to_contain_text("almost nothing")

            await hint.get_by_role("button").click()
            await expect(hint).to_have_count(0)
            await expect(choice.and_(page.get_by_label("Motion"))).to_be_checked()
            await press_start(page)
            await expect(page.get_by_test_id("source")).to_contain_text("detected by motion")
            await is_soon(page.get_by_test_id("source"), "data-source", "sql", 15)
            assert (await shown_numbers(page))["vehicle_type"] == {"vehicle": 3}
            await expect(hint).to_have_count(0)
    finally:
        system.engine.is_blind = False


async def eventually_is(system: System, video_id: str, engine: str) -> None:
    """The choice has reached the server."""
    async with asyncio.timeout(PATIENCE_S):
        while (await system.get(f"/api/videos/{video_id}"))["engine"] != engine:  # noqa: ASYNC110 as above
            await asyncio.sleep(0.05)
