from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from onwatch_gateway.access.identities import presented_key
from onwatch_testkit.clock import FakeClock

from .conftest import KEPT_S, OpenGateway, client_of


async def test_a_sender_is_asked_for_once_in_a_while(open_door: OpenGateway, clock: FakeClock) -> None:
    async with open_door() as gateway, client_of(gateway, "viewer") as http:
        for _ in range(3):
            await http.get("/api/videos/a")
        assert gateway.catalog.questions_count == 1
        await clock.advance(KEPT_S)
        del gateway.catalog.identities["viewer"]
        assert (await http.get("/api/videos/a")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({}, None),
        ({"authorization": "Bearer t", "cookie": "onwatch=s"}, "t"),
        ({"authorization": "Basic dTpw", "cookie": "onwatch=s"}, "s"),
        ({"cookie": "onwatch=s; __Host-onwatch=tls"}, "tls"),
        ({"cookie": "other=1"}, None),
        ({"cookie": "onwatch=" + "x" * 300}, None),
        ({"authorization": "Bearer "}, None),
    ],
)
def test_the_key_of_a_request(headers: dict[str, str], secret: str | None) -> None:
    key = presented_key(Headers(headers))
    assert (key and key.secret) == secret
