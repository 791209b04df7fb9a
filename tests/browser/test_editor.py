"""The editor of zones and gates in a real Chromium: anchors, directions, and the picture that is drawn on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import faults_of
from browser.server import System
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

GATE = {"name": "Line", "points": [[0.1, 0.5], [0.9, 0.5]], "forward_name": "south", "backward_name": "north"}


@pytest_asyncio.fixture(loop_scope="module")
async def video_id(page: Page, system: System, clips: Clips) -> AsyncIterator[str]:
    """A video with a gate, which is being edited."""
    async with system.video(clips.three_seconds, "edited") as video_id:
        assert (await system.http.post(f"/api/videos/{video_id}/gates", json=GATE)).status_code == 201
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("edit-places").click()
        await page.get_by_test_id("edit-item").filter(has_text="Line").click()
        yield video_id


async def saved_gate(page: Page, system: System, video_id: str) -> dict[str, object]:
    await page.get_by_test_id("save-places").click()
    await expect(page.get_by_test_id("toast").last).to_contain_text("Saved.")
    (gate,) = (await system.get(f"/api/videos/{video_id}/gates"))["items"]
    return dict(gate)


async def test_the_anchor_is_chosen_on_a_picture_of_a_vehicle_and_an_arrow_turned(
    page: Page, system: System, video_id: str
) -> None:
    anchor = page.get_by_test_id("anchor")
    await expect(anchor.locator("svg")).to_have_count(2)
    await expect(anchor.get_by_role("radio", name="bottom, where it stands")).to_be_checked()
    await anchor.get_by_role("radio", name="bottom, where it stands").press("ArrowRight")
    await expect(anchor.get_by_role("radio", name="middle")).to_be_checked()
    await page.get_by_test_id("reverse-gate").click()
    gate = await saved_gate(page, system, video_id)
    assert gate["anchor"] == "center"
    assert gate["points"] == GATE["points"][::-1]


async def test_places_are_drawn_on_any_picture_of_the_video(page: Page, system: System, video_id: str) -> None:
    handle = page.get_by_role("button", name="Point 1 of 2 of Line")
    await page.get_by_test_id("choose-picture").click()
    await expect(page.get_by_test_id("choose-picture")).to_have_count(0)
    playback = page.get_by_test_id("playback")
    await page.get_by_test_id("playback-timeline").press("ArrowRight")
    await expect(playback).to_have_attribute("data-time", re.compile(r"^1\."))
    await expect(page.get_by_test_id("recording")).to_be_visible()
    await expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Play")  # it stands still

    before = await playback.get_attribute("data-time")
    await handle.press("ArrowRight")  # moves the point, not the recording
    await expect(handle).to_have_accessible_name(re.compile("11 % from the left"))
    await expect(playback).to_have_attribute("data-time", str(before))
    assert await faults_of(page) == []
    gate = await saved_gate(page, system, video_id)
    assert gate["points"] == [[0.11, 0.5], [0.9, 0.5]]
    await expect(playback).to_be_visible()
