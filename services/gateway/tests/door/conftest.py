"""Requests as a server gives them to an app."""

from __future__ import annotations

from starlette.types import Scope


def request_of(client: str | None = "203.0.113.9", scheme: str = "http", **headers: str) -> Scope:
    """A GET of that client; in names of headers, `_` stands for `-`."""
    given = {"host": "nvr", **headers}
    return {
        "type": "websocket" if scheme in ("ws", "wss") else "http",
        "method": "GET",
        "path": "/api/videos/a",
        "query_string": b"",
        "scheme": scheme,
        "client": None if client is None else (client, 5000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
