"""What a provider says about itself (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from onwatch_catalog.secure_urls import is_secure_url


def _secure(url: str) -> str:
    if not is_secure_url(url):
        raise ValueError("expected an https:// address")
    return url


SecureUrl = Annotated[str, AfterValidator(_secure)]


class ProviderMetadata(BaseModel):
    """Of its document `/.well-known/openid-configuration`, what is used here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: SecureUrl
    token_endpoint: SecureUrl
    jwks_uri: SecureUrl
    userinfo_endpoint: SecureUrl | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
