"""What administrators do with accounts and tokens, and operators with shared links."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from onwatch_catalog.accounts.errors import KeyNotFound, OfAProvider, UserNameTaken, UserNotFound
from onwatch_catalog.accounts.passwords import Passwords
from onwatch_catalog.accounts.records import (
    TOKEN_PREFIX,
    KeyOfUser,
    StoredKey,
    StoredUser,
    hash_of,
    new_secret,
    with_folders,
)
from onwatch_catalog.accounts.store import AccountStore
from onwatch_contracts.accounts import (
    AddedLink,
    AddedToken,
    Identity,
    KeyKind,
    Link,
    LinkList,
    NewLink,
    NewToken,
    NewUser,
    Role,
    Token,
    TokenList,
    User,
    UserList,
    UserPatch,
)
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId

ADMINISTRATOR = "admin"
PASSWORD_BYTES = 12  # 16 characters, 96 random bits
LOGIN_CODE_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Administration:
    """Accounts, tokens and links."""

    store: AccountStore
    passwords: Passwords
    clock: Clock
    new_id: NewId
    has_provider_roles: bool = False
    """The provider says at each login which role its accounts have."""

    # --- accounts --------------------------------------------------------------------------------

    async def add_first_administrator(self, given_password: Callable[[], str | None]) -> str | None:
        """Add the account `admin` if there is no account; its password, if none was given and a random one was set."""
        if await self.store.has_users():
            return None
        password = given_password()
        chosen = password or secrets.token_urlsafe(PASSWORD_BYTES)
        try:
            await self.add_user(NewUser(name=ADMINISTRATOR, password=chosen, role=Role.ADMINISTRATOR))
        except UserNameTaken:  # another process has started at the same time
            return None
        return None if password else chosen

    async def users(self) -> UserList:
        providers = await self.store.providers()
        found = await self.store.users()
        return UserList(items=tuple(_user(user, used_at, providers.get(user.id)) for user, used_at in found))

    async def add_user(self, new: NewUser) -> User:
        user = StoredUser(
            id=self.new_id(),
            name=new.name,
            role=new.role,
            password_hash=await self.passwords.hash(new.password),
            video_ids=with_folders(new.video_ids, new.folder_ids),
            folder_ids=new.folder_ids,
            is_disabled=False,
            created_at=self.clock.now(),
        )
        await self.store.add_user(user)
        return _user(user, None, None)

    async def change_user(self, user_id: str, patch: UserPatch, key_id: str | None) -> User:
        """A new password ends the account's sessions, except the one that sets it."""
        user = await self.store.find_user(user_id)
        if user is None:
            raise UserNotFound(user_id)
        provider = await self.store.provider_of(user_id)
        if provider is not None:
            self._check_is_kept_here(user, patch, provider)
        given = {name: getattr(patch, name) for name in patch.model_fields_set - {"password"}}
        if patch.password is not None:
            given["password_hash"] = await self.passwords.hash(patch.password)
        changed = await self.store.change_user(
            user_id, lambda user: _with(user, given), ends_sessions=patch.password is not None, except_key=key_id
        )
        return _user(changed, None, provider)

    def _check_is_kept_here(self, user: StoredUser, patch: UserPatch, provider: str) -> None:
        if patch.password is not None:
            raise OfAProvider("password", user.name, provider)
        if self.has_provider_roles and patch.role not in (None, user.role):
            raise OfAProvider("role", user.name, provider)

    async def remove_user(self, user_id: str) -> None:
        if not await self.store.remove_user(user_id):
            raise UserNotFound(user_id)

    # --- tokens ----------------------------------------------------------------------------------

    async def tokens(self) -> TokenList:
        return TokenList(items=tuple(map(_token, await self.store.keys_of_kind(KeyKind.TOKEN))))

    async def add_token(self, identity: Identity, new: NewToken) -> AddedToken:
        lifetime = None if new.expires_in_days is None else timedelta(days=new.expires_in_days)
        secret = TOKEN_PREFIX + new_secret()
        key = self._key(KeyKind.TOKEN, identity, secret, lifetime)
        video_ids = with_folders(new.video_ids, new.folder_ids)
        key = replace(key, name=new.name, role=new.role, video_ids=video_ids, folder_ids=new.folder_ids)
        return AddedToken(token=_token(await self._added(key)), secret=secret)

    async def remove_token(self, token_id: str) -> None:
        await self._remove(token_id, KeyKind.TOKEN)

    # --- links -----------------------------------------------------------------------------------

    async def links(self, identity: Identity) -> LinkList:
        """To the videos and folders that the account may see."""
        found = await self.store.keys_of_kind(KeyKind.LINK)
        may_see = await self.store.sight_of(identity, found)
        return LinkList(items=tuple(_link(link) for link in found if may_see(link)))

    async def add_link(self, identity: Identity, new: NewLink) -> AddedLink:
        """Whoever has it acts for the account that made it, but may only read this video or folder."""
        secret = new_secret()
        key = self._key(KeyKind.LINK, identity, secret, timedelta(hours=new.expires_in_hours))
        video_ids = () if new.video_id is None else (new.video_id,)
        folder_ids = () if new.folder_id is None else (new.folder_id,)
        key = replace(key, role=Role.VIEWER, video_ids=video_ids, folder_ids=folder_ids, moment_s=new.moment_s)
        return AddedLink(link=_link(await self._added(key)), path=login_path(secret))

    async def remove_link(self, link_id: str, identity: Identity) -> None:
        found = await self.store.keys_with_ids([link_id])
        if not all(map(await self.store.sight_of(identity, found), found)):
            raise KeyNotFound("link", link_id)
        await self._remove(link_id, KeyKind.LINK)

    def _key(self, kind: KeyKind, identity: Identity, secret: str, lifetime: timedelta | None) -> StoredKey:
        now = self.clock.now()
        return StoredKey(
            id=self.new_id(),
            kind=kind,
            secret_hash=hash_of(secret),
            user_id=identity.user_id or "",
            created_at=now,
            rotated_at=now,
            expires_at=None if lifetime is None else now + lifetime,
        )

    async def _added(self, key: StoredKey) -> KeyOfUser:
        user = await self.store.find_user(key.user_id)
        if user is None:
            raise UserNotFound(key.user_id)
        await self.store.add_key(key)
        return KeyOfUser(key, user)

    async def _remove(self, key_id: str, kind: KeyKind) -> None:
        if not await self.store.remove_key(key_id, kind):
            raise KeyNotFound(kind, key_id)


