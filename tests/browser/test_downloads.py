"""Videos from addresses, as somebody at the page has them fetched from a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import faults_of
from browser.page_actions import is_soon
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Page, expect

from onwatch.configuration import configure
from onwatch_catalog.downloads import errors
from onwatch_runtime.http import ProblemError
from onwatch_testkit.video_source import HOST, Source, head, serving

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WORDS = Path(__file__).parents[2] / "services/dashboard/page/src/texts/en/downloads.ts"
NAME = "gate 1.mp4"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """An installation that fetches videos from this machine."""
    timeouts = ("ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S", "ONWATCH_GATEWAY_SEND_TIMEOUT_S")
    environ = {
        "ONWATCH_AUTH": "off",
        "ONWATCH_CATALOG_DOWNLOAD_HOSTS": HOST,
        "ONWATCH_CATALOG_DOWNLOAD_IDLE_S": "3600",  # a file is held for as long as a busy machine takes
        **dict.fromkeys(timeouts, str(PATIENCE_S)),
    }
    async with running(configure(tmp_path_factory.mktemp("downloads"), environ=environ)) as system:
        yield system


def held(source: Source, path: str, content: bytes) -> asyncio.Event:
    """Half of the file is sent, and the rest when the event is set."""
    released = asyncio.Event()

    async def answer(_: Source, writer: asyncio.StreamWriter, __: dict[str, str]) -> None:
        writer.write(head("200 OK", {"content-length": str(len(content))}) + content[: len(content) // 2])
        await writer.drain()
        await released.wait()
        writer.write(content[len(content) // 2 :])

    source.answers[path] = answer
    return released


async def ask_for(page: Page, url: str) -> None:
    await page.get_by_test_id("from-address").press("Enter")
    await expect(page.get_by_test_id("download-url")).to_be_focused()
    await page.get_by_test_id("download-url").fill(url)
    await page.get_by_test_id("download-url").press("Enter")


async def test_a_video_is_fetched_from_an_address_with_the_keyboard(page: Page, system: System, clips: Clips) -> None:
    content = clips.three_seconds.read_bytes()
    download, problem = page.get_by_test_id("download"), page.get_by_test_id("form-problem")
    async with serving() as source:
        released = held(source, "/gate%201.mp4?signature=secret", content)
        await page.goto("/")
        await ask_for(page, " ")
        await expect(problem).to_have_text("The address is missing.")
        await page.get_by_test_id("download-url").fill("ftp://nvr.example/a.mp4")
        await page.get_by_test_id("download-url").press("Enter")
        await expect(problem).to_contain_text("expected one like https://nvr.example/clip.mp4")
        assert await faults_of(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("from-address")).to_be_focused()

        await ask_for(page, source.url("/gate%201.mp4?signature=secret"))
        await expect(page.get_by_test_id("download-dialog")).to_have_count(0)
        await is_soon(download, "data-status", "receiving")
        half = re.compile(r"^0\.(5$|49)")  # of a file with an odd number of bytes, too
        await expect(download.get_by_role("progressbar", name=f"Fetching {NAME}")).to_have_attribute("value", half)
        await expect(download).not_to_contain_text("secret")
        assert await faults_of(page) == []

        await page.get_by_role("button", name=f"Cancel {NAME}").press("Enter")
        await is_soon(download, "data-status", "cancelled")
        assert (await system.get("/api/videos"))["items"] == []
        await page.get_by_role("button", name=f"Retry {NAME}").press("Enter")
        await is_soon(download, "data-status", "receiving")
        released.set()
        await is_soon(download, "data-status", "finished")
        await expect(page.get_by_test_id("video-card")).to_have_count(1)
        await expect(page.get_by_test_id("upload-dock")).to_contain_text("1 of 1 address fetched")
        await download.get_by_role("link", name=NAME).press("Enter")
        await expect(page.get_by_role("heading", name=NAME)).to_be_visible()
        await page.get_by_role("button", name=f"Dismiss {NAME}").press("Enter")
        await expect(page.get_by_test_id("upload-dock")).to_have_count(0)


async def test_what_cannot_be_fetched_says_why(page: Page, system: System) -> None:
    download = page.get_by_test_id("download")
    async with serving() as source:
        source.gives("/missing.mp4", b"", "404 Not Found")
        await page.goto("/")
        await ask_for(page, source.url("/missing.mp4"))
        await is_soon(download, "data-status", "failed")
        await expect(download.get_by_role("alert")).to_contain_text("the answer was 404")
        await page.get_by_role("button", name="Dismiss missing.mp4").click()

        await ask_for(page, source.url("/a.mp4", "127.0.0.2"))
        await expect(download.get_by_role("alert")).to_contain_text("Ask who runs this installation to list the host.")
        await page.get_by_test_id("fold-uploads").click()
        await expect(download).to_be_hidden()
        assert await faults_of(page) == []


async def test_the_page_has_words_for_each_refusal() -> None:
    refusals = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ProblemError)]
    codes = {each.code for each in refusals if each is not ProblemError}
    assert codes
    assert codes <= set(re.findall(r"^    (\w+): \(", WORDS.read_text(encoding="utf-8"), re.MULTILINE))
