"""The routes of a catalog without and with a provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onwatch_catalog.openid.routes import COOKIE

from .conftest import Bench

Staging = Callable[..., Any]


async def test_without_a_provider_there_are_passwords_alone(staging: Staging) -> None:
    async with staging(auth="on", admin_password="correct horse battery") as stage:
        methods = await stage.http.get("/api/session/methods")
        assert methods.json() == {"has_passwords": True, "provider": None}
        answers = [
            await stage.http.post("/api/session/provider"),
            await stage.http.post("/api/session/provider/answer", json={"state": "x"}),
        ]
        assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "no_provider")] * 2


async def test_passwords_can_be_switched_off(staging: Staging) -> None:
    settings = {
        "oidc_issuer": "https://sso.example",
        "oidc_client_id": "onwatch",
        "oidc_default_role": "viewer",
        "oidc_name": "Company",
        "oidc_only": True,
    }
    async with staging(auth="on", admin_password="correct horse battery", **settings) as stage:
        methods = await stage.http.get("/api/session/methods")
        assert methods.json() == {"has_passwords": False, "provider": "Company"}
        login = {"name": "admin", "password": "correct horse battery"}
        answer = await stage.http.post("/api/session", json=login)
        assert (answer.status_code, answer.json()["code"]) == (403, "passwords_off")


async def test_the_cookie_of_a_login_ends_with_it(bench: Bench) -> None:
    answer = await bench.log_in()
    cookies = answer.headers.get_list("set-cookie")
    assert any(cookie.startswith(f'{COOKIE}=""') and "Max-Age=0" in cookie for cookie in cookies)
    assert any(cookie.startswith("onwatch=") and "SameSite=strict" in cookie for cookie in cookies)
    assert answer.headers["cache-control"] == "no-store"


async def test_what_is_no_answer_of_a_provider_is_refused(bench: Bench) -> None:
    for body in ({}, {"state": 7}, {"state": "x" * 4097}):
        assert (await bench.http.post("/api/session/provider/answer", json=body)).status_code == 422
