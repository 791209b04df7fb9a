"""What a person at the page does and sees."""

from __future__ import annotations

import re
from typing import Any

from browser.server import PATIENCE_S
from playwright.async_api import Locator, Page, expect

# Notes every value of every attribute that an element with a test id has ever had. A state that lasts for a moment is
# then seen on a machine of any speed.
HISTORY = """
(() => {
  window.attributeHistory = {};
  const note = (element) => {
    if (!(element instanceof Element) || !element.dataset.testid) return;
    for (const { name, value } of element.attributes) {
      const values = (window.attributeHistory[`${element.dataset.testid} ${name}`] ??= []);
      if (values.at(-1) !== value) values.push(value);
    }
  };
  const noteAll = (root) => {
    note(root);
    if (root instanceof Element) root.querySelectorAll('[data-testid]').forEach(note);
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      note(change.target);
      change.addedNodes.forEach(noteAll);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
})()
"""


def canvas(page: Page) -> Locator:
    return page.get_by_test_id("player-canvas")


def start_button(page: Page) -> Locator:
    return page.get_by_test_id("start-stream")


def line(page: Page) -> Locator:
    return page.get_by_test_id("stream-line")


def badge(page: Page) -> Locator:
    """Of the open video."""
    return page.locator(".facts").get_by_test_id("badge")


def card(page: Page, name: str) -> Locator:
    return page.get_by_test_id("video-card").filter(has_text=name)


async def is_soon(locator: Locator, attribute: str, value: str, limit_s: float = PATIENCE_S) -> None:
    await expect(locator).to_have_attribute(attribute, value, timeout=limit_s * 1000)


async def forget_history(page: Page) -> None:
    await page.evaluate("window.attributeHistory = {}")


async def has_shown(page: Page, test_id: str, attribute: str, value: str) -> None:
    """Wait until the element has the value, or has had it for a moment since `forget_history` or the page's load."""
    await page.wait_for_function(
        "([key, value]) => window.attributeHistory[key]?.includes(value)", arg=[f"{test_id} {attribute}", value]
    )


async def build_parts(page: Page) -> None:
    """Scroll past the parts below the picture of a video, which are built when they come near the window; and back."""
    await page.wait_for_function(
        """() => {
          const part = document.querySelector('.part-to-come');
          part?.scrollIntoView();
          return document.querySelector('.detail') !== null && part === null;
        }"""
    )
    await page.evaluate("scrollTo(0, 0)")


async def press_start(page: Page) -> None:
    """From the thumbnail to a moving picture, or to the end of the video: a busy machine may show nothing of it."""
    await forget_history(page)
    await start_button(page).click()
    await page.wait_for_function(
        """() => {
          const states = window.attributeHistory['start-stream data-state'] ?? [];
          const hasEnded = states.some((state) => state !== 'ready') && states.at(-1) === 'ready';
          return hasEnded || window.attributeHistory['player-canvas data-frames-drawn']?.length > 5;
        }"""
    )


async def has_drawn(page: Page, frames: int) -> None:
    """Wait until that many frames were drawn since `forget_history`."""
    await page.wait_for_function(
        "frames => window.attributeHistory['player-canvas data-frames-drawn']?.length > frames", arg=frames
    )


async def draws(page: Page, frames: int) -> None:
    """Wait until that many more frames are drawn."""
    await forget_history(page)
    await has_drawn(page, frames)


async def mark(page: Page) -> None:
    """Set a mark that a reload removes."""
    await page.evaluate("window.marked = true")


async def assert_not_reloaded(page: Page) -> None:
    assert await page.evaluate("window.marked"), "the page was reloaded"


async def shown_numbers(page: Page) -> dict[str, Any]:
    """The numbers that the page shows, named as in the API."""
    shown: dict[str, Any] = {
        name: int(await page.get_by_test_id(name).inner_text())
        for name in ("total_vehicles_count", "current_vehicles_count", "visits_count")
    }
    bars = page.get_by_test_id("vehicle_type").locator("li")
    shown["vehicle_type"] = {
        await bar.get_attribute("data-type"): int(await bar.get_attribute("data-count") or 0)
        for bar in await bars.all()
    }
    shown["dwell"] = re.findall(r"[\d.]+", await page.get_by_test_id("vehicle_dwell_time").inner_text())
    return shown


async def shown_vehicles(page: Page) -> list[list[str]]:
    rows = page.get_by_test_id("vehicles-table").locator("tbody tr")
    cells = [row.locator("td:not([data-extra])") for row in await rows.all()]  # without picture and mark
    return [[cell.strip() for cell in await row.all_inner_texts()] for row in cells]


def row_of(visit: dict[str, Any]) -> list[str]:
    """The row of the table that shows this item of the API's answer."""
    how = {"left": "Left the region", "track_lost": "Lost from sight", "end_of_video": "End of video"}
    there = "Already there " if visit["born_inside"] else ""
    return [
        str(visit["vehicle_id"]),
        str(visit["visit_no"]),
        visit["vehicle_type"],
        f"{there}{visit['entered_at_s']:.1f} s",
        f"{visit['left_at_s']:.1f} s",
        f"{visit['vehicle_dwell_time_s']:.1f} s",
        how[visit["exit_reason"]],
    ]
