"""Messages of the WebSocket."""

from __future__ import annotations

import json
from dataclasses import dataclass

from onwatch_contracts.channel import (
    SERVER_MESSAGE,
    FrameHeader,
    ServerMessage,
    Start,
    Subscribe,
    decode_frame,
)


@dataclass(frozen=True)
class Picture:
    """A frame of the video, with the boxes of its vehicles in the header."""

    header: FrameHeader
    jpeg: bytes


def requests_for(video_id: str, *, starts: bool) -> list[str]:
    """What a viewer sends: to see the video, and to have it processed."""
    kinds = (Subscribe, Start) if starts else (Subscribe,)
    return [kind(video_id=video_id).model_dump_json() for kind in kinds]


def read(message: str | bytes) -> ServerMessage | Picture | None:
    """None for a kind of message that only a newer server sends."""
    if isinstance(message, bytes):
        return Picture(*decode_frame(message))
    if json.loads(message).get("type") not in KNOWN:
        return None
    return SERVER_MESSAGE.validate_json(message, extra="ignore")


KNOWN = frozenset(
    definition["properties"]["type"]["const"]
    for definition in SERVER_MESSAGE.json_schema()["$defs"].values()
    if "const" in definition.get("properties", {}).get("type", {})
)
