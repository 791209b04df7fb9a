"""Accounts, keys and the audit log in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_catalog.accounts.errors import LastAdministrator, UserNameTaken, UserNotFound
from onwatch_catalog.accounts.records import KeyOfUser, ProviderBinding, StoredKey, StoredUser, name_key
from onwatch_catalog.accounts.tables import audit, keys, provider_accounts, shared_keys, users
from onwatch_catalog.records import folders_of
from onwatch_contracts.accounts import AuditEntry, AuditRecord, Identity, KeyKind, Role
from onwatch_sql.error_translation import transaction
from onwatch_sql.inserting import insert_new
from onwatch_sql.sqlite import writing

KEY_FIELDS = tuple(field.name for field in fields(StoredKey))
USER_FIELDS = tuple(field.name for field in fields(StoredUser))


class AccountStore:
    """Every method is one transaction and raises `StoreUnavailable` when the database cannot be reached."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = writing(engine)

    async def shared_key(self, name: str, new: bytes) -> bytes:
        """The key of that name of all processes: the new one, if there is none."""
        async with transaction(self._writing) as connection:
            await connection.execute(insert_new(connection.dialect, shared_keys, {"name": name, "key": new}))
            found = await connection.execute(sa.select(shared_keys.c.key).where(shared_keys.c.name == name))
            return bytes(found.scalar_one())

    # --- accounts --------------------------------------------------------------------------------

    async def has_users(self) -> bool:
        async with transaction(self._engine) as connection:
            return (await connection.execute(sa.select(users.c.id).limit(1))).first() is not None

    async def users(self) -> Sequence[tuple[StoredUser, datetime | None]]:
        """By name, with when each was used last."""
        used = sa.select(sa.func.max(keys.c.last_used_at)).where(keys.c.user_id == users.c.id).scalar_subquery()
        query = sa.select(users, used.label("used_at")).order_by(users.c.name_key)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [(_user(row), row["used_at"]) for row in rows]

    async def find_user(self, user_id: str) -> StoredUser | None:
        return await self._user(users.c.id == user_id)

    async def find_user_named(self, name: str) -> StoredUser | None:
        return await self._user(users.c.name_key == name_key(name))

    async def first_administrator(self) -> StoredUser | None:
        """The oldest administrator who may see all videos, of those with a password here."""
        of_provider = await self.providers()
        found = [user for user, _ in await self.users() if user.is_full_administrator and user.id not in of_provider]
        return min(found, key=lambda user: user.created_at, default=None)

    async def add_user(self, user: StoredUser, binding: ProviderBinding | None = None) -> None:
        """Raises `UserNameTaken`, also if the binding is of another account already."""
        try:
            async with transaction(self._writing) as connection:
                await connection.execute(sa.insert(users).values(_user_row(user)))
                if binding is not None:
                    await connection.execute(sa.insert(provider_accounts).values(user_id=user.id, **asdict(binding)))
        except IntegrityError as error:
            raise UserNameTaken(user.name) from error

    async def change_user(
        self,
        user_id: str,
        change: Callable[[StoredUser], StoredUser],
        *,
        ends_sessions: bool = False,
        except_key: str | None = None,
    ) -> StoredUser:
        """The account after the change. Sessions end if so asked, and all of an account that is or was disabled.

        It is read and written in one transaction, so that no change undoes another one of the same moment. Raises
        `UserNotFound`, `LastAdministrator` if no administrator of all videos would be left, and `UserNameTaken`.
        """
        async with transaction(self._writing) as connection:
            user = _found(await _locked_users(connection), user_id)
            changed = change(user)
            try:
                await connection.execute(sa.update(users).where(users.c.id == user_id).values(_user_row(changed)))
            except IntegrityError as error:
                raise UserNameTaken(changed.name) from error
            await _check_administrators(connection)
            if changed.is_disabled or user.is_disabled:
                await connection.execute(_sessions_of(user_id))
            elif ends_sessions:
                await connection.execute(_sessions_of(user_id).where(keys.c.id != (except_key or "")))
        return changed

    async def remove_user(self, user_id: str) -> bool:
        """With all keys. Raises `LastAdministrator` as `change_user`."""
        async with transaction(self._writing) as connection:
            await _locked_users(connection)
            deleted = await connection.execute(sa.delete(users).where(users.c.id == user_id))
            await _check_administrators(connection)
            return bool(deleted.rowcount)

    # --- accounts of a provider ------------------------------------------------------------------

    async def find_user_of(self, binding: ProviderBinding) -> StoredUser | None:
        """By issuer and subject. Notes the provider's name."""
        is_it = sa.and_(provider_accounts.c.issuer == binding.issuer, provider_accounts.c.subject == binding.subject)
        async with transaction(self._writing) as connection:
            await connection.execute(sa.update(provider_accounts).where(is_it).values(provider=binding.provider))
        return await self._user(users.c.id == sa.select(provider_accounts.c.user_id).where(is_it).scalar_subquery())

    async def providers(self) -> Mapping[str, str]:
        """The name of the provider of each account that has one, by the account's id."""
        query = sa.select(provider_accounts.c.user_id, provider_accounts.c.provider)
        async with transaction(self._engine) as connection:
            return {row.user_id: row.provider for row in await connection.execute(query)}

    async def provider_of(self, user_id: str) -> str | None:
        """Null: the account has a password here."""
        query = sa.select(provider_accounts.c.provider).where(provider_accounts.c.user_id == user_id)
        async with transaction(self._engine) as connection:
            found: str | None = await connection.scalar(query)
        return found

    async def _user(self, condition: sa.ColumnElement[bool]) -> StoredUser | None:
        async with transaction(self._engine) as connection:
            row = (await connection.execute(sa.select(users).where(condition))).mappings().one_or_none()
        return None if row is None else _user(row)

    # --- keys ------------------------------------------------------------------------------------

    async def add_key(self, key: StoredKey) -> None:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.insert(keys).values(_key_row(key)))

    async def keys_of(self, secret_hashes: Collection[str]) -> Sequence[KeyOfUser]:
        """Those that one of the hashes opens, or opened before the last rotation."""
        if not secret_hashes:
            return ()
        is_one = sa.or_(keys.c.secret_hash.in_(secret_hashes), keys.c.previous_hash.in_(secret_hashes))
        return await self._keys(is_one)

    async def keys_with_ids(self, key_ids: Collection[str]) -> Sequence[KeyOfUser]:
        return await self._keys(keys.c.id.in_(key_ids)) if key_ids else ()

    async def keys_of_kind(self, kind: KeyKind) -> Sequence[KeyOfUser]:
        """Newest first."""
        return await self._keys(keys.c.kind == kind)

    async def change_key(self, key_id: str, **values: Any) -> None:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.update(keys).where(keys.c.id == key_id).values(**values))

    async def remove_key(self, key_id: str, *kinds: KeyKind) -> bool:
        """With the sessions that it opened; False if there was none of these kinds."""
        async with transaction(self._writing) as connection:
            deleted = await connection.execute(sa.delete(keys).where(keys.c.id == key_id, keys.c.kind.in_(kinds)))
            return bool(deleted.rowcount)

    async def remove_expired(self, now: datetime, unused_since: datetime) -> None:
        """Delete keys that have expired, and sessions that nobody has used since."""
        is_unused = sa.and_(
            keys.c.kind == KeyKind.SESSION, sa.func.coalesce(keys.c.last_used_at, keys.c.created_at) < unused_since
        )
        async with transaction(self._writing) as connection:
            await connection.execute(sa.delete(keys).where(sa.or_(keys.c.expires_at < now, is_unused)))

    async def _keys(self, condition: sa.ColumnElement[bool]) -> Sequence[KeyOfUser]:
        names = [keys.c[name].label(f"key_{name}") for name in KEY_FIELDS]
        query = sa.select(users, *names).join(users, users.c.id == keys.c.user_id).where(condition)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query.order_by(keys.c.created_at.desc(), keys.c.id))).mappings().all()
            found = [KeyOfUser(_key(row), _user(row)) for row in rows]
            return [await _with_folders(connection, one) for one in found]

    async def with_folders(self, found: KeyOfUser) -> KeyOfUser:
        """With where its videos are, if that decides what may be seen."""
        async with transaction(self._engine) as connection:
            return await _with_folders(connection, found)

    async def sight_of(self, identity: Identity, links: Sequence[KeyOfUser]) -> Callable[[KeyOfUser], bool]:
        """Whether somebody may see all that one of these links opens."""
        asked = {video_id for link in links for video_id in link.key.video_ids or ()}
        async with transaction(self._engine) as connection:
            folder_of = await folders_of(connection, list(filter(identity.depends_on_folder, asked)))
        return lambda link: link.key.is_seen_by(identity, folder_of)

    # --- audit log -------------------------------------------------------------------------------

    async def append_audit(self, record: AuditRecord, at: datetime) -> None:
        async with transaction(self._writing) as connection:
            await connection.execute(sa.insert(audit).values(at=at, **record.model_dump(mode="json")))

    async def audit_entries(self, limit: int, before: int | None) -> Sequence[AuditEntry]:
        """The newest before the one with that id, newest first."""
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        async with transaction(self._engine) as connection:
            return [AuditEntry.model_validate(dict(row)) for row in (await connection.execute(query)).mappings()]


