"""What a finished video is good for: flows and files, counted again with other gates."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import faults_of
from browser.page_actions import build_parts
from browser.server import PATIENCE_S, System
from playwright.async_api import Page, Route, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def video_id(system: System, clips: Clips) -> AsyncIterator[str]:
    """Three vehicles have passed two gates, one after the other."""
    async with system.video(clips.three_seconds, "passed") as video_id:
        for name, y in (("In", 0.35), ("Out", 0.7)):
            gate = {"name": name, "points": [[0, y], [1, y]], "anchor": "center"}
            assert (await system.http.post(f"/api/videos/{video_id}/gates", json=gate)).status_code == 201
        await system.http.post(f"/api/videos/{video_id}/analysis")
        yield video_id


async def test_flows_are_a_matrix_and_files(page: Page, system: System, video_id: str) -> None:
    await page.goto(f"/videos/{video_id}")
    await build_parts(page)
    matrix = page.get_by_test_id("flow-matrix")
    await expect(matrix.get_by_role("row", name=re.compile("^In "))).to_contain_text("3", timeout=PATIENCE_S * 1000)
    files = {}
    for kind in ("csv", "json", "xlsx"):
        link = await page.get_by_test_id(f"flows-{kind}").get_attribute("href")
        answer = await system.http.get(str(link))
        assert answer.status_code == 200, answer.text
        files[kind] = answer.content
    assert b"In" in files["csv"]
    assert b"Out" in files["json"]
    workbook = zipfile.ZipFile(io.BytesIO(files["xlsx"])).read("xl/workbook.xml").decode()
    assert 'name="Flows"' in workbook


def recounted(state: str, progress: float) -> dict[str, object]:
    return {"state": state, "progress": progress, "detail": f"It is {state}."}


async def test_the_progress_of_a_recount_is_shown_beside_the_earlier_numbers(
    page: Page, system: System, video_id: str
) -> None:
    """Counting three vehicles again takes no time: how far it is comes from the test, the rest from the server."""
    recount = recounted("waiting", 0.0)

    async def answer(route: Route) -> None:
        fetched = await route.fetch()
        results = await fetched.json()
        if recount["state"] != "finished":
            results["recount"] |= recount
        await route.fulfill(response=fetched, json=results)

    async with asyncio.timeout(PATIENCE_S):
        while (await system.get(f"/api/videos/{video_id}/results"))["counted_with"] is None:  # noqa: ASYNC110 results notify nobody
            await asyncio.sleep(0.05)
    await page.route(f"**/api/videos/{video_id}/results", answer)
    await page.goto(f"/videos/{video_id}")
    said, bar = page.get_by_test_id("recount"), page.get_by_test_id("recount-progress")
    await expect(said).to_have_text("It is waiting.")
    await expect(said).to_have_attribute("role", "status")
    await expect(bar).to_have_count(0)
    gate = page.get_by_test_id("place").filter(has_text="Out")
    await expect(gate).to_contain_text("3")

    recount |= recounted("running", 0.25)
    await expect(bar).to_have_js_property("value", 0.25)
    await expect(said).to_have_text("It is running.")
    assert await faults_of(page) == []
    recount |= recounted("running", 0.75)
    await expect(bar).to_have_js_property("value", 0.75)
    await expect(gate).to_contain_text("3")

    recount |= recounted("failed", 0.75)
    await expect(said).to_have_text("It is failed.")
    await expect(bar).to_have_count(0)
    recount |= recounted("finished", 1.0)
    await page.reload()
    await expect(gate).to_contain_text("3")
    await expect(said).to_have_count(0)
    await expect(bar).to_have_count(0)


async def test_a_changed_gate_is_counted_again_while_the_page_is_open(
    page: Page, system: System, video_id: str
) -> None:
    await page.goto(f"/videos/{video_id}")
    gate = page.get_by_test_id("place").filter(has_text="Third")
    await expect(gate).to_have_count(0)
    third = {"name": "Third", "points": [[0, 0.5], [1, 0.5]], "anchor": "center"}
    assert (await system.http.post(f"/api/videos/{video_id}/gates", json=third)).status_code == 201
    await expect(gate).to_contain_text("3")
    await expect(page.get_by_test_id("recount")).to_have_count(0)
