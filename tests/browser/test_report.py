"""The printed report of a video in a real Chromium: one sheet, whatever is counted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import THEMES, Theme
from browser.server import System
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAPERS = ("A4", "Letter")
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")
LEAST_PX = 10
"""7.5 pt."""

# A sheet is printed by `page.pdf`; that the page itself would print is only noted.
NOTED_PRINTS = """
(() => {
  window.prints = 0;
  window.print = () => { window.prints++; };
})()
"""

SMALL_TEXTS = """
least => [...document.querySelectorAll('.report *')]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((element) => parseFloat(getComputedStyle(element).fontSize) < least)
  .map((element) => element.outerHTML)
"""

# Cut off at the end of the sheet, or at its right edge.
CUT_OFF = """
() => {
  const report = document.querySelector('.report');
  const { right, bottom } = report.getBoundingClientRect();
  return [...report.querySelectorAll('*')]
    .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
    .filter(([, box]) => box.right > right + 1 || box.bottom > bottom + 1)
    .map(([html]) => html);
}
"""


IS_LOADED = """
ending => performance.getEntriesByType('resource')
  .some(({ name }) => name.includes('/report-') && name.endsWith(ending))
"""


async def draw_zone(system: System, video_id: str, name: str, left: float) -> None:
    polygon = [[left, 0.1], [left + 0.1, 0.1], [left + 0.1, 0.9], [left, 0.9]]
    answer = await system.http.post(f"/api/videos/{video_id}/zones", json={"name": name, "polygon": polygon})
    assert answer.status_code == 201, answer.text


async def draw_gate(system: System, video_id: str, name: str, top: float) -> None:
    gate = {"name": name, "points": [[0.02, top], [0.98, top]], "forward_name": "into town", "backward_name": "home"}
    answer = await system.http.post(f"/api/videos/{video_id}/gates", json=gate)
    assert answer.status_code == 201, answer.text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def video_id(system: System, clips: Clips) -> AsyncIterator[str]:
    async with system.video(clips.three_seconds, "Harbour road, camera 3, northbound 2026-06-01 07-00-00") as video_id:
        await draw_zone(system, video_id, "Right lane", 0.6)
        await count(system, video_id)
        yield video_id


async def count(system: System, video_id: str) -> None:
    """Analyse the video, or wait until it is counted with the newest zones and gates."""
    if not (await system.get(f"/api/videos/{video_id}/runs"))["items"]:
        await system.http.post(f"/api/videos/{video_id}/analysis")
    site = await system.get(f"/api/videos/{video_id}/site")
    gates = {gate["gate_id"] for gate in site["gates"]}
    zones = {zone["zone_id"] for zone in site["zones"]}
    while True:
        results = await system.get(f"/api/videos/{video_id}/results")
        counted = {each["gate_id"] for each in results["gates"]}, {each["zone_id"] for each in results["zones"]}
        if results["counted_with"] is not None and counted == (gates, zones):
            return


async def open_report(page: Page, video_id: str, key: str | None = None) -> None:
    """Until the page would print."""
    await page.add_init_script(NOTED_PRINTS)
    await page.goto(f"/videos/{video_id}")
    await expect(page.get_by_test_id("total_vehicles_count")).to_have_text("3")
    if key is None:
        await page.get_by_test_id("print-report").click()
    else:
        await page.keyboard.press(key)
    await page.wait_for_function("() => window.prints === 1")


async def pages_of(page: Page, paper: str) -> int:
    return len(PAGE_OF_PDF.findall(await page.pdf(format=paper)))


async def assert_one_legible_sheet(page: Page) -> None:
    assert await page.evaluate(SMALL_TEXTS, LEAST_PX) == []
    assert await page.evaluate(CUT_OFF) == []
    for paper in PAPERS:
        assert await pages_of(page, paper) == 1, paper


@pytest.mark.parametrize("theme", THEMES)
async def test_a_video_with_zones_is_one_sheet(page: Page, video_id: str, theme: Theme) -> None:
    await page.emulate_media(color_scheme=theme)
    await open_report(page, video_id)
    report = page.get_by_test_id("report")
    await expect(report).to_be_hidden()
    for part in ("Right lane", "Vehicles over time", "Counts every 10 seconds", "CSV and XLSX", "Checked by"):
        await expect(report).to_contain_text(part)
    await expect(report).not_to_contain_text("Flows")
    await assert_one_legible_sheet(page)


@pytest.mark.parametrize("theme", THEMES)
async def test_a_video_with_gates_and_flows_is_one_sheet(
    page: Page, system: System, video_id: str, theme: Theme
) -> None:
    if theme == THEMES[0]:
        await draw_gate(system, video_id, "Stop line", 0.3)
        await draw_gate(system, video_id, "Bridge", 0.7)
    await count(system, video_id)
    await page.emulate_media(color_scheme=theme)
    await open_report(page, video_id)
    report = page.get_by_test_id("report")
    for part in ("Stop line, into town", "Bridge, home", "Flows between gates", "3 of 3 vehicles passed two gates"):
        await expect(report).to_contain_text(part)
    await expect(page.get_by_test_id("report-counts").get_by_role("row", include_hidden=True).last).to_contain_text("3")
    await assert_one_legible_sheet(page)


async def test_the_charts_of_the_report_are_light_in_the_dark_theme(page: Page, video_id: str) -> None:
    accents: dict[str, str] = {}
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        await open_report(page, video_id)
        accents[theme] = await page.evaluate(
            """() => {
              const canvas = document.querySelector('.report [data-testid=chart-dwell] canvas');
              const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              const counts = new Map();
              for (let at = 0; at < data.length; at += 4) {
                if (data[at + 3] !== 255) continue;
                const colour = data.slice(at, at + 3).join();
                counts.set(colour, (counts.get(colour) ?? 0) + 1);
              }
              return [...counts].sort((one, other) => other[1] - one[1])[0][0];
            }"""
        )
    assert accents["dark"] == accents["light"]


async def test_with_more_than_a_sheet_holds_it_says_what_is_in_the_files(
    page: Page, system: System, video_id: str
) -> None:
    for number in range(12):
        await draw_gate(system, video_id, f"Arm {number} of a roundabout with a long name", 0.1 + number / 15)
    await count(system, video_id)
    await page.set_viewport_size({"width": 360, "height": 740})
    await open_report(page, video_id)
    await expect(page.get_by_test_id("report")).to_contain_text("more are in the CSV and XLSX files")
    await assert_one_legible_sheet(page)


async def test_the_keys_of_the_browser_print_the_report(page: Page, video_id: str) -> None:
    await open_report(page, video_id, "Control+p")
    await expect(page.get_by_test_id("report-counts")).to_be_attached()
    assert await pages_of(page, "A4") == 1


async def test_the_menu_of_the_browser_prints_the_report_once_it_is_loaded(page: Page, video_id: str) -> None:
    await page.goto(f"/videos/{video_id}")
    for kind in ("css", "js"):
        await page.wait_for_function(IS_LOADED, arg=kind)
    await page.evaluate("new Promise((resume) => requestIdleCallback(() => requestIdleCallback(resume)))")
    # The report is drawn when the browser begins to print, and gone when it has printed.
    printed = PAGE_OF_PDF.findall(await page.pdf(format="A4"))
    assert len(printed) == 1
    await expect(page.get_by_test_id("report")).to_have_count(0)
    await expect(page.get_by_test_id("picture")).to_be_visible()
