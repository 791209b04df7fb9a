"""Uploads in a real Chromium: how fast they are, and what happens when the connection is lost."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser.clips import Clips
from browser.inspection import faults_of
from browser.page_actions import card, is_soon
from browser.server import System
from playwright.async_api import Locator, Page, Route, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PADDING_BYTES = 3_000_000
SLOW_BYTES_PER_S = 300_000
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def large_clip(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip of three seconds, with a box of padding behind it."""
    padded = tmp_path_factory.mktemp("large") / "large.mp4"
    padding = PADDING_BYTES.to_bytes(4, "big") + b"free" + bytes(PADDING_BYTES - 8)
    padded.write_bytes(clips.three_seconds.read_bytes() + padding)
    return padded


@dataclass(frozen=True)
class Parts:
    """Of an upload that is stopped half way."""

    half: int
    offsets: list[int]
    """Of all parts that the page has sent."""


def upload(page: Page, name: str) -> Locator:
    return page.get_by_test_id("upload").filter(has_text=name)


async def delete(system: System, name: str) -> None:
    for video in (await system.get(f"/api/videos?search={name}"))["items"]:
        await system.http.delete(f"/api/videos/{video['id']}")


async def stop_half_way(page: Page, system: System, clip: Path, stop: Callable[[Route], Awaitable[None]]) -> Parts:
    """Let the first half of the file arrive, then treat the request of the page by `stop`."""
    content = await asyncio.to_thread(clip.read_bytes)
    parts = Parts(len(content) // 2 + 1, [])

    async def handle(route: Route) -> None:
        is_part = route.request.method == "PATCH"
        if is_part:
            parts.offsets.append(int(await route.request.header_value("Upload-Offset") or "-1"))
        if not is_part or len(parts.offsets) > 1:
            await route.continue_()
            return
        path = route.request.url.removeprefix(system.front_end.address)
        sent = await system.http.patch(path, content=content[: parts.half], headers=TUS | {"Upload-Offset": "0"})
        assert sent.status_code == 204, sent.text
        await stop(route)

    await page.route("**/api/uploads/*", handle)
    return parts


async def test_an_upload_goes_on_where_its_connection_was_lost(page: Page, system: System, large_clip: Path) -> None:
    parts = await stop_half_way(page, system, large_clip, lambda route: route.abort("connectionreset"))
    await page.goto("/")
    await page.get_by_test_id("upload-input").set_input_files(large_clip)
    await is_soon(upload(page, "large.mp4"), "data-status", "done")
    await expect(card(page, "large")).to_be_visible()
    assert parts.offsets == [0, parts.half]
    await delete(system, "large")


async def test_a_connection_that_is_lost_is_said_and_nothing_has_to_be_done(
    page: Page, system: System, large_clip: Path
) -> None:
    is_lost = True

    async def lose(route: Route) -> None:
        await (route.abort("internetdisconnected") if is_lost else route.continue_())

    await page.route("**/api/uploads/*", lose)
    await page.goto("/")
    await page.get_by_test_id("upload-input").set_input_files(large_clip)
    await expect(upload(page, "large.mp4")).to_contain_text("Connection lost at 0 %")
    assert await faults_of(page) == []
    is_lost = False
    await is_soon(upload(page, "large.mp4"), "data-status", "done")
    await delete(system, "large")


async def test_an_upload_tells_its_speed_and_the_time_left_and_is_cancelled(
    page: Page, system: System, large_clip: Path
) -> None:
    network = await page.context.new_cdp_session(page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_PER_S}
    await page.goto("/")
    await network.send("Network.enable")
    await network.send("Network.emulateNetworkConditions", limits)
    async with page.expect_response("**/api/uploads") as created:
        await page.get_by_test_id("upload-input").set_input_files(large_clip)
    address = (await (await created.value).all_headers())["location"]
    await expect(upload(page, "large.mp4")).to_contain_text("B/s")
    await expect(upload(page, "large.mp4")).to_contain_text("left")
    await expect(page.get_by_test_id("fold-uploads")).to_contain_text("left")
    async with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        await page.get_by_role("button", name="Cancel large.mp4").click()
    assert (await deleted.value).status == 204
    await is_soon(upload(page, "large.mp4"), "data-status", "cancelled")
    assert (await system.http.get(address)).status_code == 404

    await network.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": -1})
    await page.get_by_role("button", name="Retry large.mp4").click()
    await is_soon(upload(page, "large.mp4"), "data-status", "done")
    await delete(system, "large")


async def test_an_upload_that_the_server_refuses_for_now_is_retried(page: Page, system: System, clips: Clips) -> None:
    detail = "The disk is full."

    async def refuse(route: Route) -> None:
        problem = {"type": "about:blank", "title": "Storage full", "status": 507, "detail": detail, "code": "s"}
        await route.fulfill(status=507, content_type="application/problem+json", body=json.dumps(problem))

    await page.route("**/api/uploads", refuse)
    await page.goto("/")
    await page.get_by_test_id("upload-input").set_input_files(clips.three_seconds)
    await is_soon(upload(page, "three.mp4"), "data-status", "failed")
    await expect(page.get_by_role("alert")).to_have_text(detail)
    await page.unroute("**/api/uploads")
    await page.get_by_role("button", name="Retry three.mp4").click()
    await is_soon(upload(page, "three.mp4"), "data-status", "done")
    await delete(system, "three")


async def lose_by_reload(page: Page, system: System, clip: Path, *waiting: Path) -> Parts:
    """Upload half of the file while others wait for it, then load the page again."""
    has_half = asyncio.Event()

    async def leave_unanswered(_: Route) -> None:
        has_half.set()

    page.on("dialog", lambda dialog: dialog.accept())  # it asks before it is left
    parts = await stop_half_way(page, system, clip, leave_unanswered)
    await page.goto("/")
    await page.get_by_test_id("upload-input").set_input_files([clip, *waiting])
    await has_half.wait()
    await page.reload()
    unfinished = page.get_by_test_id("unfinished").first
    await expect(unfinished).to_contain_text("large.mp4")
    await expect(unfinished).to_contain_text("Unfinished at 50 % of 3")
    return parts


async def choose_again(page: Page, clip: Path) -> None:
    async with page.expect_file_chooser() as opened:
        await page.get_by_role("button", name="Choose file large.mp4 again").click()
    await (await opened.value).set_files(clip)


async def test_an_upload_goes_on_after_a_reload_when_its_file_is_chosen_again(
    page: Page, system: System, large_clip: Path, clips: Clips
) -> None:
    parts = await lose_by_reload(page, system, large_clip)
    await expect(page.get_by_test_id("fold-uploads")).to_contain_text("1 unfinished")
    assert await faults_of(page) == []
    await page.get_by_test_id("language").select_option("de")
    await expect(page.get_by_test_id("unfinished")).to_contain_text("Unvollständig bei 50 %")
    assert await faults_of(page) == []
    await page.get_by_test_id("language").select_option("en")

    await choose_again(page, clips.three_seconds)
    await expect(page.get_by_test_id("toast")).to_contain_text("That is another file")
    await choose_again(page, large_clip)
    await is_soon(upload(page, "large.mp4"), "data-status", "done")
    await expect(page.get_by_test_id("unfinished")).to_have_count(0)
    assert parts.offsets == [0, parts.half]
    await expect(card(page, "large")).to_be_visible()
    await page.reload()
    await expect(card(page, "large")).to_be_visible()
    await expect(page.get_by_test_id("unfinished")).to_have_count(0)
    await delete(system, "large")


async def test_an_upload_goes_on_after_a_reload_when_its_file_is_uploaded_like_any_other(
    page: Page, system: System, large_clip: Path
) -> None:
    parts = await lose_by_reload(page, system, large_clip)
    await page.get_by_test_id("upload-input").set_input_files(large_clip)
    await is_soon(upload(page, "large.mp4"), "data-status", "done")
    await expect(page.get_by_test_id("unfinished")).to_have_count(0)
    assert parts.offsets == [0, parts.half]
    await delete(system, "large")


async def test_files_that_waited_are_offered_after_a_reload(
    page: Page, system: System, large_clip: Path, clips: Clips, tmp_path: Path
) -> None:
    waiting = [tmp_path / f"{number}.mp4" for number in range(1, 5)]
    for path in waiting:
        shutil.copyfile(clips.three_seconds, path)
    parts = await lose_by_reload(page, system, large_clip, *waiting)
    await expect(page.get_by_test_id("fold-uploads")).to_contain_text("5 unfinished")
    begun, unsent = page.get_by_test_id("unfinished").nth(0), page.get_by_test_id("unfinished").nth(1)
    await expect(unsent).to_contain_text("4 waiting files")
    await expect(unsent).to_contain_text("Not sent yet: 1.mp4, 2.mp4, 3.mp4 and 1 more.")
    assert await faults_of(page) == []

    async with page.expect_file_chooser() as opened:
        await unsent.get_by_test_id("choose-again").click()
    await (await opened.value).set_files([waiting[1], waiting[3], clips.three_seconds])
    await expect(page.get_by_test_id("toast")).to_contain_text("Not among the waiting files")
    for name in ("2", "4"):
        await is_soon(upload(page, f"{name}.mp4"), "data-status", "done")
        await delete(system, name)
    await expect(unsent).to_contain_text("2 waiting files")
    await page.reload()
    await expect(unsent).to_contain_text("Not sent yet: 1.mp4, 3.mp4.")
    await unsent.get_by_test_id("discard-upload").click()
    await expect(page.get_by_test_id("unfinished")).to_have_count(1)
    await choose_again(page, large_clip)
    await is_soon(upload(page, "large.mp4"), "data-status", "done")
    assert parts.offsets == [0, 0, 0, parts.half]
    await expect(begun).to_have_count(0)
    await delete(system, "large")


async def test_an_unfinished_upload_is_discarded(page: Page, system: System, large_clip: Path) -> None:
    await lose_by_reload(page, system, large_clip)
    async with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        await page.get_by_role("button", name="Discard the unfinished upload of large.mp4").click()
    answer = await deleted.value
    assert answer.status == 204
    assert (await system.http.get(urlsplit(answer.url).path)).status_code == 404
    await expect(page.get_by_test_id("upload-dock")).to_have_count(0)
    await page.reload()
    await is_soon(page.get_by_test_id("connection"), "data-status", "open")
    await expect(page.get_by_test_id("upload-dock")).to_have_count(0)


async def test_an_unfinished_upload_that_the_server_has_lost_is_not_offered(
    page: Page, system: System, large_clip: Path
) -> None:
    await lose_by_reload(page, system, large_clip)
    remembered = json.loads(await page.evaluate("localStorage.getItem('onwatch:uploads')"))
    for each in remembered:
        gone = await system.http.delete(f"/api/uploads/{each['uploadId']}", headers={"Tus-Resumable": "1.0.0"})
        assert gone.status_code == 204
    await page.reload()
    await page.wait_for_function("() => localStorage.getItem('onwatch:uploads') === '[]'")
    await expect(page.get_by_test_id("unfinished")).to_have_count(0)
