"""The list of videos in a real Chromium."""

from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browser.clips import RED, Clips
from browser.inspection import faults_of, layout_faults
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

LONG_LIST = 100_000

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


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


async def test_a_video_is_renamed_in_place(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.three_seconds, "cam 1") as video_id:
        await page.goto("/")
        await card(page, "cam 1").get_by_role("link").press("F2")
        field = page.get_by_test_id("name-field")
        await expect(field).to_be_focused()
        await page.keyboard.type("never saved")
        await page.keyboard.press("Escape")
        await card(page, "cam 1").hover()
        await card(page, "cam 1").get_by_test_id("rename-video").click()
        await field.fill("Elm Street, north")
        async with page.expect_response(lambda answer: answer.request.method == "PATCH"):  # the card changes before it
            await field.press("Enter")
        await expect(card(page, "Elm Street, north")).to_be_visible()
        await expect(field).to_have_count(0)
        assert (await system.get(f"/api/videos/{video_id}"))["name"] == "Elm Street, north"


async def test_selected_videos_are_analysed_and_deleted_together(page: Page, system: System, clips: Clips) -> None:
    async with (
        system.video(clips.three_seconds, "one"),
        system.video(clips.three_seconds, "two") as two,
        system.video(clips.three_seconds, "three"),
        system.video(clips.three_seconds, "four"),
    ):
        await page.goto("/")
        await page.get_by_test_id("layout-table").click()
        await page.get_by_test_id("sort-name").click()  # four, one, three, two
        cards, selection = page.get_by_test_id("video-card"), page.get_by_test_id("selection")
        await expect(cards.first).to_contain_text("four")
        await card(page, "two").get_by_test_id("select-video").click()
        await expect(selection).to_contain_text("1 video selected")
        await selection.get_by_test_id("analyse-selected").click()
        await expect(page.get_by_test_id("toast")).to_contain_text("Analysis of 1 video requested.")
        await expect(selection).to_have_count(0)
        await page.locator(f"[data-video-id='{two}'][data-kind=finished]").wait_for()

        await card(page, "four").get_by_role("link").focus()
        await page.keyboard.press("Space")
        await card(page, "three").get_by_test_id("select-video").click(modifiers=["Shift"])
        await expect(selection).to_contain_text("3 videos selected")
        await selection.get_by_test_id("delete-selected").click()
        await expect(page.get_by_test_id("delete-dialog")).to_contain_text("Delete 3 videos?")
        await page.get_by_test_id("confirm-delete").click()
        await expect(cards).to_have_count(1)
        await expect(cards).to_contain_text("two")
        await expect(page.get_by_test_id("list-total")).to_have_text("1 video")
        assert [video["name"] for video in (await system.get("/api/videos"))["items"]] == ["two"]


async def test_queued_analyses_have_a_place_in_the_queue_and_the_one_that_runs_tells_its_progress(
    page: Page, system: System, clips: Clips
) -> None:
    system.engine.delay_s = 0.1
    try:
        async with (
            system.video(clips.walls[RED], "runs") as runs,
            system.video(clips.walls[RED], "second") as second,
            system.video(clips.walls[RED], "third") as third,
        ):
            await page.goto("/")
            await system.http.post(f"/api/videos/{runs}/analysis")
            await is_soon(card(page, "runs"), "data-kind", "running")
            for video_id in (second, third):
                await system.http.post(f"/api/videos/{video_id}/analysis")
            await expect(card(page, "second").get_by_test_id("badge")).to_have_text("Queued, next")
            await expect(card(page, "third").get_by_test_id("badge")).to_have_text("Queued, no. 2")
            await expect(card(page, "runs")).to_contain_text(re.compile(r"0:\d\d of 10:00, .* left"))
            assert await faults_of(page) == []

            await card(page, "third").get_by_role("link").click()
            await expect(page.get_by_test_id("analysis-text")).to_contain_text("No. 2 in the queue.")
            await expect(page.get_by_test_id("stream-line")).to_contain_text("no. 2 in the queue")
            await system.http.delete(f"/api/videos/{second}/analysis")
            await expect(page.get_by_test_id("analysis-text")).to_contain_text("Next in the queue.")
    finally:
        system.engine.delay_s = 0.0


