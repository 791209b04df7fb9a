"""Who sends a request: asks the catalog, and remembers the answer for a short time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Protocol

from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers
from starlette.types import ASGIApp

from onwatch_contracts.accounts import (
    SECURE_SESSION_COOKIE,
    SESSION_COOKIE,
    Identities,
    Identity,
    KeyIds,
    KeyKind,
    PresentedKey,
    PresentedKeys,
)
from onwatch_gateway.access.calls import parts_of, post
from onwatch_gateway.access.recent import Recent
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import ServiceUnavailable


class IdentityLookup(Protocol):
    """Looks keys up at the service that owns accounts."""

    async def identify(self, keys: Sequence[PresentedKey]) -> Sequence[Identity | None]:
        """In the order of the keys; None for one that is not valid. Raises `ServiceUnavailable`."""
        ...

    async def current(self, key_ids: Sequence[str]) -> Sequence[Identity | None]:
        """As `identify`, of keys that were presented before: a session's secret is replaced from time to time."""
        ...


@dataclass(frozen=True)
class CatalogIdentities:
    """Calls the catalog's ASGI app: the service itself, or the proxy to it."""

    catalog: ASGIApp
    timeout_s: float

    async def identify(self, keys: Sequence[PresentedKey]) -> Sequence[Identity | None]:
        asked = (PresentedKeys(keys=tuple(some)) for some in parts_of(keys))
        return await self._ask("/internal/identities", asked)

    async def current(self, key_ids: Sequence[str]) -> Sequence[Identity | None]:
        asked = (KeyIds(key_ids=tuple(some)) for some in parts_of(key_ids))
        return await self._ask("/internal/identities/current", asked)

    async def _ask(self, path: str, questions: Iterable[BaseModel]) -> Sequence[Identity | None]:
        found: list[Identity | None] = []
        for question in questions:
            answer = await post(self.catalog, path, question, self.timeout_s)
            try:
                found += Identities.model_validate_json(answer).items
            except ValidationError as error:
                raise ServiceUnavailable(f"the catalog's answer is no list of identities: {error}") from error
        return found


class RecentIdentities:
    """Remembers identities for `keep_s`, so that the pictures of one page are one question."""

    def __init__(self, lookup: IdentityLookup, clock: Clock, keep_s: float) -> None:
        self._lookup = lookup
        self._recent = Recent(self._look_up, clock, keep_s)

    async def of(self, key: PresentedKey) -> Identity | None:
        """Raises `ServiceUnavailable`."""
        return await self._recent.of(key)

    def forget(self, key: PresentedKey) -> None:
        self._recent.forget(key)

    def forget_key_id(self, key_id: str) -> None:
        """However it was presented: its secret may have been replaced."""
        changed = [key for key, identity in self._recent.items() if identity and identity.key_id == key_id]
        for key in changed:
            self.forget(key)

    async def _look_up(self, key: PresentedKey) -> Identity | None:
        (identity,) = await self._lookup.identify([key])
        return identity


def presented_key(headers: Headers) -> PresentedKey | None:
    """The token or the session's cookie of a request; a token comes before a cookie."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _key(token.strip(), KeyKind.TOKEN)
    cookies = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:
        return None
    cookie = cookies.get(SECURE_SESSION_COOKIE) or cookies.get(SESSION_COOKIE)
    return None if cookie is None else _key(cookie.value, KeyKind.SESSION)


def _key(secret: str, kind: KeyKind) -> PresentedKey | None:
    try:
        return PresentedKey.model_validate({"secret": secret, "kind": kind}) if secret else None
    except ValidationError:  # too long to be one
        return None
