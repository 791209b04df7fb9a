"""A person counts in a real Chromium, on the real server."""

from __future__ import annotations

import asyncio
import csv
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import av
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from onwatch.analyze import Result, analyze
from onwatch.configuration import configure
from onwatch.roi import Points
from onwatch_contracts.values import Anchor
from onwatch_runtime.http import http_server
from onwatch_synthetic import SHORT, VehicleTruth
from onwatch_tally.api import create_app
from onwatch_tally.clip import open_clip
from onwatch_tally.conversion import convert
from onwatch_tally.record import Record, RecordFile
from onwatch_tally.serve import BUILT_PAGE
from onwatch_tally.session import Session
from onwatch_testkit.api_client import short_scene, short_truth, write_short_clip
from onwatch_testkit.system import result_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_MS = 30_000  # a page loads in under a second on an idle machine
COUNTED_MS = 120_000  # the demo model on a machine that is busy with other things
KEYS = {"car": "c", "truck": "t", "bus": "b", "motorcycle": "m", "bicycle": "y"}


@pytest.fixture(scope="module")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tally") / "short.mp4"
    write_short_clip(path)
    return path


def zone() -> Points:
    """The region of interest of the short clip."""
    return short_scene().default_roi


def visits() -> list[VehicleTruth]:
    """What a person counts in the short clip who makes no mistake."""
    return sorted(short_truth().vehicles, key=lambda vehicle: vehicle.entered_s)


Count = Callable[[Callable[[float], None]], Awaitable[Result]]


async def true_count(on_progress: Callable[[float], None]) -> Result:
    """The true count, without analysis: for tests of the page."""
    return result_of(*((vehicle.vehicle_type, vehicle.entered_s) for vehicle in visits()))


def demo_count(film: Path, folder: Path) -> Count:
    """A count by the real system with the demo model."""
    configuration = configure(folder / "scratch", environ={"ONWATCH_DETECTOR_DOWNLOAD": "false"}).without_logins()

    async def count(on_progress: Callable[[float], None]) -> Result:
        return await analyze(film, configuration, roi=zone(), anchor=Anchor.BOTTOM_CENTER, on_progress=on_progress)

    return count


@asynccontextmanager
async def counting(film: Path, folder: Path, count: Count = true_count, with_zone: bool = True) -> AsyncIterator[str]:
    """The address of a running count of the film."""
    roi = zone() if with_zone else None
    session = Session(
        open_clip(film, roi),
        RecordFile(folder / "tallies" / "film.json"),
        Record(video=film.name, roi=roi),
        count,
        scratch=folder,
        json_out=folder / "out.json",
    )
    server = http_server(create_app(session, BUILT_PAGE), "127.0.0.1", 0)
    server.config.timeout_graceful_shutdown = 1
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with asyncio.TaskGroup() as group:
            group.create_task(session.work())
            serving = group.create_task(server.serve([listening]))
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                await serving  # cancelled, it would leave the tests that follow without an answer


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A new page; the test fails when it reported an error."""
    async with await chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []


async def opened(page: Page, address: str) -> None:
    await page.goto(address, wait_until="domcontentloaded")
    await expect(clip(page)).to_have_attribute("data-ready", "true", timeout=PATIENCE_MS)


def clip(page: Page) -> Locator:
    return page.get_by_test_id("clip")


def total(page: Page) -> Locator:
    return page.get_by_test_id("person-total")


async def seek(page: Page, at_s: float) -> None:
    await clip(page).evaluate(
        """(video, at) => new Promise((done) => {
          if (video.currentTime === at) return done();
          video.addEventListener('seeked', done, { once: true });
          video.currentTime = at;
        })""",
        at_s,
    )


async def press_at(page: Page, at_s: float, key: str) -> None:
    await seek(page, at_s)
    await page.keyboard.press(key)


async def place(page: Page) -> float:
    return float(await clip(page).evaluate("video => video.currentTime"))


async def plays_on_to(page: Page, at_s: float) -> None:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while await place(page) <= at_s:  # noqa: ASYNC110 the browser's own clock
            await asyncio.sleep(0.02)


@asynccontextmanager
async def saved(page: Page, method: str) -> AsyncIterator[None]:
    """Waits for the server's response to such a change: the page shows a change before it is saved."""
    async with page.expect_response(
        lambda answer: answer.request.method == method and "/api/tally/marks" in answer.url, timeout=PATIENCE_MS
    ):
        yield


async def finish(page: Page, how: str) -> None:
    await page.get_by_test_id("done").click()
    await page.get_by_test_id(how).click()
    await expect(page.get_by_test_id("results")).to_be_visible(timeout=COUNTED_MS)


