"""The description of the API in a real Chromium."""

from __future__ import annotations

import re

import pytest
from browser.server import System
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_the_page_of_the_api_shows_each_operation_and_tries_one_out(page: Page, system: System) -> None:
    await page.goto("/api/docs")
    await expect(page).to_have_url(re.compile("/api-docs$"))
    operations = page.locator(".opblock")
    described = await system.get("/api/openapi.json")
    parts = (described["paths"], described["webhooks"])
    await expect(operations).to_have_count(sum(len(methods) for part in parts for methods in part.values()))

    counting = page.locator("#operations-videos-count_videos")
    await counting.locator(".opblock-summary-control").click()
    await expect(counting).to_contain_text("Needs the role viewer.")
    await counting.get_by_role("button", name="Try it out").click()
    await counting.get_by_role("button", name="Execute").click()
    await expect(counting.locator(".live-responses-table")).to_contain_text('"count": 0')

    await page.get_by_role("link", name="All videos").first.click()
    await expect(page.get_by_test_id("upload-button")).to_be_visible()
