"""Generates `docs/asyncapi.json`: `python -m onwatch_contracts.asyncapi > docs/asyncapi.json`.

An AsyncAPI 3.0 document of the WebSocket channel, for programs that watch videos, and of the bus, for those that stand
beside the services.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any, get_args

from onwatch_contracts import samples
from onwatch_contracts.channel import ClientMessage, FrameHeader, ServerMessage, VideoFrameHeader
from onwatch_contracts.messages import MESSAGES, Message
from onwatch_contracts.values import Value

Document = dict[str, Any]

VIEWER, EVENTS, FRAMES = "viewer", "events", "frames"
EVENTS_EXCHANGE = {"name": "onwatch.events", "type": "topic", "durable": True}
FRAMES_EXCHANGE = {"name": "onwatch.frames", "type": "direct", "durable": False}
DESCRIPTION = """\
The WebSocket `/ws` of the gateway and the message bus. Requests by HTTP are in openapi.json, the rules of the bus in
messages.md.
"""
FRAME = (
    "A binary message: the length of the header (4 bytes, big-endian), the header (JSON, UTF-8), and a JPEG. "
    "The payload described here is the header."
)
VIDEO_FRAME = (
    "A binary message as Frame, with a frame of a video codec in place of the JPEG, for viewers that ask for the "
    "codec. The first that a viewer gets is a key frame, and each other one is the next of its stream or a key frame. "
    "The payload described here is the header."
)
FRAME_NAMES = ("Frame", "VideoFrame")


def document() -> Document:
    """The whole document."""
    schemas = _Schemas()
    from_viewer, to_viewer = _members(ClientMessage), _members(ServerMessage)
    messages = {
        **{_name(cls): _message(cls, schemas) for cls in (*from_viewer, *to_viewer)},
        **{_title(cls): _bus_message(cls, schemas) for cls in MESSAGES},
        "Frame": _frame(FRAME, FrameHeader, schemas),
        "VideoFrame": _frame(VIDEO_FRAME, VideoFrameHeader, schemas),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Onwatch", "version": version("onwatch-contracts"), "description": DESCRIPTION},
        "servers": {
            "gateway": {
                "host": "localhost:8000",
                "protocol": "ws",
                "security": [{"$ref": "#/components/securitySchemes/token"}],
            },
            "bus": {"host": "localhost:5672", "protocol": "amqp"},
        },
        "channels": {
            VIEWER: _channel("/ws", "gateway", [*map(_name, (*from_viewer, *to_viewer)), *FRAME_NAMES]),
            EVENTS: _bus_channel("{name}.{version}.{video_id}", EVENTS_EXCHANGE, [*map(_title, MESSAGES)]),
            FRAMES: _bus_channel("{video_id}", FRAMES_EXCHANGE, FRAME_NAMES),
        },
        "operations": {
            "request": _operation("receive", VIEWER, map(_name, from_viewer)),
            "inform": _operation("send", VIEWER, [*map(_name, to_viewer), *FRAME_NAMES]),
            **{f"publish_{name}": _operation("send", EVENTS, titles) for name, titles in _by_publisher()},
            "publish_frames": _operation("send", FRAMES, FRAME_NAMES),
        },
        "components": {
            "messages": messages,
            "schemas": schemas.found,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Or the cookie of a session."}
            },
        },
    }


class _Schemas:
    """Collects the models that others contain."""

    def __init__(self) -> None:
        self.found: Document = {}

    def of(self, cls: type[Value]) -> Document:
        schema: Document = _without_discriminators(cls.model_json_schema(ref_template="#/components/schemas/{model}"))
        self.found |= schema.pop("$defs", {})
        return schema


def _without_discriminators(schema: Any) -> Any:
    """Those of OpenAPI are none of AsyncAPI; the constant `type` of each choice tells them apart as well."""
    if isinstance(schema, dict):
        return {key: _without_discriminators(value) for key, value in schema.items() if key != "discriminator"}
    return [_without_discriminators(each) for each in schema] if isinstance(schema, list) else schema


def _members(union: Any) -> Sequence[type[Value]]:
    """The classes of an annotated union."""
    members: tuple[type[Value], ...] = get_args(get_args(union)[0])
    return members


def _name(cls: type[Value]) -> str:
    return cls.__name__


def _title(cls: type[Message]) -> str:
    return f"{cls.name}.v{cls.version}"


def _payload(cls: type[Value], schemas: _Schemas) -> Document:
    sample = next(sample for sample in (*samples.CHANNEL, *samples.MESSAGES) if type(sample) is cls)
    return {"payload": schemas.of(cls), "examples": [{"payload": sample.model_dump(mode="json")}]}


def _message(cls: type[Value], schemas: _Schemas) -> Document:
    text = " ".join((cls.__doc__ or "").split())
    described = {"description": text} if text else {}
    return {"contentType": "application/json", **described, **_payload(cls, schemas)}


def _frame(description: str, header: type[Value], schemas: _Schemas) -> Document:
    return {
        "contentType": "application/octet-stream",
        "description": description,
        **_payload(header, schemas),
    }


def _bus_message(cls: type[Message], schemas: _Schemas) -> Document:
    return {"title": f"Published by: {cls.publisher}", **_message(cls, schemas)}


def _by_publisher() -> Iterator[tuple[str, list[str]]]:
    services = sorted({name for cls in MESSAGES for name in cls.publisher.split(", ")})
    for service in services:
        yield service, [_title(cls) for cls in MESSAGES if service in cls.publisher.split(", ")]


def _channel(address: str, server: str, names: Sequence[str]) -> Document:
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    return {"address": address, "servers": [{"$ref": f"#/servers/{server}"}], "messages": messages}


def _bus_channel(address: str, exchange: Document, names: Sequence[str]) -> Document:
    parameters: Document = {part.strip("{}"): {} for part in address.split(".")}
    binding = {"amqp": {"is": "routingKey", "exchange": exchange}}
    return {**_channel(address, "bus", names), "parameters": parameters, "bindings": binding}


def _operation(action: str, channel: str, names: Iterable[str]) -> Document:
    messages = [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": messages}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2) + "\n")
