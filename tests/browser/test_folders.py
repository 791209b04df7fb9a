"""Folders of recordings in a real Chromium: chosen or dropped, uploaded one after the other, joined."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser.page_actions import card, is_soon
from browser.recordings import NAMES, VEHICLES, write_recordings
from browser.server import System
from playwright.async_api import Locator, Page, Route, expect

from onwatch_testkit.system import ROI, truth

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

JOINED = f"{NAMES[0]} to {NAMES[-1]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_recordings(tmp_path / "gate")


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_videos(system: System) -> AsyncIterator[None]:
    """Nothing is left for the next test."""
    yield
    for video in (await system.get("/api/videos"))["items"]:
        await system.http.delete(f"/api/videos/{video['id']}")


async def choose(page: Page, folder: Path) -> None:
    await page.goto("/")
    await page.get_by_test_id("folder-input").set_input_files(folder)
    await expect(page.get_by_test_id("folder-dialog")).to_be_visible()


async def drop(page: Page, folder: Path) -> None:
    """As from a file manager; only the protocol of the developer tools can drop a real folder."""
    await page.goto("/")
    await expect(page.get_by_test_id("upload-button")).to_be_visible()
    session = await page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        await session.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})
    await expect(page.get_by_test_id("folder-dialog")).to_be_visible()


def group(page: Page) -> Locator:
    return page.get_by_test_id("group")


def upload(page: Page, name: str) -> Locator:
    return page.get_by_test_id("upload").filter(has_text=name)


@pytest.mark.parametrize("how", [choose, drop])
async def test_a_folder_becomes_one_video_in_which_a_vehicle_across_a_seam_counts_once(
    page: Page, system: System, folder: Path, how: object
) -> None:
    assert callable(how)
    assert any(visit.entered_at_s < 1 < visit.left_at_s for visit in truth()), "none is inside at the seam"
    await how(page, folder)
    listed = page.get_by_test_id("folder-dialog").get_by_role("listitem")
    await expect(listed).to_have_count(len(NAMES))  # once the browser has read the folder
    assert [text.split("\n")[0] for text in await listed.all_inner_texts()] == list(NAMES)
    await expect(page.get_by_test_id("folder-skipped")).to_have_text("Left out, not called like videos: notes.txt.")
    await expect(page.get_by_test_id("confirm-folder")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_test_id("join-folder")).to_be_focused()
    await page.keyboard.press("Space")
    await is_soon(page.get_by_test_id("join-folder"), "aria-checked", "true")
    await page.get_by_test_id("confirm-folder").press("Enter")

    await is_soon(page.get_by_test_id("join"), "data-status", "done")
    await expect(page.get_by_test_id("group-state")).to_have_text("3 of 3 uploaded")
    await expect(page.get_by_test_id("join-notes")).to_have_text("Ordered by the times in the names.")
    await expect(page.get_by_test_id("video-card")).to_have_count(1)
    (video,) = (await system.get("/api/videos"))["items"]
    assert video["name"] == JOINED
    await expect(card(page, JOINED)).to_be_visible()
    await system.http.patch(f"/api/videos/{video['id']}", json={"roi": ROI, "anchor": "center"})

    await page.get_by_test_id("join").get_by_role("link", name=JOINED).click()
    await expect(page.get_by_test_id("upload-dock")).to_be_visible()  # on every page
    await page.get_by_test_id("fold-uploads").click()
    await expect(page.get_by_test_id("join")).to_be_hidden()
    await expect(page.get_by_test_id("file-notes")).to_contain_text(f"{NAMES[1]} begins at 1.0 s of the joined video.")
    await page.get_by_test_id("start-stream").click()
    await is_soon(page.get_by_test_id("source"), "data-source", "sql")
    await expect(page.get_by_test_id("total_vehicles_count")).to_have_text(str(VEHICLES))


async def test_the_videos_of_a_folder_stay_separate_unless_they_are_joined(
    page: Page, system: System, folder: Path
) -> None:
    await choose(page, folder)
    await page.get_by_test_id("confirm-folder").click()

    await expect(page.get_by_test_id("video-card")).to_have_count(3)
    names = [video["name"] for video in (await system.get("/api/videos"))["items"]]
    assert names == list(reversed(NAMES)), "uploaded in their order"
    await expect(group(page)).to_have_count(0)


async def test_a_refused_recording_says_why_and_the_others_are_joined(page: Page, system: System, folder: Path) -> None:
    (folder / "bad.mp4").write_text("no video")
    await choose(page, folder)
    await page.get_by_test_id("join-folder").click()
    await page.get_by_test_id("confirm-folder").click()

    await is_soon(page.get_by_test_id("join"), "data-status", "done")
    await expect(page.get_by_test_id("group-state")).to_have_text("3 of 4 uploaded, 1 failed")
    await expect(page.get_by_role("alert")).to_contain_text("The file is not a video that can be read")
    assert [video["name"] for video in (await system.get("/api/videos"))["items"]] == [JOINED]


async def test_an_upload_that_failed_for_now_is_retried_before_the_join(
    page: Page, system: System, folder: Path
) -> None:
    detail = "The disk is full."
    is_refused = asyncio.Event()

    async def refuse_one(route: Route) -> None:
        name = base64.b64encode(NAMES[1].encode()).decode()
        if name in (await route.request.header_value("Upload-Metadata") or "") and not is_refused.is_set():
            is_refused.set()
            problem = {"type": "about:blank", "title": "Storage full", "status": 507, "detail": detail, "code": "s"}
            await route.fulfill(status=507, content_type="application/problem+json", json=problem)
        else:
            await route.continue_()

    await page.route("**/api/uploads", refuse_one)
    await choose(page, folder)
    await page.get_by_test_id("join-folder").click()
    await page.get_by_test_id("confirm-folder").click()

    await is_soon(page.get_by_test_id("join"), "data-status", "held")
    await is_soon(upload(page, NAMES[1]), "data-status", "failed")
    await expect(upload(page, NAMES[1])).to_contain_text(detail)
    await page.get_by_role("button", name=f"Retry {NAMES[1]}").click()
    await is_soon(page.get_by_test_id("join"), "data-status", "done")
    (video,) = (await system.get("/api/videos"))["items"]
    assert (video["name"], video["duration_s"]) == (JOINED, pytest.approx(3.0, abs=0.05))


async def test_a_join_without_room_says_so_and_can_be_tried_again(page: Page, system: System, folder: Path) -> None:
    detail = "The disk is full: joining needs as much space as the recordings take."

    async def refuse(route: Route) -> None:
        problem = {"type": "about:blank", "title": "Storage full", "status": 507, "detail": detail, "code": "s"}
        await route.fulfill(status=507, content_type="application/problem+json", json=problem)

    await page.route("**/api/joins", refuse)
    await choose(page, folder)
    await page.get_by_test_id("join-folder").click()
    await page.get_by_test_id("confirm-folder").click()
    await is_soon(page.get_by_test_id("join"), "data-status", "failed")
    await expect(page.get_by_role("alert")).to_have_text(detail)
    await expect(page.get_by_test_id("video-card")).to_have_count(3)

    await page.unroute("**/api/joins")
    await page.get_by_test_id("join-again").click()
    await is_soon(page.get_by_test_id("join"), "data-status", "done")
    await expect(page.get_by_test_id("video-card")).to_have_count(1)


async def test_a_folder_without_videos_says_so(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt"):
        (folder / name).write_text("no video")
    await choose(page, folder)
    dialog = page.get_by_test_id("folder-dialog")
    await expect(dialog).to_contain_text("No videos in “papers”")
    await expect(dialog).to_contain_text("Left out, not called like videos: a.txt, b.txt, c.txt and 2 more.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(group(page)).to_have_count(0)
