"""Logins by the provider: from the button to the session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from onwatch_catalog.accounts import (
    AccountStore,
    Opened,
    ProviderBinding,
    Sessions,
    StoredUser,
    UserNameTaken,
)
from onwatch_catalog.openid.claims import ClaimRules
from onwatch_catalog.openid.errors import (
    AccountDisabled,
    LoginNotBegun,
    NameOfAnother,
    NoAccount,
    NoName,
    NoRole,
    ProviderRefused,
    UnusableProvider,
)
from onwatch_catalog.openid.id_token import accepted
from onwatch_catalog.openid.pending import PendingLogin, Seal, new_login
from onwatch_catalog.openid.provider import Provider, reason_of
from onwatch_contracts.accounts import ProviderAnswer, Role


@dataclass(frozen=True)
class ProviderLogins:
    """Authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0)."""

    provider: Provider
    rules: ClaimRules
    seal: Seal
    store: AccountStore
    sessions: Sessions
    adds_accounts: bool = True
    """At a first login."""

    @property
    def name(self) -> str:
        """Of the provider."""
        return self.provider.client.provider

    async def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Where the browser goes on, and the cookie that it has to come back with.

        Raises `ProviderUnavailable` and `UnusableProvider`.
        """
        login = new_login(redirect_uri)
        return await self.provider.authorization_url(login), self.seal.closed(login)

    async def finish(self, answer: ProviderAnswer, cookie: str | None) -> Opened:
        """A session for who the provider says it is. Raises a `LoginRefusal`, and what `begin` raises."""
        login = self.seal.opened(cookie)
        if not secrets.compare_digest(answer.state.encode(), login.state.encode()):
            raise LoginNotBegun
        claims = await self._claims(self._code_in(answer), login)
        user = await self._account(claims)
        if user.is_disabled:
            raise AccountDisabled(user.name)
        return await self.sessions.open_by_provider(user)

    def _code_in(self, answer: ProviderAnswer) -> str:
        if answer.iss not in (None, self.provider.client.issuer):  # RFC 9207
            raise ProviderRefused(self.name, "the answer is of another issuer")
        if answer.error is not None or answer.code is None:
            raise ProviderRefused(self.name, reason_of(answer.error or "it has sent no code", answer.error_description))
        return answer.code

    async def _claims(self, code: str, login: PendingLogin) -> dict[str, Any]:
        tokens = await self.provider.redeem(code, login)
        client = self.provider.client
        claims = accepted(
            tokens.id_token,
            await self.provider.keys(),
            issuer=client.issuer,
            client_id=client.client_id,
            nonce=login.nonce,
            now=self.sessions.clock.now(),
        )
        if self.rules.is_answered_by(claims) or tokens.access_token is None:
            return claims
        more = await self.provider.user_info(tokens.access_token)
        if more and more.get("sub") != claims["sub"]:
            raise UnusableProvider(self.name, "its UserInfo endpoint has spoken of somebody else")
        return {**more, **claims}

    async def _account(self, claims: dict[str, Any]) -> StoredUser:
        """The account, with the name and the role that the claims say."""
        binding = ProviderBinding(self.provider.client.issuer, claims["sub"], self.name)
        name, role = self.rules.name_of(claims), self.rules.role_of(claims)
        known = await self.store.find_user_of(binding)
        if known is not None:
            return await self._updated(known, name, role)
        if name is None:
            raise NoName(self.rules.name_claim)
        if role is None:
            raise NoRole(name, self.rules.role_claim)
        if not self.adds_accounts:
            raise NoAccount(name)
        return await self._added(binding, name, role)

    async def _added(self, binding: ProviderBinding, name: str, role: Role) -> StoredUser:
        user = StoredUser(
            id=self.sessions.new_id(),
            name=name,
            role=role,
            password_hash=None,
            video_ids=None,
            is_disabled=False,
            created_at=self.sessions.clock.now(),
        )
        try:
            await self.store.add_user(user, binding)
        except UserNameTaken as error:
            raise NameOfAnother(name) from error
        return user

    async def _updated(self, known: StoredUser, name: str | None, role: Role | None) -> StoredUser:
        """Who has no role any more is out: sessions end, and tokens are left with the least role."""
        is_out = self.rules.has_groups and role is None

        def with_role(user: StoredUser) -> StoredUser:
            return replace(user, role=role or Role.VIEWER) if self.rules.has_groups else user

        try:
            changed = await self.store.change_user(
                known.id, lambda user: replace(with_role(user), name=name or user.name), ends_sessions=is_out
            )
        except UserNameTaken:
            changed = await self.store.change_user(known.id, with_role, ends_sessions=is_out)
        if is_out:
            raise NoRole(changed.name, self.rules.role_claim)
        return changed
