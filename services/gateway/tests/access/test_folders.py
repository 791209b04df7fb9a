"""Who is limited to folders sees what is in them now."""

from __future__ import annotations

import pytest

from onwatch_gateway.connection import CloseCode
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.websocket import Closed

from .conftest import CHECKED_S, KEPT_S, PEOPLE, OpenGateway, client_of


async def test_the_folder_of_a_video_decides(open_door: OpenGateway) -> None:
    async with open_door() as gateway, client_of(gateway, "north") as http:
        gateway.catalog.folder_of = {"a": "north", "b": "south"}
        assert (await http.get("/api/videos/a")).is_success
        hidden, missing = await http.get("/api/videos/b"), await http.get("/api/videos/c")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "video_not_found")
        assert hidden.text.replace("b", "c") == missing.text.replace("b", "c")
        refused = await http.delete("/api/videos/a")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        assert "needs the role administrator" in refused.json()["detail"]


async def test_a_video_that_was_moved_out_disappears_within_the_time_that_is_remembered(
    open_door: OpenGateway, clock: FakeClock
) -> None:
    async with open_door() as gateway, client_of(gateway, "north") as http:
        gateway.catalog.folder_of = {"a": "north"}
        for _ in range(3):
            assert (await http.get("/api/videos/a")).is_success
        assert gateway.catalog.folder_questions_count == 1
        gateway.catalog.folder_of = {"a": "south"}
        await clock.advance(KEPT_S)
        assert (await http.get("/api/videos/a")).status_code == 404


@pytest.mark.parametrize("session", ["viewer", "only-a", "admin"])
async def test_nothing_is_looked_up_for_others(open_door: OpenGateway, session: str) -> None:
    async with open_door() as gateway, client_of(gateway, session) as http:
        await http.get("/api/videos/a")
        await http.get("/api/videos/b")
        assert gateway.catalog.folder_questions_count == 0


async def test_without_the_catalog_nothing_is_seen(open_door: OpenGateway, clock: FakeClock) -> None:
    async with open_door(identity_kept_s=KEPT_S) as gateway, client_of(gateway, "north") as http:
        gateway.catalog.folder_of = {"a": "north"}
        assert (await http.get("/api/videos/b")).status_code == 404
        gateway.catalog.is_away = True
        refused = await http.get("/api/videos/a")
        assert (refused.status_code, refused.json()["code"]) == (503, "accounts_unavailable")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/videos?folder=north", (200, None)),
        ("/api/uploads?folder=north", (200, None)),
        ("/api/videos?folder=north&folder=south", (404, "folder_not_found")),
        ("/api/videos?folder=south&folder=north", (200, None)),  # as the catalog reads it
        ("/api/videos?folder=south", (404, "folder_not_found")),
        ("/api/videos", (403, "folder_needed")),
        ("/api/videos?folder=none", (403, "folder_needed")),
        ("/api/uploads?folder=", (404, "folder_not_found")),
    ],
)
async def test_uploads_go_into_folders_that_the_sender_may_see(
    open_door: OpenGateway, path: str, expected: tuple[int, str | None]
) -> None:
    async with open_door() as gateway, client_of(gateway, "north") as http:
        answer = await http.post(path)
    passed = answer.status_code in (404, 405) and "folder" not in answer.text  # the fake catalog has no uploads
    assert expected == (200, None) if passed else (answer.status_code, answer.json()["code"]) == expected


async def test_a_video_of_another_folder_cannot_be_watched(open_door: OpenGateway) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        gateway.catalog.folder_of = {"a": "north", "b": "south"}
        async with gateway.viewer(cookie="onwatch=north") as viewer:
            await viewer.send({"type": "subscribe", "video_id": "b"})
            assert (await viewer.receive())["code"] == "video_not_found"
            await viewer.send({"type": "subscribe", "video_id": "a"})
            assert (await viewer.receive())["type"] == "subscribed"
            gateway.catalog.is_away = True
            await viewer.send({"type": "subscribe", "video_id": "c"})
            assert (await viewer.receive())["code"] == "unavailable"


async def test_a_connection_ends_within_seconds_of_the_move_of_its_video(
    open_door: OpenGateway, clock: FakeClock
) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        gateway.catalog.folder_of = {"a": "north", "b": "north"}
        async with (
            gateway.viewer(cookie="onwatch=north") as ended,
            gateway.viewer(cookie="onwatch=north") as other,
            gateway.viewer(cookie="onwatch=north") as idle,
        ):
            for viewer, video_id in ((ended, "a"), (other, "b")):
                await viewer.send({"type": "subscribe", "video_id": video_id})
                assert (await viewer.receive())["type"] == "subscribed"
            await clock.advance(CHECKED_S)  # nothing has changed
            gateway.catalog.folder_of["a"] = "south"
            await clock.advance(CHECKED_S)
            await gateway.settle()
            with pytest.raises(Closed) as closed:
                await ended.receive()
            assert closed.value.code == CloseCode.POLICY_VIOLATION
            for viewer, video_id, reply in ((other, "b", "subscribed"), (idle, "a", "error")):
                await viewer.send({"type": "subscribe", "video_id": video_id})
                assert (await viewer.receive())["type"] == reply


async def test_watched_videos_stay_while_the_catalog_is_away(open_door: OpenGateway, clock: FakeClock) -> None:
    async with open_door() as gateway:
        gateway.catalog.identities |= PEOPLE
        gateway.catalog.folder_of = {"a": "north"}
        async with gateway.viewer(cookie="onwatch=north") as viewer:
            await viewer.send({"type": "subscribe", "video_id": "a"})
            assert (await viewer.receive())["type"] == "subscribed"
            gateway.catalog.is_away = True
            await clock.advance(3 * CHECKED_S)
            gateway.catalog.is_away = False
            await clock.advance(CHECKED_S)
            await gateway.settle()
            await viewer.send({"type": "unsubscribe", "video_id": "a"})
            assert (await viewer.receive())["type"] == "unsubscribed"
