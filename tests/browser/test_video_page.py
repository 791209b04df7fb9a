"""What the page shows of a video, and what can be set there."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import AsyncExitStack
from typing import Any

import pytest
from browser.clips import Clips
from browser.inspection import accessibility_faults
from browser.page_actions import (
    build_parts,
    canvas,
    card,
    is_soon,
    press_start,
    shown_numbers,
)
from browser.server import PATIENCE_S, System
from playwright.async_api import Locator, Page, expect

from onwatch_testkit.blob_engine import BlobEngine

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_no_page_shows_the_file_path_nor_the_coordinates_of_region_and_calibration(
    page: Page, system: System, clips: Clips
) -> None:
    roi = [[0.1357, 0.2468], [0.8642, 0.2579], [0.7531, 0.9753]]
    calibration: dict[str, Any] = {
        "image_points": [[0.1123, 0.2234], [0.8345, 0.2456], [0.9567, 0.9678], [0.0789, 0.9891]],
        "side_lengths_m": [3.517, 41.293, 3.619, 42.871],
    }
    async with system.video(clips.three_seconds, "discreet") as video_id:
        patch = {"roi": roi, "calibrate_coordinates": calibration}
        answer = await system.http.patch(f"/api/videos/{video_id}", json=patch)
        assert answer.status_code == 200, answer.text
        video = await system.get(f"/api/videos/{video_id}")
        numbers = [number for point in roi + calibration["image_points"] for number in point]
        secrets = [video["file_path"], *map(str, numbers), *map(str, calibration["side_lengths_m"])]
        assert all(json.dumps(secret)[1:-1] in json.dumps(video) for secret in secrets), "the API gives them"
        for path, loaded in (("/", card(page, "discreet")), (f"/videos/{video_id}", page.locator(".facts .badge"))):
            await page.goto(path)
            await expect(loaded).to_be_visible()
            if path != "/":
                await build_parts(page)
            text = await everything_readable(page)
            assert "discreet" in text
            assert [secret for secret in secrets if secret in text] == []
            for name in ("file_path", "calibrate_coordinates", "calibration", "Calibration"):
                assert name not in text


async def everything_readable(page: Page) -> str:
    """Texts, values of inputs and attributes of the page."""
    return str(
        await page.evaluate(
            """() => [document.title, document.body.textContent,
              ...Array.from(document.querySelectorAll('input, textarea, select'), (field) => field.value),
              ...Array.from(document.querySelectorAll('*'), (element) =>
                Array.from(element.attributes, (attribute) => attribute.value).join(' ')),
            ].join('\\n')"""
        )
    )


async def test_on_a_phone_a_video_opens_at_its_picture_and_not_at_the_strip_below(
    page: Page, system: System, clips: Clips
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    async with AsyncExitStack() as stack:
        first, *_ = [
            await stack.enter_async_context(system.video(clips.three_seconds, f"number {number}"))
            for number in range(5)
        ]
        await page.goto(f"/videos/{first}")
        current = page.locator("[data-testid=switch-video][aria-current=page]")
        await expect(current).to_be_attached()
        strip = page.get_by_role("navigation", name="Videos").get_by_role("list")
        await eventually_true(strip, "strip => strip.scrollLeft > 0")  # it is the oldest: the last one
        assert await page.evaluate("window.scrollY") == 0
        await expect(canvas(page)).to_be_in_viewport()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the phone"


async def eventually_true(locator: Locator, question: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await locator.evaluate(question):  # noqa: ASYNC110 `expect` knows no scroll positions
            await asyncio.sleep(0.02)


async def test_a_region_is_drawn_on_the_picture_and_one_that_crosses_itself_is_not_saved(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.three_seconds, "drawn") as video_id:
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("edit-places").click()
        await expect(page.get_by_test_id("save-places")).to_be_enabled()  # no points: the whole frame
        drawn = [(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)]
        await click_points(page, drawn[:2])
        await expect(page.get_by_test_id("save-places")).to_be_disabled()
        await click_points(page, drawn[2:])
        await expect(page.get_by_test_id("edit-hint")).to_contain_text("crosses itself")
        await expect(page.get_by_test_id("save-places")).to_be_disabled()

        await page.get_by_test_id("clear-points").click()
        wanted = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
        await click_points(page, wanted)
        await expect(page.get_by_test_id("edit-hint")).to_contain_text("A change counts from the first run on.")
        await page.get_by_test_id("save-places").click()
        await expect(page.get_by_test_id("toast")).to_contain_text("counted with this from its next run on")
        await expect(page.get_by_test_id("edit-layer")).to_have_count(0)
        saved = (await system.get(f"/api/videos/{video_id}"))["roi"]
        assert len(saved) == len(wanted)
        for point, expected in zip(saved, wanted, strict=True):
            assert point == pytest.approx(expected, abs=0.01)

        picture, figures = page.get_by_test_id("picture"), page.get_by_test_id("roi-figures")
        await is_soon(picture, "data-shapes", "1")
        await picture.hover(position={"x": 5, "y": 5})
        await expect(picture).not_to_have_attribute("data-highlighted", "zone/roi")
        await picture.hover()  # its middle is in the region
        await is_soon(figures, "data-highlighted", "true")
        await page.get_by_test_id("start-stream").hover()
        await expect(figures).not_to_have_attribute("data-highlighted", "true")
        await figures.hover()
        await is_soon(picture, "data-highlighted", "zone/roi")


async def test_a_gate_is_drawn_undone_by_keyboard_and_not_lost_by_leaving(
    page: Page, system: System, clips: Clips
) -> None:
    async with system.video(clips.three_seconds, "gated") as video_id:
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("edit-places").click()
        await page.get_by_test_id("add-gate").click()
        await expect(page.get_by_test_id("save-places")).to_be_disabled()
        await click_points(page, [(0.2, 0.5), (0.8, 0.5), (0.8, 0.9)])
        await expect(page.locator(".point-handle")).to_have_count(3)
        await page.keyboard.press("Control+z")
        await expect(page.locator(".point-handle")).to_have_count(2)
        await page.get_by_test_id("place-name").fill("Stop line")
        await page.get_by_test_id("forward-name").fill("into town")

        await page.get_by_role("link", name="All videos", exact=True).click()
        await expect(page.get_by_test_id("leave-dialog")).to_be_visible()
        await page.get_by_test_id("stay").click()
        await expect(page).to_have_url(re.compile(f"/videos/{video_id}$"))

        last = page.get_by_role("button", name="Point 2 of 2 of Stop line")
        await last.focus()
        await page.keyboard.press("ArrowDown")
        await expect(last).to_have_accessible_name(re.compile("51 % from the top"))
        of_another = {"name": "Other", "points": [[0.1, 0.1], [0.2, 0.1]]}
        assert (await system.http.post(f"/api/videos/{video_id}/gates", json=of_another)).status_code == 201
        await page.get_by_test_id("save-places").click()
        await expect(page.get_by_test_id("edit-hint")).to_contain_text("Somebody else has changed")
        await page.get_by_test_id("save-places").click()
        await is_soon(page.get_by_test_id("picture"), "data-shapes", "2")
        (gate,) = (await system.get(f"/api/videos/{video_id}/gates"))["items"]
        assert (gate["name"], gate["forward_name"]) == ("Stop line", "into town")
        assert gate["points"][0] == pytest.approx([0.2, 0.5], abs=0.01)
        await expect(page.get_by_test_id("place").filter(has_text="Stop line")).to_contain_text("into town")

        await page.get_by_test_id("edit-places").click()
        await page.get_by_test_id("add-zone").click()
        await page.get_by_role("link", name="All videos", exact=True).click()
        await page.get_by_test_id("discard").click()
        await expect(page).to_have_url(re.compile("/$"))


async def test_counts_by_interval_are_a_table_and_files(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.three_seconds, "tabled") as video_id:
        gate = {"name": "Line", "points": [[0, 0.5], [1, 0.5]], "anchor": "center"}
        assert (await system.http.post(f"/api/videos/{video_id}/gates", json=gate)).status_code == 201
        await system.http.post(f"/api/videos/{video_id}/analysis")
        await page.goto(f"/videos/{video_id}")
        await build_parts(page)
        total = page.get_by_test_id("counts-total")
        await expect(total).to_be_visible()
        address = f"/api/videos/{video_id}/counts?interval=10s&by=gate,direction"
        counted = await system.get(address)
        assert counted["total"] > 0
        await expect(total).to_have_text(str(counted["total"]))
        await page.get_by_test_id("by-type").click()
        await expect(page.get_by_test_id("counts-table").locator("thead")).to_contain_text("forward, car")
        for file_format, begin in (("csv", b"starts_at"), ("xlsx", b"PK")):
            href = await page.get_by_test_id(f"counts-{file_format}").get_attribute("href")
            answer = await system.http.get(str(href))
            assert answer.status_code == 200
            assert answer.content.lstrip(b"\xef\xbb\xbf").startswith(begin), answer.content[:40]


async def click_points(page: Page, points: list[tuple[float, float]]) -> None:
    layer = page.get_by_test_id("edit-layer")
    box = await layer.bounding_box()
    assert box is not None
    for x, y in points:
        await layer.click(position={"x": x * box["width"], "y": y * box["height"]})


async def test_numbers_of_the_demo_model_are_marked_as_such(page: Page, system: System, clips: Clips) -> None:
    system.engine.name = "demo"
    try:
        async with system.video(clips.three_seconds, "demonstrated") as video_id:
            await page.goto(f"/videos/{video_id}")
            await press_start(page)
            await expect(page.get_by_test_id("demo-banner")).to_contain_text("demo model")
            await is_soon(page.get_by_test_id("source"), "data-source", "sql")
            await expect(page.get_by_test_id("demo-banner")).to_be_visible()
    finally:
        system.engine.name = BlobEngine.name


async def test_a_model_that_detects_little_gets_a_hint_and_one_click_switches_to_motion(
    page: Page, system: System, clips: Clips
) -> None:
    choice = page.get_by_test_id("engine").get_by_role("radio")
    hint = page.get_by_test_id("engine-hint")
    system.engine.is_blind = True
    try:
        async with system.video(clips.three_seconds, "unseen") as video_id:
            await page.goto(f"/videos/{video_id}")
            await expect(choice.and_(page.get_by_label("Automatic"))).to_be_checked()
            # Not `check`, which expects the change at once: the page shows what the server has.
            await choice.and_(page.get_by_label("Model", exact=True)).click()
            await expect(choice.and_(page.get_by_label("Model", exact=True))).to_be_checked()
            await eventually_is(system, video_id, "model")
            await press_start(page)
            await is_soon(page.get_by_test_id("source"), "data-source", "sql")
            await expect(page.get_by_test_id("total_vehicles_count")).to_have_text("–")
            await expect(page.get_by_test_id("certainty")).to_have_text("not known")
            await expect(hint).to_contain_text("almost nothing")

            await hint.get_by_role("button").click()
            await expect(hint).to_have_count(0)
            await expect(choice.and_(page.get_by_label("Motion"))).to_be_checked()
            await press_start(page)
            await expect(page.get_by_test_id("source")).to_contain_text("detected by motion")
            await is_soon(page.get_by_test_id("source"), "data-source", "sql")
            assert (await shown_numbers(page))["vehicle_type"] == {"vehicle": 3}
            await expect(hint).to_contain_text("Counted by motion.")
            await expect(hint.get_by_role("button")).to_have_text("Detect with the model")
    finally:
        system.engine.is_blind = False


async def test_a_total_tells_how_sure_it_is_and_rows_on_weak_evidence_say_why(
    page: Page, system: System, clips: Clips
) -> None:
    certainty, doubts = page.get_by_test_id("certainty"), page.get_by_test_id("doubts")
    async with system.video(clips.three_seconds, "doubted") as video_id:
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        await is_soon(page.get_by_test_id("source"), "data-source", "sql")
        evidence = await system.get(f"/api/videos/{video_id}/evidence")
        total, rows = evidence["zones"][0]["total_vehicles_count"], evidence["items"]
        assert (await shown_numbers(page))["total_vehicles_count"] == total == len(rows) > 0
        assert (evidence["zones"][0]["low"], evidence["zones"][0]["high"]) == (total, total)
        await expect(page.get_by_test_id("vehicles-table").locator("tbody tr")).to_have_count(len(rows))
        await expect(certainty.or_(doubts)).to_have_count(0)

        evidence["zones"][0] |= {"low": total - 1, "high": total + 2, "weak_vehicles_count": 1}
        rows[0] |= {"is_weak": True, "weaknesses": ["few", "unsure"]}
        await page.route(f"**/api/videos/{video_id}/evidence*", lambda route: route.fulfill(json=evidence))
        try:
            await page.reload()
            await expect(certainty).to_have_text(f"({total - 1} to {total + 2})")
            await expect(certainty).to_have_attribute("title", re.compile("90.*1 vehicle hangs on weak evidence"))
            await expect(doubts).to_have_text("Uncertain: few detections")
            await expect(doubts).to_have_attribute("title", re.compile("detected with little confidence"))
            await expect(page.get_by_test_id("vehicles-legend")).to_contain_text("Uncertain")
            assert await accessibility_faults(page) == []
        finally:
            await page.unroute_all()


async def eventually_is(system: System, video_id: str, engine: str) -> None:
    """The choice has reached the server."""
    async with asyncio.timeout(PATIENCE_S):
        while (await system.get(f"/api/videos/{video_id}"))["engine"] != engine:  # noqa: ASYNC110 as above
            await asyncio.sleep(0.05)


async def test_a_file_with_nothing_odd_has_no_notes(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.three_seconds, "sound") as video_id:
        async with page.expect_response(f"**/api/videos/{video_id}/file"):
            await page.goto(f"/videos/{video_id}")
        await expect(page.locator(".facts .badge")).to_be_visible()
        await expect(page.get_by_test_id("file-notes")).to_have_count(0)


async def test_an_assumed_rate_is_told_and_can_be_corrected(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.raw, "recorder") as video_id:
        await page.goto(f"/videos/{video_id}")
        notes, rate = page.get_by_test_id("file-notes"), page.get_by_test_id("recorded-fps")
        save, reset = page.get_by_test_id("recorded-fps-save"), page.get_by_test_id("recorded-fps-reset")
        await expect(notes).to_contain_text("no usable timestamps: its pictures are counted at 25 a second (assumed)")
        await expect(rate).to_have_value("25")
        await expect(reset).to_have_count(0)

        await rate.fill("0")
        await save.click()
        await expect(page.get_by_test_id("recorded-fps-problem")).to_have_text("Enter a number from 0.01 to 1000.")
        assert (await system.get(f"/api/videos/{video_id}"))["fps"] == 25.0

        await rate.fill("12.5")
        await save.click()
        await expect(page.get_by_test_id("toast")).to_contain_text("It applies from the next start.")
        await expect(notes).to_contain_text("counted at 12.5 a second (as set)")
        await expect(page.locator(".facts")).to_contain_text("12.5 fps")
        video = await system.get(f"/api/videos/{video_id}")
        assert (video["fps"], video["duration_s"]) == (12.5, 4.8)

        await reset.click()
        await expect(notes).to_contain_text("counted at 25 a second (assumed)")
        await expect(rate).to_have_value("25")


async def test_a_rate_that_is_refused_is_told_at_its_field(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.raw, "refused") as video_id:
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("recorded-fps").fill("10")
        await page.route(f"**/api/videos/{video_id}/file", lambda route: route.abort())
        await page.get_by_test_id("recorded-fps-save").click()
        await expect(page.get_by_test_id("recorded-fps-problem")).to_contain_text("Onwatch does not answer")
        await expect(page.get_by_test_id("recorded-fps")).to_have_value("10")
