"""Logins, sessions and who acts with a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from onwatch_catalog.accounts.errors import (
    CodeRefused,
    KeyNotFound,
    LoginRefused,
    OfAProvider,
    PasswordsOff,
    UserNotFound,
    WrongPassword,
)
from onwatch_catalog.accounts.guess_limit import GuessLimit
from onwatch_catalog.accounts.passwords import Passwords
from onwatch_catalog.accounts.records import KeyOfUser, StoredKey, StoredUser, hash_of, name_key, new_secret
from onwatch_catalog.accounts.store import AccountStore
from onwatch_contracts.accounts import Identity, KeyKind, PresentedKey
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId

NOTED_EVERY = timedelta(minutes=5)  # the time of the last use is written no more often
OVERLAP = timedelta(minutes=1)  # for requests under way when a session's cookie is replaced


@dataclass(frozen=True)
class Lifetimes:
    """Of sessions."""

    whole: timedelta
    idle: timedelta
    rotation: timedelta


@dataclass(frozen=True)
class Opened:
    """A session that has just been opened, with the secret for its cookie."""

    secret: str = field(repr=False)
    identity: Identity
    expires_at: datetime
    opens: str | None = None


@dataclass(frozen=True)
class Sessions:
    """Opens, recognises, renews and ends sessions."""

    store: AccountStore
    passwords: Passwords
    guesses: GuessLimit
    clock: Clock
    new_id: NewId
    lifetimes: Lifetimes
    has_passwords: bool = True
    """False: nobody logs in with a password."""

    async def log_in(self, name: str, password: str, address: str) -> Opened:
        """Raises `LoginRefused`, and `PasswordsOff` or `TooManyGuesses` before the password is looked at."""
        if not self.has_passwords:
            raise PasswordsOff
        account = name_key(name)
        await self.guesses.begin(account, address)
        user = await self.store.find_user_named(name)
        is_right = await self.passwords.matches(password, None if user is None else user.password_hash)
        if user is None or not is_right or user.is_disabled:
            raise LoginRefused
        await self.guesses.succeeded(account, address)
        return await self._open(user)

    async def open_by_provider(self, user: StoredUser) -> Opened:
        """After the provider has said who it is; the account is not disabled."""
        return await self._open(user)

    async def enter(self, code: str) -> Opened:
        """By a one-time login or a shared link. Raises `CodeRefused`."""
        found = await self._find(code, KeyKind.LOGIN, KeyKind.LINK)
        if found is None or found.user.is_disabled:
            raise CodeRefused
        if found.key.kind is KeyKind.LINK:
            return await self._open(found.user, link=found.key)
        if not await self.store.remove_key(found.key.id, KeyKind.LOGIN):
            raise CodeRefused  # somebody else used it at the same time
        return await self._open(found.user, by_code=True)

    async def identify(self, presented: Sequence[PresentedKey]) -> tuple[Identity | None, ...]:
        """Who acts with each of the keys."""
        hashes = {hash_of(key.secret): key.kind for key in presented}
        found: dict[tuple[str, KeyKind], KeyOfUser] = {}
        for stored in await self.store.keys_of(hashes):
            for one in {stored.key.secret_hash, stored.key.previous_hash} & hashes.keys():
                if one is not None and stored.key.accepts(one, self.clock.now(), self.lifetimes.idle):
                    found[one, stored.key.kind] = stored
                    await self._note_use(stored.key, one)
        matches = (found.get((hash_of(key.secret), key.kind)) for key in presented)
        return tuple(None if match is None else match.identity for match in matches)

    async def current(self, key_ids: Sequence[str]) -> tuple[Identity | None, ...]:
        """Who acts now with each of the keys that were presented before; an open connection is a use of its key."""
        found: dict[str, KeyOfUser] = {}
        for stored in await self.store.keys_with_ids(key_ids):
            if stored.key.is_valid(self.clock.now(), self.lifetimes.idle):
                found[stored.key.id] = stored
                await self._note_use(stored.key, None)
        matches = (found.get(key_id) for key_id in key_ids)
        return tuple(None if match is None else match.identity for match in matches)

    async def linked_page(self, code: str, identity: Identity) -> str | None:
        """The page that a shared link opens for who is logged in; None if it is no link, or to a hidden video."""
        found = await self._find(code, KeyKind.LINK)
        if identity.kind is not KeyKind.SESSION or found is None or found.user.is_disabled:
            return None
        if not (await self.store.sight_of(identity, [found]))(found):
            return None
        return _page_of(found.key)

    async def renewed(self, secret: str) -> tuple[str, datetime] | None:
        """A new secret for the session's cookie, when it is time for one or the last one did not arrive."""
        found = await self._find(secret, KeyKind.SESSION)
        if found is None or found.key.expires_at is None:
            return None
        key, expires_at, now, replaced = found.key, found.key.expires_at, self.clock.now(), hash_of(secret)
        was_lost = replaced != key.secret_hash and key.previous_until is None
        if not was_lost and (replaced != key.secret_hash or now - key.rotated_at < self.lifetimes.rotation):
            return None
        renewed = new_secret()
        await self.store.change_key(
            key.id, secret_hash=hash_of(renewed), previous_hash=replaced, previous_until=None, rotated_at=now
        )
        return renewed, expires_at

    async def end(self, key_id: str) -> None:
        await self.store.remove_key(key_id, KeyKind.SESSION)

    async def change_password(self, identity: Identity, current: str | None, new: str, address: str) -> None:
        """Of one's own account; ends its other sessions. Raises `WrongPassword`, `TooManyGuesses`, `OfAProvider`.

        A session of a one-time login needs no current password: who made it could have set a password, too.
        """
        user = await self.store.find_user(identity.user_id or "")
        if user is None:
            raise UserNotFound(identity.user_id or "")
        if identity.kind is not KeyKind.SESSION:
            raise KeyNotFound("session", identity.key_id or "")
        if (provider := await self.store.provider_of(user.id)) is not None:
            raise OfAProvider("password", user.name, provider)
        if user.password_hash is not None and not await self._entered_by_code(identity):
            await self.guesses.begin(name_key(user.name), address)
            if not await self.passwords.matches(current or "", user.password_hash):
                raise WrongPassword
            await self.guesses.succeeded(name_key(user.name), address)
        hashed = await self.passwords.hash(new)
        await self.store.change_user(
            user.id, lambda user: replace(user, password_hash=hashed), ends_sessions=True, except_key=identity.key_id
        )

    async def _entered_by_code(self, identity: Identity) -> bool:
        found = await self.store.keys_with_ids([identity.key_id or ""])
        return any(session.key.name == KeyKind.LOGIN for session in found)

    async def _find(self, secret: str, *kinds: KeyKind) -> KeyOfUser | None:
        hashed = hash_of(secret)
        for found in await self.store.keys_of([hashed]):
            if found.key.kind in kinds and found.key.accepts(hashed, self.clock.now(), self.lifetimes.idle):
                return found
        return None

    async def _open(self, user: StoredUser, *, link: StoredKey | None = None, by_code: bool = False) -> Opened:
        secret, now = new_secret(), self.clock.now()
        await self.store.remove_expired(now, now - self.lifetimes.idle)
        expires_at = now + self.lifetimes.whole
        key = StoredKey(
            id=self.new_id(),
            kind=KeyKind.SESSION,
            secret_hash=hash_of(secret),
            user_id=user.id,
            created_at=now,
            rotated_at=now,
            name=KeyKind.LOGIN if by_code else None,
            expires_at=expires_at,
            last_used_at=now,
        )
        if link is not None:
            expires_at = min(expires_at, link.expires_at or expires_at)
            key = replace(
                key,
                expires_at=expires_at,
                parent_id=link.id,
                role=link.role,
                video_ids=link.video_ids,
                folder_ids=link.folder_ids,
                moment_s=link.moment_s,
            )
        await self.store.add_key(key)
        identity = (await self.store.with_folders(KeyOfUser(key, user))).identity
        if identity is None:
            raise CodeRefused
        return Opened(secret, identity, expires_at, None if link is None else _page_of(link))

    async def _note_use(self, key: StoredKey, used_hash: str | None) -> None:
        """Note the time of the last use; the cookie before the last rotation ends soon once the new one is used."""
        now, values = self.clock.now(), {}
        if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
            values["last_used_at"] = now
        if key.previous_hash is not None and key.previous_until is None and used_hash == key.secret_hash:
            values["previous_until"] = now + OVERLAP
        if values:
            await self.store.change_key(key.id, **values)


def _page_of(link: StoredKey) -> str | None:
    if link.folder_ids:
        return f"/?folder={link.folder_ids[0]}"
    if not link.video_ids:
        return None
    moment = "" if link.moment_s is None else f"?t={link.moment_s:g}"
    return f"/videos/{link.video_ids[0]}{moment}"
