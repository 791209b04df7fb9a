"""A provider in memory that signs whatever a test wants, and the routes of a catalog that trusts it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey
from joserfc.util import urlsafe_b64encode

from onwatch_catalog.accounts import (
    AccountStore,
    Administration,
    GuessLimit,
    Lifetimes,
    LoginLog,
    Passwords,
    Sessions,
)
from onwatch_catalog.openid import ANSWER_PATH, ClaimRules, Client, Provider, ProviderLogins, Seal, add_provider_logins
from onwatch_catalog.records import make_engine
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.accounts import NewUser, Role
from onwatch_runtime.http import Api
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids

ISSUER = "https://sso.example/realms/traffic"
CLIENT_ID, CLIENT_SECRET = "onwatch", "s3cret: with signs & spaces"
PASSWORD = "correct horse battery"
ADMINS = "traffic-admins"


@dataclass
class ProviderDouble:
    """Answers as a provider does. A test changes what it is about. Its first key is small, and made in no time."""

    clock: FakeClock
    signs_with: Key = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    published: list[Key] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    """Over those that the ID token has; None: without it."""
    user_info: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    """The paths of its requests."""
    token_requests: list[httpx.Request] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published.append(self.signs_with)

    def rotate(self) -> None:
        """Signs with a new key from now on, and publishes no other."""
        self.signs_with = RSAKey.generate_key(2048, auto_kid=True)
        self.published = [self.signs_with]

    def authorize(self, url: str, code: str = "code-1") -> dict[str, str]:
        """Somebody has logged in: what is added to the address of the page."""
        asked = {name: values[0] for name, values in parse_qs(httpx.URL(url).query.decode()).items()}
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            raise httpx.ConnectError("refused", request=request)
        self.asked.append(request.url.path)
        match request.url.path.removeprefix("/realms/traffic"):
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self._discovery())
            case "/keys":
                return httpx.Response(200, json=KeySet(self.published).as_dict(private=False))
            case "/token":
                return self._tokens(request)
            case "/me":
                return httpx.Response(200, json=self.user_info)
        return httpx.Response(404)

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize?tenant=a",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/me",
            **self.metadata,
        }

    def _tokens(self, request: httpx.Request) -> httpx.Response:
        self.token_requests.append(request)
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(digest).decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": "grant not found"})
        return httpx.Response(200, json={"id_token": self._id_token(asked["nonce"]), "access_token": "access"})

    def _id_token(self, nonce: str) -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": "4711",
            "exp": now + 60,
            "iat": now,
            "nonce": nonce,
            "preferred_username": "maria",
            "groups": [ADMINS],
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return self.sign(claims)
        algorithm = "ES256" if isinstance(self.signs_with, ECKey) else "RS256"
        return jwt.encode({"alg": algorithm, "kid": self.signs_with.kid}, claims, self.signs_with)


@dataclass
class Bench:
    """A catalog's routes, a browser at them, and what is behind."""

    http: httpx.AsyncClient
    provider: ProviderDouble
    logins: ProviderLogins
    store: AccountStore
    administration: Administration
    clock: FakeClock

    async def begin(self) -> str:
        """Where the browser goes on; it has the cookie."""
        answer = await self.http.post("/api/session/provider")
        assert answer.status_code == 200, answer.text
        self.http.cookies = httpx.Cookies({"onwatch-login": answer.cookies["onwatch-login"]})
        return str(answer.json()["url"])

    async def finish(self, answer: dict[str, str]) -> httpx.Response:
        return await self.http.post(ANSWER_PATH, json=answer)

    async def log_in(self, **claims: Any) -> httpx.Response:
        self.provider.claims = claims
        return await self.finish(self.provider.authorize(await self.begin()))

    async def refused(self, status: int, code: str, **claims: Any) -> str:
        """The reason of the refusal, which has set no session."""
        return reason(await self.log_in(**claims), status, code)

    async def add_local(self, name: str, role: Role = Role.ADMINISTRATOR) -> str:
        return (await self.administration.add_user(NewUser(name=name, password=PASSWORD, role=role))).id

    async def logged(self) -> list[tuple[str, str, int]]:
        """Of the audit log, newest first: who, what, and how it was answered."""
        return [(entry.name, entry.action, entry.status) for entry in await self.store.audit_entries(10, None)]


def reason(answer: httpx.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "onwatch=" not in answer.headers.get("set-cookie", "")
    return str(answer.json()["detail"])


@pytest.fixture
def provider(clock: FakeClock) -> ProviderDouble:
    return ProviderDouble(clock)


@pytest.fixture
async def bench(migrated_folder: Path, clock: FakeClock, provider: ProviderDouble) -> AsyncIterator[Bench]:
    engine = make_engine(CatalogSettings(data_dir=migrated_folder))
    ids, passwords = counting_ids("id"), Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    store = AccountStore(engine)
    lifetimes = Lifetimes(timedelta(days=30), timedelta(days=7), timedelta(minutes=30))
    sessions = Sessions(store, passwords, GuessLimit(store._engine, clock), clock, ids, lifetimes)
    client = Client(ISSUER, CLIENT_ID, CLIENT_SECRET, "openid profile", "Traffic SSO")
    rules = ClaimRules(groups={Role.ADMINISTRATOR: frozenset({ADMINS}), Role.VIEWER: frozenset({"guests"})})
    asked = Provider(client, clock, httpx.MockTransport(provider.answer))
    logins = ProviderLogins(asked, rules, Seal(clock), store, sessions)
    app = Api("Onwatch catalog", common=())
    add_provider_logins(app, logins, LoginLog(store, clock, "POST x"), has_passwords=True, public_url=None)
    administration = Administration(store, passwords, clock, ids, has_provider_roles=True)
    await administration.add_user(NewUser(name="admin", password=PASSWORD, role=Role.ADMINISTRATOR))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://nvr:8000") as http:
        yield Bench(http, provider, logins, store, administration, clock)
    await engine.dispose()
