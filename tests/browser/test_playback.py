"""The recording in a real Chromium: boxes in step with it, its keys, crops and marks of the table of vehicles."""

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
from playwright.async_api import Locator, Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FRAME_S = 1 / 25


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def video_id(system: System, clips: Clips) -> AsyncIterator[str]:
    """Analysed: a car, a truck and a bus pass in three seconds."""
    async with system.video(clips.three_seconds, "Playback") as video_id:
        await system.http.post(f"/api/videos/{video_id}/analysis")

        async with asyncio.timeout(PATIENCE_S):
            while not (await system.get(f"/api/videos/{video_id}/runs"))["items"]:  # noqa: ASYNC110 results notify nobody
                await asyncio.sleep(0.05)
        yield video_id


@pytest_asyncio.fixture(loop_scope="module")
async def playback(page: Page, video_id: str) -> Locator:
    """The recording, opened by an address at 1.5 s."""
    await page.goto(f"/videos/{video_id}?t=1.5")
    await expect(page.get_by_test_id("logged-boxes")).to_have_attribute("data-boxes", re.compile(r"[1-9]"))
    await build_parts(page)
    playback = page.get_by_test_id("playback")
    await expect(playback).to_have_attribute("data-time", re.compile(r"^1\.(48|50)"))
    return playback


async def time_of(playback: Locator) -> float:
    return float(await playback.get_attribute("data-time") or "nan")


def times_of_picture(number: int) -> re.Pattern[str]:
    """When it begins, as browsers tell it, or its middle, which was asked for: a busy browser may not tell."""
    return re.compile(
        "|".join(f"^{re.escape(f'{time_s:.3f}')}$" for time_s in (number * FRAME_S, (number + 0.5) * FRAME_S))
    )


async def test_boxes_are_drawn_in_step_with_the_recording(page: Page, playback: Locator, system: System, video_id: str):
    part = await system.get(f"/api/videos/{video_id}/detections?to_s=10")
    counts = {round(picture["at_s"], 3): len(picture["boxes"]) for picture in part["pictures"]}
    shown = await time_of(playback)
    assert shown == pytest.approx(1.5, abs=FRAME_S)
    nearest = min(counts, key=lambda at_s: abs(at_s - shown))
    await expect(page.get_by_test_id("logged-boxes")).to_have_attribute("data-boxes", str(counts[nearest]))
    await expect(page.get_by_test_id("playback-timeline")).to_have_attribute("data-visits", "3")


async def test_keys_go_frame_by_frame_and_change_the_speed(page: Page, playback: Locator):
    for key, number in ((".", 38), (".", 39), (",", 38), (",", 37)):
        await page.keyboard.press(key)
        await expect(playback).to_have_attribute("data-time", times_of_picture(number))
    await page.keyboard.press(">")
    await expect(page.get_by_test_id("playback-rate")).to_have_value("1.5")
    await page.keyboard.press("Space")
    await expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Pause")
    await page.get_by_test_id("play").click()
    await expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Play")
    await expect(page).to_have_url(re.compile(r"\?t=[\d.]+$"))


async def address_after_click(page: Page, selector: str) -> str:
    """What is clicked as soon as the end of the recording is drawn, before the address has become its moment."""
    await page.get_by_test_id("playback-time").evaluate(
        """(time, selector) => {
          window.addressAfterClick = new Promise(resolve => {
            new MutationObserver((_, observer) => {
              observer.disconnect();
              document.querySelector(selector).click();
              requestAnimationFrame(() => requestAnimationFrame(() => resolve(location.pathname + location.search)));
            }).observe(time, { subtree: true, childList: true, characterData: true });
          });
        }""",
        selector,
    )
    await page.get_by_test_id("playback-timeline").press("End")
    return await page.evaluate("window.addressAfterClick")


async def test_the_address_names_no_moment_after_the_recording_was_closed(page: Page, playback: Locator, video_id: str):
    assert await address_after_click(page, "[data-testid=toggle-recording]") == f"/videos/{video_id}"
    await expect(playback).to_have_count(0)


async def test_the_address_of_another_video_names_no_moment(
    page: Page, playback: Locator, system: System, clips: Clips, video_id: str
):
    async with system.video(clips.three_seconds, "Another") as other_id:
        other = f"[data-testid=switch-video][data-video-id='{other_id}']"
        await expect(page.locator(other)).to_be_visible()
        assert await address_after_click(page, other) == f"/videos/{other_id}"
        await expect(playback).to_have_count(0)
        await page.go_back()
        await expect(page).to_have_url(re.compile(rf"/videos/{video_id}(\?t=[\d.]+)?$"))


