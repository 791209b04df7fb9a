"""Every route of the services and every message of the channel, asked for by every role."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from onwatch.all_in_one import build, client_of
from onwatch.configuration import configure
from onwatch_contracts.accounts import AuditRecord, Identity, KeyKind, PresentedKey, Role
from onwatch_contracts.channel import CLIENT_MESSAGE
from onwatch_gateway.access import MESSAGES, Guard, RecentFolders, RecentIdentities
from onwatch_gateway.access.rights import NOT_LISTED, RIGHTS, Reach, Right, is_message_allowed, requested
from onwatch_gateway.router import destination
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.sample_videos import write_video
from onwatch_testkit.system import PATIENT_GATEWAY

VIDEO_ID, OTHER_ID = "0b5ce1f0a4b24c0ea1a2c5b0d7e3f411", "ffffffffffffffffffffffffffffffff"
FOLDER_ID = "7d1f0c3e9b8a4d52b6c0a1e2f3d4c5b6"
PASSWORD = "correct horse battery"
# Answered by the gateway itself or by a service's framework, or not yet by any.
WITHOUT_A_ROUTE = {"/ws", "/api/openapi.json", "/api/docs", "/api/status"}
WHO: dict[str, Identity | None] = {
    "a stranger": None,
    **{
        role.value: Identity(name=role.value, role=role, kind=KeyKind.SESSION, key_id="k", user_id="u") for role in Role
    },
    **{
        f"{role.value} of one video": Identity(
            name=role.value, role=role, kind=KeyKind.SESSION, key_id="k", user_id="u", video_ids=(VIDEO_ID,)
        )
        for role in Role
    },
    **{
        f"{role.value} of one folder": Identity(
            name=role.value,
            role=role,
            kind=KeyKind.SESSION,
            key_id="k",
            user_id="u",
            video_ids=(),
            folder_ids=(FOLDER_ID,),
        )
        for role in Role
    },
}
FOLDER_OF = {VIDEO_ID: FOLDER_ID, OTHER_ID: OTHER_ID}
"""Of each video."""


@pytest.fixture(scope="module")
def service_of(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The service of each public route of catalog and aggregator, by method and path."""
    onwatch = build(configure(tmp_path_factory.mktemp("data"), environ=PATIENT_GATEWAY))
    found = {}
    for service in (onwatch.catalog, onwatch.aggregator):
        counted: Any = service.app
        for route in counted.app.routes:
            assert not isinstance(route, Mount), "its routes would not be found"
            if isinstance(route, APIRoute) and route.path.startswith("/api"):
                found |= {(method, route.path): service.name for method in route.methods}
    return found


