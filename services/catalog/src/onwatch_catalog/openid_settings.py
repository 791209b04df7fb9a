"""Settings of logins by an OpenID Connect provider."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from onwatch_catalog.secure_urls import is_secure_url
from onwatch_contracts.accounts import Role
from onwatch_runtime.settings import Names, secret_in
from onwatch_sql.settings import DatabaseSettings


class OpenIdSettings(DatabaseSettings):
    """The part of the catalog's settings that is about the provider."""

    oidc_issuer: str | None = Field(
        default=None,
        description="an OpenID Connect provider whose users may log in, exactly as it writes itself: "
        "https://sso.example/realms/traffic; default: none",
    )
    oidc_client_id: str = Field(default="", description="of Onwatch at the provider")
    oidc_client_secret: SecretStr | None = Field(default=None, description="default: none, of a public client")
    oidc_client_secret_file: Path | None = Field(
        default=None, description="a file with that secret, like a secret of Docker or Kubernetes"
    )
    oidc_scopes: str = Field(default="openid profile email", description="asked for, with spaces between them")
    oidc_name: str = Field(
        default="OpenID Connect", min_length=1, max_length=64, description="of the provider, on the button of the login"
    )
    oidc_name_claim: str = Field(
        default="preferred_username",
        min_length=1,
        description="the claim with the name of the account; Google: email",
    )
    oidc_role_claim: str = Field(
        default="groups",
        min_length=1,
        description="the claim with groups or roles; with dots for one inside of others: realm_access.roles",
    )
    oidc_administrators: Names = Field(
        default=(), description="values of that claim that make an administrator: onwatch-admins,it"
    )
    oidc_operators: Names = Field(default=(), description="values that make an operator")
    oidc_viewers: Names = Field(default=(), description="values that make a viewer")
    oidc_default_role: Role | None = Field(
        default=None, description="viewer, operator or administrator without any of these values; default: refused"
    )
    oidc_new_accounts: bool = Field(
        default=True, description="a first login adds an account; false: only who has one already may log in"
    )
    oidc_public_url: str | None = Field(
        default=None,
        description="of this installation, to which the provider sends browsers back, at /login: https://nvr.example; "
        "default: the address in the browser",
    )
    oidc_ca_file: Path | None = Field(
        default=None, description="certificates (PEM) of authorities to trust for the provider, beside public ones"
    )
    oidc_only: bool = Field(
        default=False,
        description="nobody logs in with a password; `onwatch login-link` still lets an administrator in",
    )

    @property
    def oidc_groups(self) -> Mapping[Role, frozenset[str]]:
        """The values of the claim that give each role."""
        return {
            Role.ADMINISTRATOR: frozenset(self.oidc_administrators),
            Role.OPERATOR: frozenset(self.oidc_operators),
            Role.VIEWER: frozenset(self.oidc_viewers),
        }

    @property
    def oidc_secret(self) -> str | None:
        """Raises `OSError` without its file."""
        return secret_in(self.oidc_client_secret, self.oidc_client_secret_file)

    @field_validator("oidc_issuer")
    @classmethod
    def _is_secure(cls, issuer: str | None) -> str | None:
        if issuer is not None and not is_secure_url(issuer):
            raise ValueError(f"{issuer!r} is no address with https://, without which anybody in between could log in")
        return issuer

    @field_validator("oidc_scopes")
    @classmethod
    def _have_openid(cls, scopes: str) -> str:
        if "openid" not in scopes.split():
            raise ValueError(f"{scopes!r} lacks the scope openid")
        return " ".join(scopes.split())

    @field_validator("oidc_public_url")
    @classmethod
    def _is_origin(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
            raise ValueError(f"{url!r} is no address like https://nvr.example, without a path")
        return f"{parts.scheme}://{parts.netloc}"

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.oidc_issuer is None:
            if self.oidc_client_id or self.oidc_only:
                raise ValueError("oidc_issuer is missing, which the other settings of logins need")
            return self
        if not self.oidc_client_id:
            raise ValueError("oidc_client_id is missing: of Onwatch at the provider oidc_issuer")
        if self.oidc_default_role is None and not any(self.oidc_groups.values()):
            raise ValueError(
                "nobody could log in by the provider: set oidc_administrators, oidc_operators or oidc_viewers, "
                "or oidc_default_role for everybody"
            )
        return self