async def test_an_address_that_ends_in_a_slash_follows_the_recording(page: Page, video_id: str):
    await page.goto(f"/videos/{video_id}/?t=1.5")
    playback = page.get_by_test_id("playback")
    await expect(playback).to_have_attribute("data-time", re.compile(r"^1\.(48|50)"))
    await page.keyboard.press(".")
    await expect(page).to_have_url(re.compile(rf"/videos/{video_id}\?t=1\.5[0-9]+$"))


async def test_layers_are_remembered(page: Page, playback: Locator):
    await page.get_by_test_id("toggle-trails").click()
    await page.get_by_test_id("toggle-labels").click()
    await page.reload()
    for layer, is_shown in (("trails", "false"), ("labels", "false"), ("boxes", "true"), ("zones", "true")):
        await expect(page.get_by_test_id(f"toggle-{layer}")).to_have_attribute("aria-checked", is_shown)


async def test_pictures_of_the_server_are_shown_where_the_browser_cannot_play(
    page: Page, system: System, video_id: str
):
    await page.route(f"**/api/videos/{video_id}/content", lambda route: route.fulfill(body=b"no video at all"))
    await page.goto(f"/videos/{video_id}?t=1.5")
    playback = page.get_by_test_id("playback")
    await expect(playback).to_have_attribute("data-mode", "pictures")
    await expect(page.get_by_test_id("recording-problem")).to_contain_text("cannot play the recording")
    await expect(playback).to_have_attribute("data-time", "1.500")
    assert await page.get_by_test_id("recording-picture").evaluate("picture => picture.naturalWidth") > 100
    await expect(page.get_by_test_id("logged-boxes")).to_have_attribute("data-boxes", re.compile(r"[1-9]"))
    await page.get_by_test_id("playback-timeline").press("Home")
    await expect(playback).to_have_attribute("data-time", "0.000")


async def test_each_row_has_a_picture_of_its_vehicle(page: Page, playback: Locator):
    crops = page.get_by_test_id("crop")
    await expect(crops).to_have_count(3)
    for crop in await crops.all():
        await crop.scroll_into_view_if_needed()
        await page.wait_for_function("crop => crop.complete && crop.naturalWidth > 10", arg=await crop.element_handle())
    await crops.first.click()
    await expect(page.get_by_test_id("play")).to_be_visible()


async def test_marked_rows_give_the_accuracy_of_the_count(page: Page, system: System, video_id: str):
    await page.goto(f"/videos/{video_id}?t=2.4")
    await build_parts(page)
    marks = page.get_by_test_id("mark")
    await marks.nth(0).select_option("right")
    await expect(page.get_by_test_id("accuracy")).to_contain_text("1 of 3 vehicles checked")
    await marks.nth(1).select_option("wrong_type bicycle")
    await marks.nth(2).select_option("wrong")
    await page.get_by_test_id("add-missed").click()
    await expect(page.get_by_test_id("missed-vehicles")).to_contain_text("Missed at 0:02.4")
    await expect(page.get_by_test_id("accuracy-table").locator("tbody tr").first.locator("td")).to_have_text(
        ["3", "3", "0.0 %", "0.0"]
    )
    run_id = (await system.get(f"/api/videos/{video_id}/runs"))["items"][0]["run_id"]
    stored = await system.get(f"/api/videos/{video_id}/runs/{run_id}/marks")
    assert [mark["verdict"] for mark in stored["marks"]] == ["right", "wrong_type", "wrong"]
    await page.reload()
    await expect(marks.nth(1)).to_have_value("wrong_type bicycle")


async def test_charts_show_the_moment_that_is_clicked(page: Page, playback: Locator):
    for chart in ("chart", "chart-entries", "chart-dwell"):
        await expect(page.get_by_test_id(chart).locator("canvas")).to_be_visible()
    over = page.get_by_test_id("chart-entries").locator(".u-over")
    box = await over.bounding_box()
    assert box is not None
    await over.click(position={"x": box["width"] * 0.8, "y": 20})
    await expect(playback).to_have_attribute("data-time", re.compile(r"2\.[3-9]"))


async def test_a_recording_is_accessible_in_both_themes_and_fits_a_phone(page: Page, playback: Locator):
    await page.get_by_test_id("mark").first.select_option("right")
    await expect(page.get_by_test_id("accuracy-table")).to_be_visible()
    faults = await accessibility_faults(page)
    await page.emulate_media(color_scheme="dark")
    faults += await accessibility_faults(page, only="color-contrast")
    await page.set_viewport_size({"width": 360, "height": 740})
    assert faults + await layout_faults(page) == []
