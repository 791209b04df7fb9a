"""The id of a video in the path of a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from onwatch_catalog.errors import VideoNotFound
from onwatch_contracts.values import is_video_id


def checked_video_id(video_id: str) -> str:
    """`VideoNotFound` for an id that no video can have, before any store or message refuses it."""
    if not is_video_id(video_id):
        raise VideoNotFound(video_id)
    return video_id


PathVideoId = Annotated[str, Depends(checked_video_id)]
