"""The HTTP API of accounts, as the gateway calls it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from onwatch_contracts.accounts import ADDRESS_HEADER, EVERYBODY, IDENTITY_HEADER, Identity, KeyKind, Role

PASSWORD = "correct horse battery"
Staging = Callable[..., Any]


@pytest.fixture
async def http(staging: Staging) -> AsyncIterator[httpx.AsyncClient]:
    async with staging(auth="on", admin_password=PASSWORD) as stage:
        stage.http.headers[ADDRESS_HEADER] = "10.0.0.9"
        yield stage.http


async def log_in(http: httpx.AsyncClient, name: str = "admin", password: str = PASSWORD) -> httpx.Response:
    return await http.post("/api/session", json={"name": name, "password": password})


def secret_in(login: httpx.Response) -> str:
    """Of the cookie; the client's own jar finds it expired, by another clock than the test's."""
    return login.headers["set-cookie"].partition("=")[2].partition(";")[0]


async def sender_of(http: httpx.AsyncClient, secret: str, kind: str = "session") -> dict[str, str]:
    """The header with which the gateway says who sends a request."""
    body = {"keys": [{"secret": secret, "kind": kind}]}
    (identity,) = (await http.post("/internal/identities", json=body)).json()["items"]
    assert identity is not None
    return {IDENTITY_HEADER: json.dumps(identity)}


async def administrator(http: httpx.AsyncClient) -> dict[str, str]:
    return await sender_of(http, secret_in(await log_in(http)))


async def test_a_login_sets_a_cookie_that_scripts_and_other_sites_cannot_use(http: httpx.AsyncClient) -> None:
    answer = await log_in(http)
    cookie = answer.headers["set-cookie"]
    assert answer.json() == {
        "is_login_required": True,
        "name": "admin",
        "role": "administrator",
        "kind": "session",
        "video_ids": None,
        "opens": None,
    }
    assert all(part in cookie for part in ("onwatch=", "HttpOnly", "Path=/", "SameSite=strict"))
    assert "Secure" not in cookie
    assert answer.headers["cache-control"] == "no-store"


async def test_behind_tls_the_cookie_is_of_this_host_alone(http: httpx.AsyncClient) -> None:
    http.headers["x-forwarded-proto"] = "https"
    cookie = (await log_in(http)).headers["set-cookie"]
    assert cookie.startswith("__Host-onwatch=")
    assert "Secure" in cookie


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_login_has_no_cookie(http: httpx.AsyncClient, name: str, password: str) -> None:
    answer = await log_in(http, name, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "login_refused")
    assert "set-cookie" not in answer.headers


async def test_guesses_are_slowed_down(http: httpx.AsyncClient) -> None:
    codes = [(await log_in(http, password="wrong")).status_code for _ in range(5)]
    assert codes == [401, 401, 401, 401, 429]
    answer = await log_in(http)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    http.headers[ADDRESS_HEADER] = "10.0.0.10"
    assert (await log_in(http)).is_success, "from elsewhere the account is free"


async def test_the_log_has_each_login(http: httpx.AsyncClient) -> None:
    await log_in(http, password="wrong")
    headers = await administrator(http)
    page = (await http.get("/api/audit", params={"limit": 1}, headers=headers)).json()
    older = (await http.get("/api/audit", params={"before": page["next_before"]}, headers=headers)).json()
    said = [(entry["name"], entry["role"], entry["status"]) for entry in page["items"] + older["items"]]
    assert said == [("admin", "administrator", 200), ("admin", None, 401)]
    lines = (await http.get("/api/audit.jsonl", headers=headers)).text.splitlines()
    assert [json.loads(line)["address"] for line in lines] == ["10.0.0.9"] * 2
    assert older["next_before"] is None


async def test_made_up_codes_and_names_do_not_fill_the_log(http: httpx.AsyncClient) -> None:
    for number in range(20):
        http.headers[ADDRESS_HEADER] = f"2001:db8::a:{number}"
        assert (await http.post("/api/session/code", json={"code": f"code {number}"})).status_code == 401
        assert (await log_in(http, f"name {number}")).status_code == 401
    http.headers[ADDRESS_HEADER] = "10.0.0.9"
    await http.post("/api/session/code", json={"code": "of another client"})
    headers = await administrator(http)
    entries = (await http.get("/api/audit", headers=headers)).json()["items"]
    refused = [(entry["action"], entry["address"]) for entry in entries if entry["status"] == 401]
    assert refused == [
        ("log in by a link (and 36 more refused before, which are not listed)", "10.0.0.9"),
        ("log in", "2001:db8::a:1"),
        ("log in by a link", "2001:db8::a:1"),
        ("log in", "2001:db8::a:0"),
        ("log in by a link", "2001:db8::a:0"),
    ]


async def test_a_logged_out_session_is_nobodys(http: httpx.AsyncClient) -> None:
    secret = secret_in(await log_in(http))
    headers = await sender_of(http, secret)
    assert (await http.get("/api/session", headers=headers)).json()["name"] == "admin"
    assert (await http.delete("/api/session", headers=headers)).status_code == 204
    body = {"keys": [{"secret": secret, "kind": "session"}]}
    assert (await http.post("/internal/identities", json=body)).json() == {"items": [None]}


async def test_an_account_is_added_changed_and_deleted(http: httpx.AsyncClient) -> None:
    headers = await administrator(http)
    new = {"name": "Åsa", "password": PASSWORD, "role": "operator"}
    added = await http.post("/api/users", json=new, headers=headers)
    assert added.status_code == 201
    path = f"/api/users/{added.json()['id']}"
    assert (await log_in(http, "åsa")).json()["role"] == "operator"
    changed = await http.patch(path, json={"role": "viewer", "video_ids": ["v1"]}, headers=headers)
    assert (changed.json()["role"], changed.json()["video_ids"]) == ("viewer", ["v1"])
    names = [user["name"] for user in (await http.get("/api/users", headers=headers)).json()["items"]]
    assert names == ["admin", "Åsa"]
    assert (await http.delete(path, headers=headers)).status_code == 204
    assert (await log_in(http, "åsa")).status_code == 401


async def test_no_answer_contains_a_password_or_its_hash(http: httpx.AsyncClient) -> None:
    headers = await administrator(http)
    added = await http.post("/api/users", json={"name": "b", "password": PASSWORD}, headers=headers)
    listed = await http.get("/api/users", headers=headers)
    for answer in (added, listed):
        assert "argon2" not in answer.text
        assert PASSWORD not in answer.text


async def test_a_token_is_shown_once_and_can_be_revoked(http: httpx.AsyncClient) -> None:
    headers = await administrator(http)
    added = (await http.post("/api/tokens", json={"name": "nightly", "role": "operator"}, headers=headers)).json()
    assert (await sender_of(http, added["secret"], "token"))[IDENTITY_HEADER].count('"operator"') == 1
    listed = await http.get("/api/tokens", headers=headers)
    assert [token["name"] for token in listed.json()["items"]] == ["nightly"]
    assert added["secret"] not in listed.text
    assert (await http.delete(f"/api/tokens/{added['token']['id']}", headers=headers)).status_code == 204
    assert (await http.delete(f"/api/tokens/{added['token']['id']}", headers=headers)).status_code == 404


async def test_a_shared_link_opens_its_moment(http: httpx.AsyncClient) -> None:
    headers = await administrator(http)
    new = {"video_id": "v1", "moment_s": 3.5, "expires_in_hours": 24}
    added = (await http.post("/api/links", json=new, headers=headers)).json()
    code = added["path"].partition("#")[2]
    session = (await http.post("/api/session/code", json={"code": code})).json()
    assert (session["role"], session["kind"], session["video_ids"]) == ("viewer", "link", ["v1"])
    assert session["opens"] == "/videos/v1?t=3.5"


async def test_who_is_logged_in_stays_so_with_a_shared_link(http: httpx.AsyncClient) -> None:
    headers = await administrator(http)
    added = (await http.post("/api/links", json={"video_id": "v1"}, headers=headers)).json()
    code = {"code": added["path"].partition("#")[2]}
    answer = await http.post("/api/session/code", json=code, headers=headers)
    assert (answer.json()["role"], answer.json()["opens"]) == ("administrator", "/videos/v1")
    assert "set-cookie" not in answer.headers
    elsewhere = json.loads(headers[IDENTITY_HEADER]) | {"video_ids": ["v2"]}
    answer = await http.post("/api/session/code", json=code, headers={IDENTITY_HEADER: json.dumps(elsewhere)})
    assert (answer.json()["kind"], answer.json()["video_ids"]) == ("link", ["v1"])


async def test_a_limited_sender_is_listed_its_own_videos(staging: Staging, clip: Any) -> None:
    async with staging(auth="off") as stage:
        ids = [await stage.add(clip) for _ in range(2)]
        for video_id in reversed(ids):
            await stage.http.post(f"/api/videos/{video_id}/analysis")
            await stage.clock.advance(0.1)
        limited = Identity(name="a", role=Role.VIEWER, kind=KeyKind.SESSION, video_ids=(ids[0],))
        headers = {IDENTITY_HEADER: limited.model_dump_json()}
        listed = (await stage.http.get("/api/videos", headers=headers)).json()["items"]
        count = (await stage.http.get("/api/video-count", headers=headers)).json()
        queue = (await stage.http.get("/api/analyses", headers=headers)).json()["items"]
    assert [video["id"] for video in listed] == ids[:1]
    assert count == {"count": 1}
    assert queue == [{"video_id": ids[0], "position": 2}]  # after one that it may not see


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [(None, 401, "not_logged_in"), ("no JSON", 401, "not_logged_in"), (EVERYBODY.model_dump_json(), 409, "logins_off")],
)
async def test_accounts_are_changed_by_somebody(
    http: httpx.AsyncClient, header: str | None, status: int, code: str
) -> None:
    headers = {} if header is None else {IDENTITY_HEADER: header}
    refused = await http.post("/api/users", json={"name": "b", "password": PASSWORD}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