@pytest.mark.slow  # waits for a count by the demo model
async def test_a_correct_count_agrees_with_the_system(page: Page, short_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    async with counting(short_clip, tmp_path, demo_count(short_clip, tmp_path)) as address:
        await opened(page, address)
        await expect(page.get_by_test_id("region").locator("polygon")).to_be_visible()
        for vehicle in visits():
            await press_at(page, vehicle.entered_s + 0.2, KEYS[vehicle.vehicle_type])
        await expect(total(page)).to_have_text(str(len(visits())))
        await press_at(page, 6.5, "v")
        await expect(total(page)).to_have_text(str(len(visits()) + 1))
        async with saved(page, "DELETE"):  # changes are sent one after the other
            await page.keyboard.press("Control+z")
        await expect(total(page)).to_have_text(str(len(visits())))

        await page.reload()
        await expect(page.get_by_test_id("mark")).to_have_count(len(visits()))
        await expect(page.get_by_test_id("count-truck").locator("strong")).to_have_text("2")
        await expect(page.get_by_test_id("analysis")).to_have_attribute("data-state", "done", timeout=COUNTED_MS)
        await expect(page.get_by_test_id("entry")).to_have_count(0)
        await expect(page.get_by_test_id("results")).to_have_count(0)
        assert not out.exists(), "nothing of the system's count is told before the person is done"

        await finish(page, "compare-whole")
        await expect(page.get_by_test_id("compared-person")).to_have_text(str(len(visits())))
        await expect(page.get_by_test_id("compared-system")).to_have_text(str(len(visits())))
        await expect(page.get_by_test_id("mape")).to_have_text("0.0 %")
        await expect(page.get_by_test_id("geh")).to_have_text("0.0")
        await expect(page.get_by_test_id("entry")).to_have_count(len(visits()))
        await expect(page.get_by_test_id("differences").locator("li")).to_have_count(0)
        await expect(page.get_by_test_id("by-type").locator("[data-type=truck] td").nth(1)).to_have_text("2")
        assert json.loads(out.read_text())["total"]["system"] == len(visits())
        async with page.expect_download() as download:
            await page.get_by_test_id("export-csv").click()
        rows = list(csv.DictReader((await (await download.value).path()).read_text().splitlines()))
        assert [row["found_by"] for row in rows] == ["both"] * len(visits())

        await page.reload()
        await expect(page.get_by_test_id("results")).to_be_visible()
        await page.keyboard.press("c")
        await expect(total(page)).to_have_text(str(len(visits())))


async def test_undo_removes_the_last_mark_even_before_it_is_saved(page: Page, short_clip: Path, tmp_path: Path) -> None:
    async with counting(short_clip, tmp_path) as address:
        await opened(page, address)
        await press_at(page, 1.0, "c")
        await seek(page, 3.0)
        # Within one task of the browser: nothing was drawn and nothing answered in between.
        async with saved(page, "DELETE"):
            await page.evaluate(
                """() => {
                  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'b' }));
                  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }));
                }"""
            )
        await expect(total(page)).to_have_text("1")
        await expect(page.get_by_test_id("count-car").locator("strong")).to_have_text("1")
        await page.reload()
        await expect(page.get_by_test_id("mark")).to_have_count(1)
        await expect(page.get_by_test_id("count-car").locator("strong")).to_have_text("1")


async def test_a_click_on_a_difference_shows_its_place(page: Page, short_clip: Path, tmp_path: Path) -> None:
    async with counting(short_clip, tmp_path) as address:
        await opened(page, address)
        for vehicle in visits()[:-1]:
            await press_at(page, vehicle.entered_s, KEYS[vehicle.vehicle_type])
        await press_at(page, 6.9, "b")
        await finish(page, "compare-whole")
        differences = page.get_by_test_id("differences").locator("li")
        await expect(differences).to_have_count(2)
        await expect(differences.nth(0)).to_contain_text(f"Only Onwatch: {visits()[-1].vehicle_type}")
        await expect(differences.nth(1)).to_contain_text("Only you: bus")
        await expect(page.locator(".tick[data-alone]")).to_have_count(2)
        await differences.nth(0).get_by_role("button").click()
        await expect(page.get_by_test_id("clock")).to_contain_text("0:0" + f"{visits()[-1].entered_s - 0.5:.0f}.")
        assert await place(page) == pytest.approx(visits()[-1].entered_s - 0.5, abs=0.1)

        await page.get_by_test_id("go-on").click()
        await page.get_by_role("button", name="Remove bus").click()
        await expect(total(page)).to_have_text(str(len(visits()) - 1))
        await finish(page, "compare-whole")
        await expect(page.get_by_test_id("changed-after-seen")).to_be_visible()
        await expect(differences).to_have_count(1)
        await page.get_by_test_id("restart").click()
        await page.get_by_test_id("confirm-restart").click()
        await expect(total(page)).to_have_text("0")
        await expect(page.get_by_test_id("done")).to_be_visible()


async def test_a_partly_watched_clip_is_compared_over_that_part(page: Page, short_clip: Path, tmp_path: Path) -> None:
    async with counting(short_clip, tmp_path) as address:
        await opened(page, address)
        await seek(page, 1.5)
        await press_at(page, 3.2, "t")
        await seek(page, 6.9)  # a jump ahead is not watching
        await page.get_by_test_id("done").click()
        await expect(page.get_by_test_id("done-dialog")).to_contain_text("0:03.2 of 0:07.0")
        await page.get_by_test_id("compare-part").click()
        await expect(page.get_by_test_id("results")).to_be_visible(timeout=COUNTED_MS)
        until_3_2 = [vehicle for vehicle in visits() if vehicle.entered_s <= 3.2]
        await expect(page.get_by_test_id("compared-system")).to_have_text(str(len(until_3_2)))


async def test_the_keys_play_step_and_slow_the_clip(page: Page, short_clip: Path, tmp_path: Path) -> None:
    async with counting(short_clip, tmp_path) as address:
        await opened(page, address)
        frame_s = 1 / SHORT.fps
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        assert await place(page) == pytest.approx(2.25 * frame_s, abs=0.001)
        await page.keyboard.press("ArrowLeft")
        assert await place(page) == pytest.approx(1.25 * frame_s, abs=0.001)
        await page.keyboard.press("Shift+ArrowRight")
        assert await place(page) == pytest.approx(2 + 1.25 * frame_s, abs=0.001)
        await page.keyboard.press("s")
        await expect(page.get_by_test_id("rate")).to_have_text("0.5×")
        await page.get_by_role("button", name="Play").click()
        await expect(page.get_by_role("button", name="Pause")).to_be_visible()
        await plays_on_to(page, 2.2)
        async with saved(page, "PUT"):
            await page.keyboard.press("b")
            await page.keyboard.press("Space")
        await expect(page.get_by_role("button", name="Play")).to_be_visible()
        await expect(page.get_by_test_id("count-bus").locator("strong")).to_have_text("1")
        marked_s = (await (await page.request.get(f"{address}/api/tally/marks")).json())["marks"][0]["at_s"]
        assert 2.2 < marked_s <= await place(page)
        await page.get_by_test_id("count-car").click()
        await page.keyboard.press("Space")
        await expect(page.get_by_test_id("count-car").locator("strong")).to_have_text("1")
        await expect(page.get_by_role("button", name="Pause")).to_be_visible()


async def test_an_unplayable_file_is_shown_as_a_converted_copy(
    page: Page, short_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "camera.avi"
    await asyncio.to_thread(as_avi, short_clip, film)
    is_seen = threading.Event()

    def convert_once_seen(*given: Any) -> None:
        if is_seen.wait(COUNTED_MS / 1000):
            convert(*given)

    monkeypatch.setattr("onwatch_tally.session.convert", convert_once_seen)
    async with counting(film, tmp_path, with_zone=False) as address:
        await page.goto(address)
        await expect(page.get_by_test_id("converting")).to_contain_text("browsers do not play AVI files")
        is_seen.set()
        await expect(clip(page)).to_have_attribute("data-ready", "true", timeout=COUNTED_MS)
        assert await clip(page).evaluate("video => video.duration") == pytest.approx(2.0, abs=0.1)


def as_avi(source: Path, target: Path, seconds: int = 2) -> None:
    """The beginning of a clip as MPEG-4 Part 2."""
    with av.open(str(source)) as film, av.open(str(target), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = SHORT.width, SHORT.height, "yuv420p"
        for frame in islice(film.decode(video=0), seconds * 25):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame.to_ndarray(format="bgr24"), format="bgr24")))
        out.mux(stream.encode())


async def test_on_a_phone_everything_fits_and_a_tap_marks(page: Page, short_clip: Path, tmp_path: Path) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    async with counting(short_clip, tmp_path) as address:
        await opened(page, address)
        await page.get_by_test_id("count-car").click()
        await page.get_by_test_id("undo").click()
        await page.get_by_test_id("count-bus").click()
        await expect(total(page)).to_have_text("1")
        await expect(page.get_by_test_id("count-bus").locator("strong")).to_have_text("1")
        await finish(page, "compare-whole")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the phone"
