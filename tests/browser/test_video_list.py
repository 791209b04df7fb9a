"""The list of videos in a real Chromium."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from browser.clips import Clips
from browser.page_actions import (
    assert_not_reloaded,
    card,
    has_shown,
    is_soon,
    mark,
    start_button,
)
from browser.server import System
from playwright.async_api import Locator, Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


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
        async with page.expect_response(lambda answer: answer.request.method == "DELETE"):  # the card goes before it
            await page.get_by_test_id("confirm-delete").click()
        await expect(card(page, "unwanted")).to_have_count(0)
        await expect(page.get_by_test_id("delete-dialog")).to_have_count(0)
        await expect(card(page, "kept")).to_be_visible()
        await expect(page.get_by_role("list", name="Videos")).to_be_focused()
        assert len(deletions) == 1
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
        await is_soon(start_button(page), "data-state", "ready")  # before, the button is disabled and Tab skips it
        await tab_to(page, start_button(page))
        await page.keyboard.press("Enter")
        await has_shown(page, "start-stream", "data-state", "streaming")


async def test_the_list_is_searched_sorted_and_walked_by_keyboard(page: Page, system: System, clips: Clips) -> None:
    async with (
        system.video(clips.three_seconds, "Elm Street 10"),
        system.video(clips.three_seconds, "Elm Street 2"),
        system.video(clips.three_seconds, "Harbour"),
    ):
        await page.goto("/")
        cards, total = page.get_by_test_id("video-card"), page.get_by_test_id("list-total")
        await expect(total).to_have_text("3 videos")
        await page.keyboard.press("/")
        await expect(page.get_by_test_id("search")).to_be_focused()
        await page.keyboard.type("street elm")
        await expect(cards).to_have_count(2)
        await expect(total).to_have_text("2 of 3 videos")
        await page.get_by_test_id("order").select_option("name")
        await expect(cards.first).to_contain_text("Elm Street 2")

        await cards.first.get_by_role("link").focus()
        await page.keyboard.press("ArrowRight")
        await expect(card(page, "Elm Street 10").get_by_role("link")).to_be_focused()
        await page.keyboard.press("Delete")
        await expect(page.get_by_test_id("delete-dialog")).to_contain_text("Elm Street 10")
        await page.keyboard.press("Escape")
        await expect(card(page, "Elm Street 10").get_by_role("link")).to_be_focused()

        await page.get_by_test_id("filter-status").select_option("failed")
        await expect(cards).to_have_count(0)
        await page.get_by_test_id("clear-view").click()
        await expect(cards).to_have_count(3)


async def tab_to(page: Page, wanted: Locator, most: int = 30) -> None:
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached by pressing Tab {most} times: {wanted}")
