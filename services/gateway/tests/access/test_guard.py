from __future__ import annotations

from typing import Any

import pytest

from onwatch_contracts.accounts import IDENTITY_HEADER, SERVICE_HEADER, Identity, Role
from onwatch_testkit.websocket import Refused

from .conftest import PEOPLE, OpenGateway, client_of, of


async def code_of(gateway: Any, method: str, session: str | None) -> tuple[int, str | None]:
    async with client_of(gateway, session) as http:
        answer = await http.request(method, "/api/videos/a")
        return answer.status_code, answer.json().get("code") if answer.is_error else None


@pytest.mark.parametrize(
    ("session", "method", "expected"),
    [
        (None, "GET", (401, "not_logged_in")),
        ("unknown", "GET", (401, "not_logged_in")),
        ("viewer", "GET", (200, None)),
        ("viewer", "PATCH", (403, "not_allowed")),
        ("operator", "PATCH", (200, None)),
        ("operator", "DELETE", (403, "not_allowed")),
        ("admin", "DELETE", (200, None)),
    ],
)
async def test_a_request_needs_its_role(
    open_door: OpenGateway, session: str | None, method: str, expected: tuple[int, str | None]
) -> None:
    async with open_door() as gateway:
        assert await code_of(gateway, method, session) == expected
        assert len(gateway.catalog.received) == (expected[0] == 200)


async def test_a_refusal_says_which_role_is_needed(open_door: OpenGateway) -> None:
    async with open_door() as gateway, client_of(gateway, "viewer") as http:
        refused = (await http.delete("/api/videos/a")).json()
    assert refused["detail"] == "To delete a video needs the role administrator; Åsa is viewer."


async def test_a_video_that_may_not_be_seen_is_answered_like_one_that_does_not_exist(open_door: OpenGateway) -> None:
    async with open_door() as gateway, client_of(gateway, "only-a") as http:
        assert (await http.get("/api/videos/a")).is_success
        hidden, missing = await http.get("/api/videos/b"), await http.get("/api/videos/c")
        assert (await http.get("/api/counts")).json()["code"] == "not_allowed"
    assert (hidden.status_code, hidden.json()["code"]) == (404, "video_not_found")
    assert hidden.text.replace("b", "c") == missing.text.replace("b", "c")


async def test_a_program_sends_its_token(open_door: OpenGateway) -> None:
    async with open_door() as gateway, client_of(gateway, authorization="Bearer program") as http:
        assert (await http.patch("/api/videos/a")).is_success


async def test_a_service_gets_who_sends_in_place_of_what_the_client_claims(open_door: OpenGateway) -> None:
    claimed = {IDENTITY_HEADER: of(Role.ADMINISTRATOR, name="me").model_dump_json(), SERVICE_HEADER: "guess"}
    async with open_door() as gateway, client_of(gateway, "viewer", **claimed) as http:
        await http.get("/api/videos/a")
        (request,) = gateway.catalog.received
    assert Identity.model_validate_json(request.headers[IDENTITY_HEADER]) == PEOPLE["viewer"]
    assert request.headers.getlist(IDENTITY_HEADER) == [request.headers[IDENTITY_HEADER]]
    assert SERVICE_HEADER not in request.headers


async def test_without_the_catalog_nobody_is_let_in_and_the_page_still_loads(open_door: OpenGateway) -> None:
    async with open_door() as gateway, client_of(gateway, "viewer") as http:
        gateway.catalog.is_away = True
        refused = await http.get("/api/videos/a")
        assert (refused.status_code, refused.json()["code"]) == (503, "accounts_unavailable")
        assert refused.headers["retry-after"] == "1"
        assert (await http.get("/assets/page.js")).is_success


# --- the channel


async def test_the_channel_needs_a_login(open_door: OpenGateway) -> None:
    async with open_door() as gateway:
        with pytest.raises(Refused):
            async with gateway.viewer():
                pass


async def test_messages_need_their_role(open_door: OpenGateway) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        async with gateway.viewer(cookie="onwatch=viewer") as viewer:
            await viewer.send({"type": "subscribe", "video_id": "a"})
            assert (await viewer.receive())["type"] == "subscribed"
            for kind in ("start", "stop"):
                await viewer.send({"type": kind, "video_id": "a"})
                assert await viewer.receive() == {
                    "type": "refused",
                    "message": f"to {kind} a video needs the role operator; Åsa is viewer",
                    "video_id": "a",
                }
            assert gateway.metric("videos_wanted") == 0
        async with gateway.viewer(authorization="Bearer program") as viewer:
            await viewer.send({"type": "subscribe", "video_id": "a"})
            await viewer.send({"type": "start", "video_id": "a"})
            assert (await viewer.receive())["type"] == "subscribed"
            await gateway.settle()
            assert gateway.metric("videos_wanted") == 1


async def test_a_video_that_may_not_be_seen_cannot_be_watched(open_door: OpenGateway) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        async with gateway.viewer(cookie="onwatch=only-a") as viewer:
            await viewer.send({"type": "subscribe", "video_id": "b"})
            refused = await viewer.receive()
    assert (refused["type"], refused["code"]) == ("error", "video_not_found")
