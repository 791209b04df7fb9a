"""Identifiers as a port, so that tests can predict them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

NewId = Callable[[], str]


def new_id() -> str:
    """32 hexadecimal digits, unique; safe in a routing key, a path and a URL."""
    return uuid.uuid4().hex
