"""Gateways with logins, and people who may do different things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from onwatch_contracts.accounts import Identity, KeyKind, Role

OpenGateway = Callable[..., Any]
KEPT_S, CHECKED_S = 2.0, 2.0


def of(role: Role, *video_ids: str, name: str = "Åsa", kind: KeyKind = KeyKind.SESSION) -> Identity:
    key_id = "-".join(("key", kind, role, *video_ids))
    return Identity(name=name, role=role, kind=kind, key_id=key_id, user_id="u", video_ids=video_ids or None)


PEOPLE = {
    "viewer": of(Role.VIEWER),
    "operator": of(Role.OPERATOR),
    "admin": of(Role.ADMINISTRATOR),
    "only-a": of(Role.VIEWER, "a"),
    "north": Identity(
        name="Ida",
        role=Role.OPERATOR,
        kind=KeyKind.SESSION,
        key_id="north",
        user_id="u",
        video_ids=(),
        folder_ids=("north",),
    ),
    "program": of(Role.OPERATOR, kind=KeyKind.TOKEN),
}


@pytest.fixture
def open_door(open_gateway: OpenGateway) -> OpenGateway:
    """A gateway with logins, which knows these people."""
    logins = {"auth": "on", "identity_kept_s": KEPT_S, "session_check_interval_s": CHECKED_S}
    return lambda **settings: open_gateway(**{**logins, **settings})


def client_of(gateway: Any, session: str | None = None, **headers: str) -> httpx.AsyncClient:
    gateway.catalog.identities |= PEOPLE
    cookies = {"onwatch": session} if session else None
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(gateway.service.app, client=("10.0.0.9", 5000)),
        base_url="http://onwatch",
        cookies=cookies,
        headers=headers,
    )
