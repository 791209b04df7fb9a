"""The route, by every role, with logins and without."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from onwatch_contracts.accounts import Identity, KeyKind, Role
from onwatch_contracts.status import SystemStatus

OpenGateway = Callable[..., AbstractAsyncContextManager[Any]]
PATH = "/api/status"


def person(role: Role, **limits: Any) -> Identity:
    return Identity(name="Åsa", role=role, kind=KeyKind.SESSION, key_id=role.value, user_id="u", **limits)


def client_of(gateway: Any, session: str | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(gateway.service.app, client=("10.0.0.9", 5000))
    return httpx.AsyncClient(
        transport=transport, base_url="http://onwatch", cookies={"onwatch": session} if session else None
    )


async def test_without_logins_everybody_is_answered(open_gateway: OpenGateway) -> None:
    async with open_gateway(ops_timeout_s=60) as gateway, client_of(gateway) as http:
        answer = await http.get(PATH)
        head = await http.head(PATH)
    found = SystemStatus.model_validate_json(answer.content)
    (process,) = found.processes
    assert (process.url, process.service, process.ready, process.checks) == (None, "gateway", True, {"bus": "ok"})
    assert found.viewers == 0
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 401),
        (person(Role.VIEWER), 403),
        (person(Role.OPERATOR), 403),
        (person(Role.ADMINISTRATOR, video_ids=("a",)), 403),
        (person(Role.ADMINISTRATOR), 200),
    ],
    ids=["stranger", "viewer", "operator", "limited", "administrator"],
)
async def test_it_is_for_administrators_alone(open_gateway: OpenGateway, who: Identity | None, status: int) -> None:
    async with open_gateway(auth="on", ops_timeout_s=60) as gateway:
        if who is not None:
            gateway.catalog.identities["secret"] = who
        async with client_of(gateway, "secret" if who else None) as http:
            answer = await http.get(PATH)
    assert answer.status_code == status
    assert ("processes" in answer.text) == (status == 200)


async def test_no_request_chooses_who_is_asked_and_nothing_can_be_changed(open_gateway: OpenGateway) -> None:
    async with open_gateway(ops_timeout_s=60) as gateway, client_of(gateway) as http:
        asked = await http.get(PATH, params={"urls": "http://10.0.0.1:80", "url": "http://10.0.0.1:80"})
        changed = await http.post(PATH, json={})
    assert [process["url"] for process in asked.json()["processes"]] == [None]
    assert (changed.status_code, changed.headers["content-type"]) == (405, "application/problem+json")
