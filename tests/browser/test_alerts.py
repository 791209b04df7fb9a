"""Alerts in a real Chromium: a rule is tried, saved, and raises alerts that open their moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import accessibility_faults, layout_faults
from browser.page_actions import build_parts
from browser.server import PATIENCE_S, System
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ANY_VEHICLE = {
    "name": "Anything",
    "condition": {"kind": "count", "zone_id": "roi", "more_than": 0, "window_s": 10, "clear_after_s": 0},
}


async def analysed(system: System, video_id: str) -> None:
    await system.http.post(f"/api/videos/{video_id}/analysis")
    async with asyncio.timeout(PATIENCE_S):
        while not (await system.get(f"/api/videos/{video_id}/runs"))["items"]:  # noqa: ASYNC110 results notify nobody
            await asyncio.sleep(0.05)


async def add_rule(system: System, video_id: str) -> None:
    """The aggregator learns of a new video by a message."""
    rules = f"/api/videos/{video_id}/alert-rules"
    async with asyncio.timeout(PATIENCE_S):
        while (await system.http.post(rules, json=ANY_VEHICLE)).status_code != 201:  # noqa: ASYNC110 it notifies nobody
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def video_id(system: System, clips: Clips) -> AsyncIterator[str]:
    """Analysed without a rule: a car, a truck and a bus pass in three seconds."""
    async with system.video(clips.three_seconds, "Alerts") as video_id:
        await analysed(system, video_id)
        yield video_id


async def test_a_rule_is_tried_before_it_is_saved(page: Page, system: System, video_id: str):
    await page.goto(f"/videos/{video_id}")
    await build_parts(page)
    await expect(page.get_by_test_id("alerts")).to_contain_text("No rules yet")
    await page.get_by_test_id("new-rule").click()
    await page.get_by_test_id("rule-kind").select_option("count")
    await page.get_by_test_id("rule-vehicles").fill("1")
    await page.get_by_test_id("try-rule").click()
    await expect(page.get_by_test_id("replay-count")).to_have_text("It would have raised 1 alert:")
    await page.get_by_test_id("rule-vehicles").fill("100")
    await expect(page.get_by_test_id("replay-count")).to_have_count(0)
    await page.get_by_test_id("try-rule").click()
    await expect(page.get_by_test_id("replay-count")).to_have_text("It would have raised nothing.")
    assert await accessibility_faults(page) == []
    assert await layout_faults(page) == []
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("form-problem")).to_have_text("Give the rule a name.")
    await page.get_by_test_id("rule-name").fill("Rush hour")
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("rule")).to_contain_text("Rush hour")
    (rule,) = (await system.get(f"/api/videos/{video_id}/alert-rules"))["items"]
    assert (rule["condition"]["more_than"], rule["condition"]["zone_id"]) == (100, "roi")
    await page.get_by_test_id("rule-enabled").click()
    await expect(page.get_by_test_id("rule-enabled")).to_have_attribute("aria-checked", "false")
    await page.get_by_test_id("edit-rule").click()
    await expect(page.get_by_test_id("rule-vehicles")).to_have_value("100")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("delete-rule").click()
    await page.get_by_test_id("confirm-delete-rule").click()
    await expect(page.get_by_test_id("rule")).to_have_count(0)


async def test_alerts_of_a_run_are_listed_open_their_moment_and_are_acknowledged(
    page: Page, system: System, clips: Clips
):
    async with system.video(clips.three_seconds, "Raised") as video_id:
        await add_rule(system, video_id)
        await page.goto(f"/videos/{video_id}")
        await build_parts(page)
        await expect(page.get_by_test_id("rule")).to_contain_text("Anything")
        await system.http.post(f"/api/videos/{video_id}/analysis")
        await expect(page.get_by_test_id("toast").first).to_contain_text("Alert: Anything")
        alert = page.get_by_test_id("alert")
        await expect(alert).to_contain_text("end of the video")
        await expect(page.get_by_test_id("open-alerts")).to_have_count(0)
        assert await accessibility_faults(page) == []
        assert await layout_faults(page) == []
        await page.get_by_test_id("acknowledge").click()
        await expect(page.get_by_test_id("acknowledged")).to_be_visible()
        await alert.get_by_test_id("alert-moment").click()
        await expect(page).to_have_url(re.compile(r"\?t="))
