"""Trace context carried by messages (W3C `traceparent`)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The context of the current work, for the messages it publishes."""
    return _current.get()


def child_of(traceparent: str | None) -> str:
    """A new span id in the given trace, or in a new trace if there is none or it is malformed."""
    match = _TRACEPARENT.match(traceparent or "")
    trace_id = match.group(1) if match else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


@contextmanager
def span(traceparent: str | None) -> Iterator[str]:
    """Work inside the context belongs to this trace."""
    child = child_of(traceparent)
    token = _current.set(child)
    try:
        yield child
    finally:
        _current.reset(token)