@pytest.fixture(scope="module")
def routes(service_of: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    """Method and path of each public route of catalog and aggregator."""
    return set(service_of)


def address_of(path: str, video_id: str = VIDEO_ID, folder_id: str = FOLDER_ID) -> str:
    return re.sub(r"\{\w+\}", "x1", path.replace("{video_id}", video_id).replace("{folder_id}", folder_id))


def test_each_route_of_the_services_has_a_right(routes: set[tuple[str, str]]) -> None:
    assert len(routes) > 60
    unlisted = {(method, path) for method, path in routes if requested(method, address_of(path)).right is NOT_LISTED}
    assert unlisted == set()


def test_each_right_is_of_a_route(routes: set[tuple[str, str]]) -> None:
    addresses = {(method, address_of(path)) for method, path in routes}
    rights = {
        (method, address_of(right.path))
        for right in RIGHTS
        if right.path not in WITHOUT_A_ROUTE
        for method in right.methods.split()
    }
    assert rights - addresses == set()


def test_the_gateway_sends_each_request_to_the_service_that_has_its_route(
    service_of: dict[tuple[str, str], str],
) -> None:
    elsewhere = {route for route, service in service_of.items() if destination(address_of(route[1])) != service}
    assert elsewhere == set()


def test_each_message_has_a_right() -> None:
    kinds = {each["properties"]["type"]["const"] for each in CLIENT_MESSAGE.json_schema()["$defs"].values()}
    assert set(MESSAGES) == kinds


def is_expected(right: Right, identity: Identity | None, video_id: str) -> bool:
    if right.role is None:
        return True
    if identity is None or identity.role.rank < right.role.rank:
        return False
    if identity.video_ids is None:
        return True
    folder_id = FOLDER_OF[video_id]
    if right.reach is Reach.FOLDER:
        return folder_id in identity.folder_ids
    if right.reach is Reach.ONE or "{video_id}" in right.path:
        is_seen = video_id in identity.video_ids or folder_id in identity.folder_ids
        return right.reach is not Reach.ALL and is_seen
    return right.reach in (Reach.NONE, Reach.LISTED)


class OneKey:
    """A catalog that knows one sender."""

    def __init__(self, identity: Identity | None) -> None:
        self.identity = identity

    async def identify(self, keys: Any) -> list[Identity | None]:
        return [self.identity for _ in keys]

    async def current(self, key_ids: Any) -> list[Identity | None]:
        return [self.identity for _ in key_ids]


class Where:
    """A catalog that knows which folders the videos are in."""

    async def folders_of(self, video_ids: Any) -> dict[str, str]:
        return {video_id: FOLDER_OF[video_id] for video_id in video_ids if video_id in FOLDER_OF}


class NoAudit:
    async def report(self, record: AuditRecord) -> None: ...


@pytest.mark.parametrize("who", WHO)
async def test_each_request_is_let_through_for_those_who_may(who: str, clock: FakeClock) -> None:
    identity = WHO[who]
    inside = PlainTextResponse("inside")
    audit: Any = NoAudit()
    guard = Guard(inside, RecentIdentities(OneKey(identity), clock, 2.0), RecentFolders(Where(), clock, 2.0), audit)
    headers = {} if identity is None else {"authorization": "Bearer t"}
    wrong = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(guard), base_url="http://onwatch", headers=headers
    ) as http:
        for right in RIGHTS:
            for method in right.methods.split():
                for video_id in (VIDEO_ID, OTHER_ID):
                    folder_id = FOLDER_OF[video_id]
                    address = address_of(right.path, video_id, folder_id)
                    answer = await http.request(method, address, params={"folder": folder_id})
                    is_inside = answer.text == "inside"
                    if is_inside != is_expected(right, identity, video_id):
                        wrong.append((method, right.path, video_id, answer.status_code))
                    assert is_inside or answer.status_code in ((401,) if identity is None else (403, 404))
        unlisted = await http.post("/api/unheard-of")
    assert wrong == []
    assert (unlisted.text == "inside") == (who == "administrator")


@pytest.mark.parametrize("who", [name for name, identity in WHO.items() if identity])
@pytest.mark.parametrize("kind", MESSAGES)
def test_each_message_is_accepted_of_those_who_may(who: str, kind: str) -> None:
    identity = WHO[who]
    assert identity is not None
    may = identity.role is not Role.VIEWER or kind in ("subscribe", "unsubscribe", "frames")
    assert is_message_allowed(identity, kind, VIDEO_ID, FOLDER_ID) == may
    assert is_message_allowed(identity, kind, OTHER_ID, OTHER_ID) == (may and identity.video_ids is None)
    assert is_message_allowed(identity, kind, OTHER_ID) == (may and identity.video_ids is None)


