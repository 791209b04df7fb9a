"""Encodes messages as bytes, and decodes them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from onwatch_contracts.messages import MESSAGES, Message

_BY_KIND: Mapping[str, type[Message]] = {f"{cls.name}.v{cls.version}": cls for cls in MESSAGES}


class UnknownMessage(ValueError):
    """The bytes are not a message known to this version."""


def kind_of(routing_key: str) -> str:
    """`metrics.batch.v1.<video_id>` -> `metrics.batch.v1`."""
    return routing_key.rpartition(".")[0]


def encode(message: Message) -> bytes:
    return message.model_dump_json().encode()


def decode(routing_key: str, body: bytes) -> Message:
    """`UnknownMessage` if the kind is unknown or the body does not fit its schema."""
    cls = _BY_KIND.get(kind_of(routing_key))
    if cls is None:
        raise UnknownMessage(f"no message of kind {kind_of(routing_key)!r}")
    try:
        return cls.model_validate_json(body)
    except ValidationError as error:
        raise UnknownMessage(f"{kind_of(routing_key)}: {error}") from error