async def test_a_phone_shows_the_filters_on_request(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.three_seconds, "listed"):
        await page.set_viewport_size({"width": 360, "height": 740})
        await page.goto("/")
        await expect(card(page, "listed")).to_be_in_viewport()
        await expect(page.get_by_test_id("filter-status")).to_be_hidden()
        await page.get_by_test_id("toggle-filters").click()
        assert await layout_faults(page) == []
        await page.get_by_test_id("filter-status").select_option("failed")
        assert await layout_faults(page) == []
        await page.get_by_test_id("toggle-filters").click()
        await expect(page.get_by_test_id("toggle-filters")).to_have_text("Filters on")
        await page.get_by_test_id("clear-view").click()
        await expect(page.get_by_test_id("toggle-filters")).to_have_text("Filters")


async def test_that_the_list_is_out_of_date_stays_in_sight_until_it_is_not(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.three_seconds, "listed"):
        await page.set_viewport_size({"width": 360, "height": 420})
        await page.goto("/")
        await expect(card(page, "listed")).to_be_visible()
        lists = re.compile("/api/video(s|-count)\\?")
        await page.route(lists, lambda route: route.abort())
        notice = page.get_by_test_id("out-of-date")
        await expect(notice).to_contain_text("The list may be out of date.")
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        await expect(notice).to_be_in_viewport()
        await page.unroute(lists)
        await expect(notice).to_have_count(0)


async def test_of_a_long_list_only_what_is_on_the_screen_is_requested_and_drawn(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.three_seconds, "pattern") as video_id:
        pattern = await system.get(f"/api/videos/{video_id}")
        requested: list[int] = []

        async def answer(route: Route) -> None:
            if "/api/video-count" in route.request.url:
                await route.fulfill(json={"count": LONG_LIST})
                return
            asked = parse_qs(urlsplit(route.request.url).query)
            offset, limit = (int(asked[name][0]) for name in ("offset", "limit"))
            places = [offset + place for place in range(limit)]
            if asked.get("sort") == ["created_at"]:  # from the end
                places = [LONG_LIST - 1 - place for place in places]
            requested.append(places[0])
            items = [pattern | {"id": f"v{n}", "name": f"recording of the gate {n}"} for n in places]
            await route.fulfill(json={"items": items, "next_cursor": None})

        await page.route(re.compile(r"/api/(video-count|videos\?)"), answer)
        await page.goto("/")
        await expect(page.get_by_test_id("list-total")).to_have_text("100,000 videos")
        await expect(card(page, "recording of the gate 0").first).to_be_visible()
        await page.get_by_test_id("video-card").first.get_by_role("link").focus()
        await page.keyboard.press("End")
        last = page.locator("[data-video-id='v99999']").get_by_role("link")
        await expect(last).to_be_focused()
        await expect(last).to_be_in_viewport()
        assert await page.get_by_test_id("video-card").count() < 80
        assert len(set(requested)) <= 4, "the windows in between were never requested"
        await page.keyboard.press("Home")
        await expect(page.locator("[data-video-id='v0']").get_by_role("link")).to_be_focused()
        await page.unroute(re.compile(r"/api/(video-count|videos\?)"))


async def test_next_and_previous_work_from_a_deep_link(page: Page, system: System, clips: Clips) -> None:
    async with (
        system.video(clips.three_seconds, "older"),
        system.video(clips.three_seconds, "middle") as middle,
        system.video(clips.three_seconds, "newer"),
    ):
        await page.goto(f"/videos/{middle}")
        await expect(page.get_by_test_id("previous-video")).to_have_attribute("aria-label", "Previous video: newer")
        await page.get_by_test_id("next-video").click()
        await expect(page.get_by_role("heading", name="older")).to_be_visible()
