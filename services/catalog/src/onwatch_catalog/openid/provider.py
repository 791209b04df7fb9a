"""Talks to the provider: its discovery document, its keys, and what it gives for a code."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote_plus

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onwatch_catalog.openid.errors import ProviderRefused, ProviderUnavailable, UnusableProvider
from onwatch_catalog.openid.metadata import ProviderMetadata
from onwatch_catalog.openid.pending import PendingLogin
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
METADATA_KEPT_S = 10.0  # strangers who begin many logins do not have it asked each time
MAX_REASON_CHARS = 300
DISCOVERY_PATH = "/.well-known/openid-configuration"

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Client:
    """Onwatch as the provider knows it, and the provider as Onwatch does."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    """None: a public client."""
    scopes: str
    provider: str
    """The name of the provider, for people."""


class Tokens(BaseModel):
    """For a code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id_token: str = Field(repr=False)
    access_token: str | None = Field(default=None, repr=False)


@dataclass
class Provider:
    """The provider, asked over HTTP. Its keys are read for each login, so that it may replace them at any time."""

    client: Client
    clock: Clock
    transport: httpx.AsyncBaseTransport | None = None
    tls: ssl.SSLContext | bool = True
    _metadata: tuple[float, ProviderMetadata] | None = field(default=None, init=False)

    async def metadata(self) -> ProviderMetadata:
        """Raises `ProviderUnavailable`, and `UnusableProvider`, also if it is of another issuer."""
        now = self.clock.monotonic()
        if self._metadata is not None and now - self._metadata[0] < METADATA_KEPT_S:
            return self._metadata[1]
        answer = await self._get(self.client.issuer.rstrip("/") + DISCOVERY_PATH)
        found = self._read(answer, ProviderMetadata, "its discovery document")
        if found.issuer != self.client.issuer:
            raise self._unusable(f"it calls itself {found.issuer}, and the setting says {self.client.issuer}")
        self._metadata = now, found
        return found

    async def keys(self) -> KeySet:
        """The keys that it signs with now."""
        answer = await self._get((await self.metadata()).jwks_uri)
        try:
            return KeySet.import_key_set(answer.json())
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise self._unusable("its keys cannot be read") from error

    async def authorization_url(self, login: PendingLogin) -> str:
        """Where the browser goes on."""
        added = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": login.redirect_uri,
            "scope": self.client.scopes,
            "state": login.state,
            "nonce": login.nonce,
            "code_challenge": login.challenge,
            "code_challenge_method": "S256",
        }
        return str(httpx.URL((await self.metadata()).authorization_endpoint).copy_merge_params(added))

    async def redeem(self, code: str, login: PendingLogin) -> Tokens:
        """Raises `ProviderRefused`, for example for a code that was used already."""
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": login.redirect_uri,
            "code_verifier": login.verifier,
        }
        headers, own = self._authentication(metadata)
        answer = await self._ask("POST", metadata.token_endpoint, data={**form, **own}, headers=headers)
        if answer.is_client_error:
            raise ProviderRefused(self.client.provider, _reason_in(answer))
        return self._read(self._good(answer), Tokens, "its answer to the code")

    async def user_info(self, access_token: str) -> dict[str, Any]:
        """The claims of its UserInfo endpoint; none, if it has no such endpoint."""
        address = (await self.metadata()).userinfo_endpoint
        if address is None:
            return {}
        answer = self._good(await self._ask("GET", address, headers={"authorization": f"Bearer {access_token}"}))
        try:
            claims = answer.json()
        except ValueError:
            claims = None
        if not isinstance(claims, dict):
            raise self._unusable("what its UserInfo endpoint says is no JSON object")
        return claims

    def _authentication(self, metadata: ProviderMetadata) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and fields that prove who asks (RFC 6749, section 2.3.1)."""
        client_id, secret = self.client.client_id, self.client.client_secret
        if secret is None:
            return {}, {"client_id": client_id}
        if "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported:
            return {}, {"client_id": client_id, "client_secret": secret}
        request = next(httpx.BasicAuth(quote_plus(client_id), quote_plus(secret)).auth_flow(httpx.Request("POST", "")))
        return {"authorization": request.headers["authorization"]}, {}

    async def _get(self, url: str) -> httpx.Response:
        return self._good(await self._ask("GET", url))

    async def _ask(
        self, method: str, url: str, *, data: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        accepting = {"accept": "application/json", **(headers or {})}
        try:
            async with httpx.AsyncClient(transport=self.transport, verify=self.tls, timeout=TIMEOUT) as http:
                return await http.request(method, url, data=data, headers=accepting)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            log.warning("%s at %s cannot be reached: %r", self.client.provider, url, error)
            raise ProviderUnavailable(self.client.provider) from error

    def _good(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        log.warning("%s answered %s to %s", self.client.provider, answer.status_code, answer.url)
        if answer.is_server_error:
            raise ProviderUnavailable(self.client.provider)
        raise self._unusable(f"it answered {answer.status_code} to {answer.url.copy_with(query=None)}")

    def _read(self, answer: httpx.Response, model: type[Answer], what: str) -> Answer:
        try:
            return model.model_validate_json(answer.content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "all of it"
            raise self._unusable(f"{what} is not as expected: {place}: {first['msg']}") from error

    def _unusable(self, why: str) -> UnusableProvider:
        log.warning("the answer of %s cannot be used: %s", self.client.provider, why)
        return UnusableProvider(self.client.provider, why)


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts public authorities, and those in the file. Raises `OSError` if it cannot be read."""
    context = httpx.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _reason_in(answer: httpx.Response) -> str:
    """Of an error response of OAuth 2.0."""
    try:
        body = answer.json()
        return reason_of(str(body["error"]), body.get("error_description"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return f"it answered {answer.status_code}"


def reason_of(error: str, description: object) -> str:
    said = f"{error} ({description})" if isinstance(description, str) and description else error
    return "".join(char for char in said if char.isprintable())[:MAX_REASON_CHARS].rstrip(".")
