"""Onwatch in a process of its own, and Chromium with the page of a drawn video on it."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

import httpx
from playwright.async_api import Browser, Page, async_playwright, expect

from bench.page.inspector import chromium
from onwatch_synthetic import ClipSpec, write_clip

CLIP = ClipSpec(seed=7, duration_s=20, fps=30, width=1280, height=720, noise_sigma=1.2)
SPARE_S = 600  # the video is longer than what is measured: for the start, and for a slow machine
PATIENCE_S = 120.0
ENVIRONMENT = {"ONWATCH_AUTH": "off", "ONWATCH_DETECTOR_DOWNLOAD": "false"}


def tell(what: str) -> None:
    """It takes long, and its figures come at the end."""
    print(f"{what} ...", file=sys.stderr, flush=True)


def write_video(folder: Path, duration_s: float) -> Path:
    """The drawn clip, again and again without encoding, for at least that time. Needs FFmpeg."""
    clip, video = folder / "clip.mp4", folder / "video.mp4"
    write_clip(clip, CLIP)
    again = int(duration_s // CLIP.duration_s)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-stream_loop", again, "-i", clip, "-c", "copy", video]
    subprocess.run([str(word) for word in command], check=True)
    return video


@contextmanager
def onwatch(data: Path) -> Iterator[str]:
    """The address of a new system with the demo model."""
    program = Path(sys.executable).with_name("onwatch")
    command = [str(program), "up", "--data-dir", str(data), "--port", "0", "--log-level", "error"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **ENVIRONMENT})
    try:
        output = cast("IO[str]", process.stderr)  # with its messages
        found = next((match for line in output if (match := re.search(r"http://\S+", line))), None)
        if found is None:
            raise SystemExit(f"{command} ended with status {process.wait()}")
        threading.Thread(target=output.read, daemon=True).start()  # a full pipe would stop the program
        yield found[0]
    finally:
        process.terminate()
        process.wait()


async def upload(address: str, video: Path) -> str:
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as http:
        with video.open("rb") as content:
            answer = await http.post("/api/videos", files={"file": (video.name, content, "video/mp4")})
        answer.raise_for_status()
        return str(answer.json()["id"])


@dataclass(frozen=True)
class Watching:
    """A page whose stream is running."""

    endpoint: str
    """Of the DevTools of its browser."""
    address: str

    @asynccontextmanager
    async def driven(self) -> AsyncIterator[tuple[Browser, Page]]:
        """The page driven by Playwright, which is disconnected afterwards; the page stays as it is."""
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(self.endpoint)
            yield browser, browser.contexts[0].pages[0]
            await browser.close()


@asynccontextmanager
async def streaming(duration_s: float) -> AsyncIterator[Watching]:
    """The page of a video whose stream is running, for at least that time."""
    with TemporaryDirectory() as folder, onwatch(Path(folder) / "data") as address:
        tell(f"drawing the video of {(duration_s + SPARE_S) / 60:.0f} minutes")
        video = await asyncio.to_thread(write_video, Path(folder), duration_s + SPARE_S)
        tell("uploading it")
        video_id = await upload(address, video)
        video.unlink()
        async with chromium(Path(folder) / "profile") as endpoint:
            watching = Watching(endpoint, f"{address}/videos/{video_id}")
            tell("starting the stream")
            async with watching.driven() as (_, page):
                await start(page, watching.address)
            yield watching


async def start(page: Page, address: str) -> None:
    """Open the page and start the stream, until a picture of it and all parts of the page are shown."""
    expect.set_options(timeout=1000 * PATIENCE_S)
    await page.goto(address)
    await page.get_by_test_id("start-stream").click()
    await expect(page.get_by_test_id("player-canvas")).to_have_attribute("data-showing", "stream")
    # What is below the picture is part of what changes with the stream.
    await expect(page.locator(".part-to-come")).to_have_count(0)