async def test_a_stranger_at_the_whole_system_sees_and_changes_nothing(
    tmp_path: Path, routes: set[tuple[str, str]]
) -> None:
    onwatch = build(configure(tmp_path, environ={"ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD, **PATIENT_GATEWAY}))
    open_to_strangers = {(method, "/api/session") for method in ("GET", "HEAD", "POST")} | {
        ("GET", "/api/session/methods"),
        ("HEAD", "/api/session/methods"),
        ("POST", "/api/session/code"),
        ("POST", "/api/session/provider"),
        ("POST", "/api/session/provider/answer"),
    }
    async with onwatch.running(), client_of(onwatch.app) as http:
        for method, path in sorted(routes - open_to_strangers):
            answer = await http.request(method, address_of(path))
            assert answer.status_code == 401, f"{method} {path}"
            assert method == "HEAD" or answer.json()["code"] == "not_logged_in"
        session = await http.get("/api/session")
        assert session.json()["name"] is None
        spoofed = await http.get("/api/videos", headers={"onwatch-identity": WHO["administrator"].model_dump_json()})
        assert spoofed.status_code == 401


@pytest.mark.parametrize("path", ["/api/videos", "/api/uploads"])
async def test_who_may_see_some_videos_only_uploads_into_a_folder_of_theirs(path: str, clock: FakeClock) -> None:
    audit: Any = NoAudit()
    keys = RecentIdentities(OneKey(WHO["operator of one folder"]), clock, 2.0)
    guard = Guard(PlainTextResponse("inside"), keys, RecentFolders(Where(), clock, 2.0), audit)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(guard), base_url="http://onwatch", headers={"authorization": "Bearer t"}
    ) as http:
        answers = [await http.post(path, params=query) for query in ({}, {"folder": "none"}, {"folder": OTHER_ID})]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
            (403, "folder_needed"),
            (403, "folder_needed"),
            (404, "folder_not_found"),
        ]
        assert (await http.post(path, params={"folder": FOLDER_ID})).text == "inside"


async def test_the_folders_of_the_whole_system_decide_who_sees_what(tmp_path: Path) -> None:
    """Accounts, a token, moves and lists, over the gateway and the real catalog."""
    onwatch = build(configure(tmp_path, environ={"ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD, **PATIENT_GATEWAY}))
    async with onwatch.running(), client_of(onwatch.app) as admin, client_of(onwatch.app) as ida:
        await admin.post("/api/session", json={"name": "admin", "password": PASSWORD})
        north, south = [(await admin.post("/api/folders", json={"name": name})).json()["id"] for name in ("N", "S")]
        clip = write_video(tmp_path / "street.mp4")
        seen, hidden, loose = [await upload(admin, clip, folder) for folder in (north, south, None)]
        account = {"name": "ida", "password": PASSWORD, "role": "operator", "folder_ids": [north]}
        added = (await admin.post("/api/users", json=account)).json()
        assert (added["video_ids"], added["folder_ids"]) == ([], [north])
        await ida.post("/api/session", json={"name": "ida", "password": PASSWORD})

        assert await listed(ida) == [seen]
        assert (await ida.get("/api/video-count")).json() == {"count": 1}
        assert [folder["name"] for folder in (await ida.get("/api/folders")).json()["items"]] == ["N"]
        assert (await ida.get("/api/videos", params={"folder": south})).json()["code"] == "folder_not_found"
        assert (await ida.get(f"/api/videos/{hidden}")).json()["code"] == "video_not_found"
        assert (await ida.get(f"/api/videos/{loose}/thumbnail")).json()["code"] == "video_not_found"
        assert await upload(ida, clip, south) == "folder_not_found"

        own = await upload(ida, clip, north)
        assert await listed(ida) == [own, seen]
        for video_id, target, code in (
            (seen, south, "folder_not_found"),
            (seen, None, "not_allowed"),
            (hidden, north, "video_not_found"),
        ):
            refused = await ida.put(f"/api/videos/{video_id}/folder", json={"folder_id": target})
            assert refused.json()["code"] == code
        together = await ida.put(f"/api/folders/{north}/videos", json={"video_ids": [seen, hidden]})
        assert (together.status_code, together.json()["code"]) == (404, "video_not_found")

        token = (await admin.post("/api/tokens", json={"name": "t", "folder_ids": [south]})).json()["secret"]
        program = {"headers": {"authorization": f"Bearer {token}"}}
        assert await listed(admin, **program) == [hidden]
        link = (await admin.post("/api/links", json={"folder_id": south})).json()
        assert (link["link"]["video_id"], link["link"]["folder_id"]) == (None, south)
        async with client_of(onwatch.app) as guest:
            opened = await guest.post("/api/session/code", json={"code": link["path"].partition("#")[2]})
            assert opened.json()["opens"] == f"/?folder={south}"
            assert await listed(guest) == [hidden]

        moved = await admin.put(f"/api/folders/{south}/videos", json={"video_ids": [seen, own]})
        assert moved.status_code == 204
        assert await listed(ida) == []
        assert set(await listed(admin, **program)) == {seen, own, hidden}
        full = await admin.delete(f"/api/folders/{south}")
        assert (full.status_code, full.json()["code"]) == (409, "folder_not_empty")
        assert (await admin.delete(f"/api/folders/{north}")).status_code == 204
        assert await listed(ida) == []
        actions = [entry["action"] for entry in (await admin.get("/api/audit")).json()["items"]]
        assert {"add a folder", "move a video", "move videos", "delete a folder"} <= set(actions)


async def upload(http: httpx.AsyncClient, clip: Path, folder_id: str | None) -> str:
    """The id of the video, or the code of the refusal."""
    query = {} if folder_id is None else {"folder": folder_id}
    files = {"file": (clip.name, clip.read_bytes(), "video/mp4")}  # noqa: ASYNC240 a small file
    answer = (await http.post("/api/videos", params=query, files=files)).json()
    return str(answer.get("code") or answer["id"])


async def listed(http: httpx.AsyncClient, **options: Any) -> list[str]:
    return [video["id"] for video in (await http.get("/api/videos", **options)).json()["items"]]


def test_presented_keys_are_no_secrets_of_other_kinds() -> None:
    with pytest.raises(ValueError, match="kind"):
        PresentedKey.model_validate({"secret": "s", "kind": "login"})
