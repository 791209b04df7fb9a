from __future__ import annotations

import pytest

from onwatch_contracts.accounts import Identity, Role
from onwatch_gateway.connection import CloseCode
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.websocket import Closed

from .conftest import CHECKED_S, PEOPLE, OpenGateway, client_of


@pytest.mark.parametrize("changed", [None, PEOPLE["viewer"].model_copy(update={"role": Role.OPERATOR})])
async def test_a_connection_ends_within_seconds_of_its_session(
    open_door: OpenGateway, clock: FakeClock, changed: Identity | None
) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        async with gateway.viewer(cookie="onwatch=viewer") as ended, gateway.viewer(cookie="onwatch=admin") as other:
            await clock.advance(CHECKED_S)  # nothing has changed
            if changed is None:
                del gateway.catalog.identities["viewer"]
            else:
                gateway.catalog.identities["viewer"] = changed
            await clock.advance(CHECKED_S)
            await gateway.settle()
            with pytest.raises(Closed) as closed:
                await ended.receive()
            assert closed.value.code == CloseCode.POLICY_VIOLATION
            await other.send({"type": "subscribe", "video_id": "a"})
            assert (await other.receive())["type"] == "subscribed"


async def test_open_connections_stay_while_the_catalog_is_away(open_door: OpenGateway, clock: FakeClock) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        async with gateway.viewer(cookie="onwatch=viewer") as viewer:
            gateway.catalog.is_away = True
            await clock.advance(3 * CHECKED_S)
            await gateway.settle()
            await viewer.send({"type": "subscribe", "video_id": "a"})
            assert (await viewer.receive())["type"] == "subscribed"


async def test_a_connection_stays_when_the_cookie_of_its_session_is_replaced(
    open_door: OpenGateway, clock: FakeClock
) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        async with gateway.viewer(cookie="onwatch=viewer") as viewer:
            gateway.catalog.identities["the new secret"] = gateway.catalog.identities.pop("viewer")
            await clock.advance(2 * CHECKED_S)
            await gateway.settle()
            await viewer.send({"type": "subscribe", "video_id": "a"})
            assert (await viewer.receive())["type"] == "subscribed"


async def test_a_request_right_after_the_end_is_answered_with_the_new_rights(
    open_door: OpenGateway, clock: FakeClock
) -> None:
    async with (
        open_door(identity_kept_s=3600.0) as gateway,
        client_of(gateway, "viewer") as http,
        gateway.viewer(cookie="onwatch=viewer") as ended,
    ):
        assert (await http.patch("/api/videos/a")).status_code == 403
        gateway.catalog.identities["viewer"] = PEOPLE["viewer"].model_copy(update={"role": Role.OPERATOR})
        await clock.advance(CHECKED_S)
        await gateway.settle()
        with pytest.raises(Closed):
            await ended.receive()
        assert (await http.patch("/api/videos/a")).status_code == 200
