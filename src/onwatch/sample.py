"""The clip that a new user finds in the list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx

from onwatch_synthetic import SAMPLE, Scene, write_clip

SAMPLE_NAME = "Sample: four lanes by day"


async def add_sample(catalog: httpx.AsyncClient, folder: Path, progress: Callable[[int, int], None]) -> None:
    """Draw the sample clip and upload it as a user would, with its region of interest.

    `progress` gets the frames drawn and the frames in all.
    """
    path = folder / "sample.mp4"
    try:
        await asyncio.to_thread(write_clip, path, SAMPLE, progress)
        with path.open("rb") as file:
            uploaded = await catalog.post(
                "/api/videos", files={"file": ("sample.mp4", file, "video/mp4")}, data={"name": SAMPLE_NAME}
            )
        uploaded.raise_for_status()
        roi = [list(point) for point in Scene(SAMPLE).default_roi]
        patched = await catalog.patch(f"/api/videos/{uploaded.json()['id']}", json={"roi": roi})
        patched.raise_for_status()
    finally:
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".truth.json").unlink(missing_ok=True)
