"""Decides whether an ID token is accepted (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet

from onwatch_catalog.openid.errors import IdTokenRefused

# Signatures that only the provider can make: neither `none`, nor one with the client's secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY_S = 60  # between the clocks of the provider and of this machine
MAX_SUBJECT_CHARS = 255


def accepted(token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims. Raises `IdTokenRefused`."""
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        _rules(issuer, client_id, nonce, now).validate(claims)
    except (JoseError, ValueError) as error:
        raise IdTokenRefused(_reason(error)) from error
    if claims.get("azp", client_id) != client_id or ("azp" not in claims and _audiences(claims) != [client_id]):
        raise IdTokenRefused("it was made for another client (`azp`)")
    if not 0 < len(claims["sub"]) <= MAX_SUBJECT_CHARS:
        raise IdTokenRefused("`sub` is empty, or longer than 255 characters")
    return claims


def _rules(issuer: str, client_id: str, nonce: str, now: datetime) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )


def _audiences(claims: dict[str, Any]) -> list[str]:
    audience = claims["aud"]
    return [audience] if isinstance(audience, str) else audience


def _reason(error: Exception) -> str:
    match error:
        case UnsupportedAlgorithmError():
            return "it is not signed by an algorithm with a public key"
        case InvalidKeyIdError():
            return "the provider does not publish the key that signed it"
        case BadSignatureError():
            return "its signature is wrong"
        case ExpiredTokenError():
            return "it has expired; are the clocks of the provider and of Onwatch right?"
        case InvalidClaimError(claim=claim) if claim in ("iat", "nbf"):
            return f"`{claim}` is in the future; are the clocks of the provider and of Onwatch right?"
        case InvalidClaimError(claim=claim):
            return f"`{claim}` is not what was expected"
        case MissingClaimError(claim=claim):
            return f"`{claim}` is missing"
        case _:
            return "it cannot be read"
