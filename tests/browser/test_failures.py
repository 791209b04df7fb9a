"""What the page shows when something fails."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from browser.clips import BLUE, RED, WALLS, Clips
from browser.page_actions import (
    assert_not_reloaded,
    canvas,
    card,
    draws,
    forget_history,
    has_shown,
    is_soon,
    line,
    mark,
    press_start,
    start_button,
)
from browser.server import System, eventually
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_stream_that_stalls_shows_the_thumbnail_and_the_reason(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.walls[RED], "stalling") as video_id:
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        system.engine.flowing.clear()
        try:
            await is_soon(canvas(page), "data-showing", "thumbnail")
            await is_soon(start_button(page), "data-state", "ready")
            await expect(start_button(page)).to_be_enabled()
            await expect(line(page)).to_contain_text("The detector stopped answering")
            await is_soon(line(page), "data-tone", "bad")
        finally:
            system.engine.flowing.set()
        await press_start(page)
        await expect(line(page)).to_contain_text("Live")


async def test_a_start_that_no_detector_answers_says_so(page: Page, system: System, clips: Clips) -> None:
    async with AsyncExitStack() as stack:
        for colour in WALLS:  # as many as the detector has slots
            busy = await stack.enter_async_context(system.video(clips.walls[colour], f"busy {colour}"))
            await stack.enter_async_context(system.watched_by_another(busy))
        video_id = await stack.enter_async_context(system.video(clips.three_seconds, "waiting"))
        await page.goto(f"/videos/{video_id}")
        await is_soon(start_button(page), "data-state", "ready")
        await forget_history(page)
        await start_button(page).click()
        await has_shown(page, "start-stream", "data-state", "starting")
        await has_shown(page, "start-stream", "disabled", "")
        await expect(line(page)).to_contain_text("No detector is free")
        await is_soon(start_button(page), "data-state", "ready")
        await is_soon(canvas(page), "data-showing", "thumbnail")
        await eventually(
            lambda: system.metric("gateway", "onwatch_gateway_videos_wanted") == len(WALLS), "the demand to be ended"
        )


async def test_a_lost_connection_is_shown_and_the_stream_resumes_by_itself(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.walls[BLUE], "unplugged") as video_id:
        await page.goto(f"/videos/{video_id}")
        await mark(page)
        await press_start(page)
        await system.front_end.close()
        await expect(line(page)).to_contain_text("Connection lost")
        await is_soon(page.get_by_test_id("connection"), "data-status", "lost")
        await is_soon(canvas(page), "data-showing", "thumbnail")
        await system.front_end.open()
        await is_soon(page.get_by_test_id("connection"), "data-status", "open")
        await is_soon(start_button(page), "data-state", "streaming")
        await is_soon(canvas(page), "data-showing", "stream")
        await draws(page, 5)
        await assert_not_reloaded(page)


async def test_a_refused_upload_shows_the_servers_reason_and_leaves_nothing(
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
