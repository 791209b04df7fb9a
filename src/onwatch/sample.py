"""The sample clip of a first start. `make sample` renders it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from pydantic import BaseModel

from onwatch_contracts.values import Polygon

ASSETS = Path(__file__).with_name("assets")
CLIP = ASSETS / "sample.mp4"
DESCRIPTION = ASSETS / "sample.json"


class Sample(BaseModel):
    """What the video is called, and its region of interest."""

    name: str
    roi: Polygon


async def add_sample(catalog: httpx.AsyncClient) -> None:
    """Upload the sample clip as a user would, with its region of interest."""
    content = await asyncio.to_thread(CLIP.read_bytes)
    sample = Sample.model_validate_json(await asyncio.to_thread(DESCRIPTION.read_bytes))
    uploaded = await catalog.post(
        "/api/videos", files={"file": (CLIP.name, content, "video/mp4")}, data={"name": sample.name}
    )
    uploaded.raise_for_status()
    patched = await catalog.patch(f"/api/videos/{uploaded.json()['id']}", json={"roi": sample.roi})
    patched.raise_for_status()
