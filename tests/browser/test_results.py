"""What a finished video is good for: flows, files and a report on paper."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.page_actions import build_parts
from browser.server import PATIENCE_S, System
from playwright.async_api import Page, expect

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
