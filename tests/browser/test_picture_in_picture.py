"""The picture in a window of its own, in a real Chromium: offered where there is one, and said where it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import BLUE, Clips
from browser.inspection import faults_of
from browser.page_actions import press_start
from browser.server import System
from playwright.async_api import Locator, Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WITHOUT = "Object.defineProperty(document, 'pictureInPictureEnabled', { value: false })"
REFUSING = """
HTMLVideoElement.prototype.requestPictureInPicture = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
"""
# A headless browser may open no window: what is asked for is noted, and the browser's own events follow.
NOTING = """
(() => {
  window.asked = [];
  let shown = null;
  const tell = (video, name) => video.dispatchEvent(new Event(name));
  HTMLVideoElement.prototype.requestPictureInPicture = async function () {
    const tracks = this.srcObject?.getTracks();
    window.asked.push({ isRecording: this.matches('.recording'), isPlaying: !this.paused, tracks });
    shown = this;
    tell(this, 'enterpictureinpicture');
  };
  Object.defineProperty(document, 'pictureInPictureElement', { get: () => shown });
  document.exitPictureInPicture = async () => {
    const video = shown;
    shown = null;
    tell(video, 'leavepictureinpicture');
  };
})()
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def video_id(system: System, clips: Clips) -> AsyncIterator[str]:
    async with system.video(clips.walls[BLUE], "in a window") as video_id:
        yield video_id


def button(page: Page) -> Locator:
    return page.get_by_test_id("picture-in-picture")


async def show_recording(page: Page, video_id: str) -> None:
    await page.goto(f"/videos/{video_id}?t=1")
    recording = page.get_by_test_id("recording")
    await page.wait_for_function("video => video.readyState >= 2", arg=await recording.element_handle())


async def test_it_is_offered_for_a_picture_that_moves_alone(page: Page, video_id: str) -> None:
    await page.goto(f"/videos/{video_id}")
    await expect(page.get_by_test_id("full-screen")).to_be_visible()
    await expect(button(page)).to_have_count(0)
    await page.get_by_test_id("toggle-recording").click()
    await expect(button(page)).to_be_visible()
    assert await faults_of(page) == []


async def test_it_is_not_offered_where_the_browser_has_none(page: Page, video_id: str) -> None:
    await page.add_init_script(WITHOUT)
    await show_recording(page, video_id)
    await expect(page.get_by_test_id("full-screen")).to_be_visible()
    await expect(button(page)).to_have_count(0)


async def test_it_says_that_the_browser_refuses_the_window(page: Page, video_id: str) -> None:
    await page.add_init_script(REFUSING)
    await show_recording(page, video_id)
    await button(page).click()
    await expect(page.get_by_test_id("toast")).to_contain_text(
        "This browser does not show this picture in a window of its own."
    )


async def test_the_browser_shows_the_recording_or_the_page_says_that_it_does_not(page: Page, video_id: str) -> None:
    await show_recording(page, video_id)
    await button(page).click()
    shown = page.get_by_test_id("toast").filter(has_text="window of its own")
    await page.wait_for_function(
        """() => document.pictureInPictureElement?.matches('.recording')
          || document.querySelector('[data-testid=toast]') !== null"""
    )
    if await page.evaluate("document.pictureInPictureElement !== null"):
        await expect(shown).to_have_count(0)
        await button(page).click()
        await page.wait_for_function("() => document.pictureInPictureElement === null")
    else:
        await expect(shown).to_be_visible()


async def test_the_recording_is_shown_and_taken_back(page: Page, video_id: str) -> None:
    await page.add_init_script(NOTING)
    await show_recording(page, video_id)
    await button(page).click()
    await page.wait_for_function("() => document.pictureInPictureElement !== null")
    await button(page).click()
    await page.wait_for_function("() => document.pictureInPictureElement === null")
    assert [each["isRecording"] for each in await page.evaluate("window.asked")] == [True]


async def test_the_picture_of_a_stream_is_shown_and_its_tracks_end_with_the_window(page: Page, video_id: str) -> None:
    await page.add_init_script(NOTING)
    await page.goto(f"/videos/{video_id}")
    await press_start(page)
    await button(page).click()
    await page.wait_for_function("() => document.pictureInPictureElement !== null")
    states = "window.asked.flatMap(({ tracks }) => tracks.map(({ readyState }) => readyState))"
    assert await page.evaluate(states) == ["live"]
    assert await page.evaluate("window.asked.map(({ isRecording, isPlaying }) => [isRecording, isPlaying])") == [
        [False, True]
    ]
    await button(page).click()
    await page.wait_for_function("() => document.pictureInPictureElement === null")
    assert await page.evaluate(states) == ["ended"]
