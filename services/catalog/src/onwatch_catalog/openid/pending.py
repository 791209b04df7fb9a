"""Logins that have been begun and not finished yet."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import OctKey
from joserfc.util import urlsafe_b64encode

from onwatch_catalog.openid.errors import LoginExpired, LoginNotBegun
from onwatch_runtime.clock import Clock

LIFETIME = timedelta(minutes=10)
HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class PendingLogin:
    """What only the browser that has begun a login, and this service, know about it."""

    redirect_uri: str
    state: str = field(repr=False)
    """Comes back through the browser."""
    nonce: str = field(repr=False)
    """Comes back in the ID token."""
    verifier: str = field(repr=False)
    """Of PKCE (RFC 7636): proves to the provider that whoever redeems the code has begun the login."""

    @property
    def challenge(self) -> str:
        """Of the verifier, by the method S256."""
        return urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode()


def new_login(redirect_uri: str) -> PendingLogin:
    return PendingLogin(redirect_uri, *(secrets.token_urlsafe(32) for _ in range(3)))


class Seal:
    """Encrypts pending logins for a cookie, so that strangers who begin logins take no memory here.

    The key is of this process, until it is given that of all processes.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = OctKey.generate_key(256)
        self._registry = JWERegistry(algorithms=list(HEADER.values()))

    @staticmethod
    def new_key() -> bytes:
        return secrets.token_bytes(32)

    def use(self, key: bytes) -> None:
        """From now on, for what any process has sealed with it."""
        self._key = OctKey.import_key(key)

    def closed(self, login: PendingLogin) -> str:
        """The value of the cookie."""
        expires_at = self._clock.now() + LIFETIME
        claims = {**asdict(login), "exp": int(expires_at.timestamp())}
        return jwt.encode(HEADER, claims, self._key, registry=self._registry)

    def opened(self, cookie: str | None) -> PendingLogin:
        """Raises `LoginNotBegun` for what was not sealed here, and `LoginExpired`."""
        try:
            claims = jwt.decode(cookie or "", self._key, registry=self._registry).claims
            jwt.JWTClaimsRegistry(now=int(self._clock.now().timestamp())).validate(claims)
        except ExpiredTokenError as error:
            raise LoginExpired from error
        except (JoseError, ValueError) as error:
            raise LoginNotBegun from error
        return PendingLogin(**{name: value for name, value in claims.items() if name != "exp"})
