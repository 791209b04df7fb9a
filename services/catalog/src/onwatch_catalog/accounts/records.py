"""Accounts and keys as stored, and who acts with a key."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from onwatch_contracts.accounts import Identity, KeyKind, Role

SECRET_BYTES = 32
TOKEN_PREFIX = "onwatch_"  # noqa: S105 so that scanners for leaked secrets recognise a token


@dataclass(frozen=True)
class StoredUser:
    id: str
    name: str
    role: Role
    password_hash: str | None = field(repr=False)
    video_ids: tuple[str, ...] | None
    is_disabled: bool
    created_at: datetime
    folder_ids: tuple[str, ...] = ()

    @property
    def is_full_administrator(self) -> bool:
        return self.role is Role.ADMINISTRATOR and not self.is_disabled and self.video_ids is None


@dataclass(frozen=True)
class ProviderBinding:
    """Who an account is at the OpenID Connect provider."""

    issuer: str
    subject: str
    provider: str
    """The name of the provider."""


@dataclass(frozen=True)
class StoredKey:
    """A secret that acts for an account; `role`, `video_ids` and `folder_ids` can only take rights away from it."""

    id: str
    kind: KeyKind
    secret_hash: str = field(repr=False)
    user_id: str
    created_at: datetime
    rotated_at: datetime
    previous_hash: str | None = field(default=None, repr=False)
    previous_until: datetime | None = None
    parent_id: str | None = None
    role: Role | None = None
    name: str | None = None
    video_ids: tuple[str, ...] | None = None
    moment_s: float | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    folder_ids: tuple[str, ...] = ()

    def is_valid(self, now: datetime, idle: timedelta) -> bool:
        """Whether it has neither expired nor been unused for too long."""
        if self.expires_at is not None and now >= self.expires_at:
            return False
        return self.kind is not KeyKind.SESSION or now - (self.last_used_at or self.created_at) <= idle

    def is_seen_by(self, identity: Identity, folder_of: Mapping[str, str]) -> bool:
        """Whether they may see all that it opens."""
        are_seen = (identity.may_see(video_id, folder_of.get(video_id)) for video_id in self.video_ids or ())
        return all(are_seen) and all(map(identity.may_see_folder, self.folder_ids))

    def accepts(self, secret_hash: str, now: datetime, idle: timedelta) -> bool:
        """Whether the secret opens the key now."""
        if not self.is_valid(now, idle):
            return False
        is_previous = secret_hash != self.secret_hash
        return not (is_previous and self.previous_until is not None and now >= self.previous_until)


@dataclass(frozen=True)
class KeyOfUser:
    key: StoredKey
    user: StoredUser
    folder_of: Mapping[str, str] = field(default_factory=dict)
    """Of the videos that one of both is limited to, while the other is limited to folders."""

    @property
    def identity(self) -> Identity | None:
        """Who acts with the key: never with more rights than the account has. None for a disabled account."""
        if self.user.is_disabled:
            return None
        role = min(self.user.role, self.key.role or self.user.role, key=lambda role: role.rank)
        name = f"a link of {self.user.name}" if self.key.parent_id else self.user.name
        return Identity(
            name=name,
            role=role,
            kind=KeyKind.LINK if self.key.parent_id else self.key.kind,
            key_id=self.key.id,
            user_id=self.user.id,
            **common(self.user, self.key, self.folder_of),
        )

    @property
    def needs_folders(self) -> bool:
        """Whether a video of one of both may be in a folder of the other."""
        user, key = self.user, self.key
        return bool((user.folder_ids and key.video_ids) or (key.folder_ids and user.video_ids))


def common(user: StoredUser, key: StoredKey, folder_of: Mapping[str, str]) -> dict[str, Any]:
    """`video_ids` and `folder_ids` that both may see."""
    if user.video_ids is None or key.video_ids is None:
        only = key if user.video_ids is None else user
        return {"video_ids": only.video_ids, "folder_ids": only.folder_ids if only.video_ids is not None else ()}
    of_user = [video for video in user.video_ids if video in key.video_ids or folder_of.get(video) in key.folder_ids]
    of_key = [video for video in key.video_ids if folder_of.get(video) in user.folder_ids]
    folder_ids = tuple(folder_id for folder_id in user.folder_ids if folder_id in key.folder_ids)
    return {"video_ids": tuple(dict.fromkeys(of_user + of_key)), "folder_ids": folder_ids}


def with_folders(video_ids: tuple[str, ...] | None, folder_ids: tuple[str, ...]) -> tuple[str, ...] | None:
    """The videos besides the folders: who is given folders alone is given no other videos."""
    return () if folder_ids and video_ids is None else video_ids


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def name_key(name: str) -> str:
    return name.strip().casefold()