async def login_code(store: AccountStore, clock: Clock, new_id: NewId) -> str | None:
    """A one-time login of the first administrator; None if there is none."""
    user = await store.first_administrator()
    if user is None:
        return None
    secret, now = new_secret(), clock.now()
    key = StoredKey(
        id=new_id(),
        kind=KeyKind.LOGIN,
        secret_hash=hash_of(secret),
        user_id=user.id,
        created_at=now,
        rotated_at=now,
        expires_at=now + LOGIN_CODE_LIFETIME,
    )
    await store.add_key(key)
    return secret


def login_path(code: str) -> str:
    """The path of the page that logs in with a code, which browsers send to no server: it is after the `#`."""
    return f"/login#{code}"


def _with(user: StoredUser, given: Mapping[str, Any]) -> StoredUser:
    """Who may see all videos is limited to no folders, and the other way round."""
    if given.get("video_ids", ()) is None:
        given = {"folder_ids": (), **given}
    changed = replace(user, **given)
    return replace(changed, video_ids=with_folders(changed.video_ids, changed.folder_ids))


def _user(user: StoredUser, used_at: object, provider: str | None) -> User:
    return User.model_validate(
        {
            "id": user.id,
            "name": user.name,
            "role": user.role,
            "video_ids": user.video_ids,
            "folder_ids": user.folder_ids,
            "is_disabled": user.is_disabled,
            "created_at": user.created_at,
            "last_used_at": used_at,
            "provider": provider,
        }
    )


def _token(found: KeyOfUser) -> Token:
    key = found.key
    return Token(
        id=key.id,
        name=key.name or "",
        user_name=found.user.name,
        role=key.role or found.user.role,
        video_ids=key.video_ids,
        folder_ids=key.folder_ids,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )


def _link(found: KeyOfUser) -> Link:
    return Link.model_validate(
        {
            "id": found.key.id,
            "video_id": next(iter(found.key.video_ids or ()), None),
            "folder_id": next(iter(found.key.folder_ids), None),
            "moment_s": found.key.moment_s,
            "user_name": found.user.name,
            "created_at": found.key.created_at,
            "expires_at": found.key.expires_at,
        }
    )
