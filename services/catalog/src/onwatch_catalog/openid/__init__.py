"""Logins by an OpenID Connect provider."""

from onwatch_catalog.openid.claims import ClaimRules
from onwatch_catalog.openid.logins import ProviderLogins
from onwatch_catalog.openid.pending import Seal
from onwatch_catalog.openid.provider import Client, Provider, tls_context
from onwatch_catalog.openid.routes import ANSWER_PATH, add_provider_logins

__all__ = [
    "ANSWER_PATH",
    "ClaimRules",
    "Client",
    "Provider",
    "ProviderLogins",
    "Seal",
    "add_provider_logins",
    "tls_context",
]
