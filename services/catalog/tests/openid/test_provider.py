"""What the provider is asked, and answers that cannot be used."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from onwatch_catalog.openid.errors import ProviderUnavailable, UnusableProvider
from onwatch_catalog.openid.pending import new_login
from onwatch_catalog.openid.provider import Client, Provider, reason_of, tls_context

from .conftest import CLIENT_ID, CLIENT_SECRET, ISSUER, ProviderDouble


def provider_of(double: ProviderDouble, secret: str | None = CLIENT_SECRET) -> Provider:
    client = Client(ISSUER, CLIENT_ID, secret, "openid", "Traffic SSO")
    return Provider(client, double.clock, httpx.MockTransport(double.answer))


async def test_the_discovery_document_is_kept_for_some_seconds(provider: ProviderDouble) -> None:
    asked = provider_of(provider)
    await asked.metadata()
    await provider.clock.advance(9)
    await asked.authorization_url(new_login(""))
    assert len(provider.asked) == 1
    await provider.clock.advance(1)
    await asked.metadata()
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({"issuer": f"{ISSUER}/"}, f"it calls itself {ISSUER}/, and the setting says {ISSUER}"),
        ({"token_endpoint": None}, "token_endpoint"),
        ({"token_endpoint": "http://sso.example/token"}, "https://"),
        ({"jwks_uri": "file:///etc/passwd"}, "https://"),
    ],
)
async def test_a_discovery_document_that_cannot_be_used_is_refused(
    provider: ProviderDouble, metadata: dict[str, Any], why: str
) -> None:
    provider.metadata = metadata
    with pytest.raises(UnusableProvider, match=why):
        await provider_of(provider).metadata()


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": [{"kty": "new"}]}, {"keys": "none"}, {"keys": [7]}])
async def test_keys_that_cannot_be_read_are_refused(provider: ProviderDouble, keys: Any) -> None:
    asked = provider_of(provider)
    await asked.metadata()
    asked.transport = httpx.MockTransport(lambda _: httpx.Response(200, json=keys))
    with pytest.raises(UnusableProvider, match="keys cannot be read"):
        await asked.keys()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503), ProviderUnavailable),
        (httpx.Response(404), UnusableProvider),
        (httpx.Response(302, headers={"location": "http://10.0.0.1/"}), UnusableProvider),
        (httpx.Response(200, text="<html>"), UnusableProvider),
    ],
)
async def test_an_error_in_place_of_a_document_is_told(
    provider: ProviderDouble, answer: httpx.Response, error: type[Exception]
) -> None:
    asked = provider_of(provider)
    asked.transport = httpx.MockTransport(lambda _: answer)
    with pytest.raises(error):
        await asked.metadata()


@pytest.mark.parametrize(
    ("secret", "methods", "in_header", "in_form"),
    [
        (CLIENT_SECRET, ["client_secret_basic", "client_secret_post"], True, set()),
        (CLIENT_SECRET, ["client_secret_post"], False, {"client_id", "client_secret"}),
        (None, ["client_secret_basic"], False, {"client_id"}),
    ],
)
async def test_the_client_proves_itself(
    provider: ProviderDouble, secret: str | None, methods: list[str], in_header: bool, in_form: set[str]
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": methods}
    asked, login = provider_of(provider, secret), new_login("https://nvr.example/login")
    provider.authorize(await asked.authorization_url(login))
    await asked.redeem("code-1", login)
    (request,) = provider.token_requests
    assert ("authorization" in request.headers) == in_header
    form = dict(httpx.QueryParams(request.content.decode()))
    assert set(form) == in_form | {"grant_type", "code", "redirect_uri", "code_verifier"}
    assert form.get("client_secret", CLIENT_SECRET) == CLIENT_SECRET


async def test_keys_of_kinds_to_come_are_passed_over(provider: ProviderDouble) -> None:
    asked = provider_of(provider)
    await asked.metadata()
    keys = [{"kty": "AKP", "kid": "new"}, RSAKey.generate_key(2048).as_dict(private=False)]
    asked.transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"keys": keys}))
    assert len((await asked.keys()).keys) == 1


async def test_without_user_info_there_are_no_more_claims(provider: ProviderDouble) -> None:
    provider.metadata = {"userinfo_endpoint": None}
    assert await provider_of(provider).user_info("access") == {}


async def test_user_info_is_an_object(provider: ProviderDouble) -> None:
    provider.user_info = ["admin"]  # type: ignore[assignment]  # what a broken one sends
    with pytest.raises(UnusableProvider, match="no JSON object"):
        await provider_of(provider).user_info("access")


def test_reasons_of_a_provider_are_short_and_on_one_line() -> None:
    assert reason_of("access_denied", "No.\r\n") == "access_denied (No.)"
    assert len(reason_of("x" * 900, None)) == 300


def test_a_file_of_authorities_is_trusted_beside_public_ones(tmp_path: Path) -> None:
    public = tls_context(None)
    assert public.verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(FileNotFoundError):
        tls_context(tmp_path / "none.pem")
