"""What the page shows when something fails."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from browser.clips import BLUE, RED, WALLS, Clips
from browser.inspection import accessibility_faults, layout_faults
from browser.page_actions import (
    assert_not_reloaded,
    badge,
    build_parts,
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
from playwright.async_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_stream_that_stalls_shows_the_thumbnail_and_the_reason(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.walls[RED], "stalling") as video_id:
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        await expect(page.get_by_test_id("stream-progress")).to_contain_text("left")  # its numbers have moved
        system.engine.flowing.clear()
        try:
            await is_soon(canvas(page), "data-showing", "thumbnail")
            await is_soon(start_button(page), "data-state", "ready")
            await expect(start_button(page)).to_be_enabled()
            await expect(line(page)).to_contain_text("The detector stopped answering")
            await is_soon(line(page), "data-tone", "bad")
            await expect(badge(page)).to_have_text("Not answering")
            await expect(page.get_by_test_id("live-mark")).to_have_count(0)
            await is_soon(page.get_by_test_id("figures"), "data-fed", "false")
            await expect(page.get_by_test_id("figures-note")).to_contain_text("not updated any more")
            await expect(page.get_by_text("Live", exact=True)).to_have_count(0)
        finally:
            system.engine.flowing.set()
        await press_start(page)
        await is_soon(line(page), "data-kind", "running")
        await is_soon(page.get_by_test_id("figures"), "data-fed", "true")


async def test_a_machine_that_does_not_keep_up_shows_its_speed_and_the_time_left(
    page: Page, system: System, clips: Clips
) -> None:
    try:
        async with system.video(clips.walls[RED], "slow") as video_id:
            await page.goto(f"/videos/{video_id}")
            await press_start(page)
            system.engine.delay_s = 0.2  # 5 of 10 pictures a second at most
            await expect(line(page)).to_contain_text("slower than the video")
            await expect(badge(page)).to_have_text(re.compile(r"^0\.\d+×$"))
            await expect(page.get_by_test_id("live-mark")).to_have_text(re.compile(r"^0\.\d+×$"))
            await expect(page.get_by_test_id("stream-progress")).to_have_text(
                re.compile(r"^0\.\d+× speed, 0:\d\d of 10:00, \d+ (min|h) .* left$")
            )
    finally:
        system.engine.delay_s = 0.0


async def test_a_video_that_somebody_else_deletes_says_so_and_closes(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.walls[RED], "taken away") as video_id:
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        await system.http.delete(f"/api/videos/{video_id}")
        await expect(page.get_by_test_id("deleted-video")).to_contain_text("“taken away” was deleted")
        await expect(page.get_by_test_id("live-mark")).to_have_count(0)
        await expect(page).to_have_url(re.compile("/$"))
        await expect(page.get_by_role("heading", name="Videos", exact=True)).to_be_visible()
        await expect(card(page, "taken away")).to_have_count(0)


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


async def test_charts_that_cannot_be_loaded_leave_the_rest_of_the_page(
    page: Page, system: System, clips: Clips
) -> None:
    """As where the connection is lost in the moment in which a video is opened."""
    async with system.video(clips.three_seconds, "without charts") as video_id:
        await system.http.post(f"/api/videos/{video_id}/analysis")
        results = f"/api/videos/{video_id}/results"
        while (await system.get(results))["counted_with"] is None:  # noqa: ASYNC110 nobody tells this client of a result
            await asyncio.sleep(0.05)
        await page.route(re.compile(r"/assets/charts-.*\.css"), lambda route: route.abort())
        await page.goto(f"/videos/{video_id}")
        await build_parts(page)
        await expect(page.locator(".timeline")).to_contain_text("This part could not be loaded")
        await expect(page.locator(".chart-hint")).to_have_count(0)
        await expect(page.get_by_test_id("counts-total")).to_be_visible()
        await page.unroute_all()
        await page.get_by_role("button", name="Reload the page").click()
        await build_parts(page)
        await expect(page.locator(".timeline canvas").first).to_be_visible()
        await expect(page.locator(".chart-hint")).to_be_visible()


async def test_a_part_that_cannot_be_drawn_says_so_in_its_place_and_the_rest_stays(
    context: BrowserContext, system: System, clips: Clips
) -> None:
    page = await context.new_page()  # unlike the fixture's, it may write errors to its console
    async with system.video(clips.three_seconds, "unreadable") as video_id:
        nonsense = {"open_count": 1, "items": [None]}
        await page.route(re.compile(r"/alerts\?"), lambda route: route.fulfill(json=nonsense))
        await page.goto(f"/videos/{video_id}")
        await build_parts(page)
        failed = page.get_by_test_id("failed-part")
        await expect(failed.get_by_role("heading")).to_have_text("Alerts: this part failed")
        report = failed.get_by_test_id("failure-report")
        await expect(report).to_have_value(
            re.compile(rf"^TypeError: .* \| /videos/{video_id} \| at .*/assets/alerts-panel-")
        )
        assert await accessibility_faults(page) == []
        assert await layout_faults(page) == []
        await press_start(page)
        await expect(page.get_by_test_id("vehicles-table")).to_be_visible()
        await page.unroute_all()
        await failed.get_by_role("button", name="Reload the page").click()
        await build_parts(page)
        await expect(page.get_by_test_id("alerts")).to_be_visible()


async def test_a_page_that_cannot_be_drawn_says_so_and_the_others_are_reached(
    context: BrowserContext, system: System, clips: Clips
) -> None:
    page = await context.new_page()
    async with system.video(clips.three_seconds, "unreadable"):
        nonsense = {"items": [None], "next_cursor": None}
        await page.route(re.compile(r"/api/videos\?"), lambda route: route.fulfill(json=nonsense))
        await page.goto("/")
        await expect(page.get_by_role("heading", name="This page failed")).to_be_visible()
        await expect(page.get_by_test_id("failure-report")).to_have_value(re.compile(r"^TypeError: .* \| / \| "))
        assert await accessibility_faults(page) == []
        await page.unroute_all()
        await page.get_by_test_id("open-wall").click()
        await expect(page.get_by_role("heading", name="No videos on the wall")).to_be_visible()
        await expect(page.get_by_test_id("failed-part")).to_have_count(0)


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