async def _locked_users(connection: AsyncConnection) -> Mapping[str, StoredUser]:
    """All accounts by id, locked in one order: two administrators may change each other in the same moment."""
    rows = await connection.execute(sa.select(users).order_by(users.c.id).with_for_update())
    return {row["id"]: _user(row) for row in rows.mappings()}


def _found(known: Mapping[str, StoredUser], user_id: str) -> StoredUser:
    if user_id not in known:
        raise UserNotFound(user_id)
    return known[user_id]


def _sessions_of(user_id: str) -> sa.Delete:
    return sa.delete(keys).where(keys.c.user_id == user_id, keys.c.kind == KeyKind.SESSION)


async def _check_administrators(connection: AsyncConnection) -> None:
    # Accounts of a provider do not count: it can take their roles away, and be away itself.
    is_local = users.c.id.not_in(sa.select(provider_accounts.c.user_id))
    rows = await connection.execute(sa.select(users).where(is_local))
    if not any(_user(row).is_full_administrator for row in rows.mappings()):
        raise LastAdministrator


async def _with_folders(connection: AsyncConnection, found: KeyOfUser) -> KeyOfUser:
    if not found.needs_folders:
        return found
    video_ids = {*(found.user.video_ids or ()), *(found.key.video_ids or ())}
    return replace(found, folder_of=await folders_of(connection, video_ids))


def _user(row: sa.RowMapping) -> StoredUser:
    values = {name: row[name] for name in USER_FIELDS}
    ids = {"video_ids": _ids(row["video_ids"]), "folder_ids": _ids(row["folder_ids"]) or ()}
    return StoredUser(**{**values, **ids, "role": Role(row["role"]), "is_disabled": bool(row["is_disabled"])})


def _user_row(user: StoredUser) -> dict[str, Any]:
    return {**asdict(user), "name_key": name_key(user.name)}


def _key(row: sa.RowMapping) -> StoredKey:
    values = {name: row[f"key_{name}"] for name in KEY_FIELDS}
    role = values["role"] and Role(values["role"])
    ids = {"video_ids": _ids(values["video_ids"]), "folder_ids": _ids(values["folder_ids"]) or ()}
    return StoredKey(**{**values, **ids, "kind": KeyKind(values["kind"]), "role": role})


def _key_row(key: StoredKey) -> dict[str, Any]:
    return asdict(key)


def _ids(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)
