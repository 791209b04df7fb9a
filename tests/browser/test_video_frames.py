"""The stream as video in a real Chromium, and as JPEG where it cannot be decoded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browser.page_actions import canvas, draws, has_shown, is_soon, press_start
from browser.server import System, eventually
from playwright.async_api import Page, expect

from onwatch_contracts.values import VehicleType
from onwatch_testkit.blob_engine import Drive, write_blob_clip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FRAMES, FPS = 3000, 25
EVERY, SPEED, HEIGHT = 75, 2, 24
"""Of vehicles: frames between two of them, so that one is seen at a time; pixels per frame; pixels."""

# Notes with each frame number that the canvas has the codec, and where the vehicle in the picture begins and ends.
RECORDER = """
() => {
  window.drawn = [];
  const canvas = document.querySelector('[data-testid=player-canvas]');
  const note = () => {
    const { frameNumber, codec, showing } = canvas.dataset;
    if (showing !== 'stream') return;
    const { data } = canvas.getContext('2d').getImageData(80, 0, 1, 120);
    const rows = [...Array(120).keys()].filter((row) => data[4 * row] > 150);
    window.drawn.push([Number(frameNumber), codec, rows.at(0) ?? null, rows.at(-1) ?? null]);
  };
  new MutationObserver(note).observe(canvas, { attributes: true, attributeFilter: ['data-frame-number'] });
}
"""

NO_DECODER = "delete window.VideoDecoder"
BROKEN_ON_REQUEST = """
(() => {
  const { decode } = VideoDecoder.prototype;
  VideoDecoder.prototype.decode = function (chunk) {
    if (window.isDecoderBroken) BREAK;
    return decode.call(this, chunk);
  };
})()
"""
REFUSES = BROKEN_ON_REQUEST.replace("BREAK", "throw new Error('no memory')")
GETS_GARBAGE = BROKEN_ON_REQUEST.replace(
    "BREAK",
    "chunk = new EncodedVideoChunk({ type: 'key', timestamp: chunk.timestamp, data: new Uint8Array([1, 2, 3]) })",
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "driving.mp4"
    drives = [Drive(VehicleType.CAR, 60, first, SPEED, width=40, height=HEIGHT) for first in range(0, FRAMES, EVERY)]
    write_blob_clip(path, drives, frames=FRAMES, frames_per_second=FPS, keyframe_every=50)
    return path


def sent_by(page: Page) -> list[dict[str, Any]]:
    """What the page will have said of the frames that it shows."""
    sent: list[dict[str, Any]] = []

    def note(payload: str | bytes) -> None:
        message = json.loads(payload)
        if message["type"] == "frames":
            sent.append(message)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    return sent


async def test_a_stream_is_drawn_from_video_each_picture_with_its_own_frame(
    page: Page, system: System, clip: Path
) -> None:
    sent = sent_by(page)
    async with system.video(clip, "driving") as video_id:
        await page.goto(f"/videos/{video_id}")
        config = await page.evaluate("VideoDecoder.isConfigSupported({ codec: 'vp8' })")
        assert config["supported"]
        await expect(canvas(page)).to_be_attached()
        await page.evaluate(RECORDER)
        await press_start(page)
        await has_shown(page, "player-canvas", "data-codec", "vp8")
        await draws(page, 60)
        drawn = [each for each in await page.evaluate("window.drawn") if each[1] == "vp8"]
        width = await canvas(page).evaluate("canvas => canvas.getBoundingClientRect().width")
    assert sent[-1]["codecs"] == ["vp8"]
    assert sent[-1]["largest_side"] in (320, 640, 1280)
    assert sent[-1]["largest_side"] >= width
    numbers = [number for number, *_ in drawn]
    assert numbers == sorted(numbers)
    assert len(drawn) > 30
    for number, _, first_row, last_row in drawn:
        bottom = number % EVERY * SPEED
        if HEIGHT <= bottom <= 120:  # all of the vehicle is in the picture
            assert abs(first_row - (bottom - HEIGHT)) <= 1, f"frame {number} shows another picture"
            assert abs(last_row - (bottom - 1)) <= 1, f"frame {number} shows another picture"


@pytest.mark.parametrize(
    "breaking",
    [
        pytest.param(REFUSES, id="refuses"),
        pytest.param(GETS_GARBAGE, id="garbage", marks=pytest.mark.slow),
    ],
)
async def test_when_the_decoder_fails_the_stream_goes_on_as_jpeg(
    page: Page, system: System, clip: Path, breaking: str
) -> None:
    sent = sent_by(page)
    await page.add_init_script(breaking)
    async with system.video(clip, "breaking") as video_id:
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        await has_shown(page, "player-canvas", "data-codec", "vp8")
        await page.evaluate("window.isDecoderBroken = true")
        await eventually(lambda: sent[-1]["codecs"] == [], "the page to ask for JPEG")
        await is_soon(canvas(page), "data-codec", "jpeg")
        await draws(page, 10)
        await is_soon(canvas(page), "data-codec", "jpeg")
        await is_soon(canvas(page), "data-showing", "stream")


@pytest.mark.slow
async def test_a_browser_without_decoders_gets_jpeg(page: Page, system: System, clip: Path) -> None:
    sent = sent_by(page)
    await page.add_init_script(NO_DECODER)
    async with system.video(clip, "as JPEG") as video_id:
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        await draws(page, 10)
        await is_soon(canvas(page), "data-codec", "jpeg")
        assert all(message["codecs"] == [] for message in sent)
