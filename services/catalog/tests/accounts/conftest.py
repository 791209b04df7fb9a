"""Accounts on SQLite, with a fake clock and hashes that cost nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from onwatch_catalog.accounts import (
    AccountStore,
    Administration,
    GuessLimit,
    Lifetimes,
    Passwords,
    Sessions,
    login_code,
)
from onwatch_catalog.records import make_engine
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.accounts import Identity, KeyKind, NewUser, PresentedKey, Role, VideoIds
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.ids import counting_ids

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Bench:
    """What the tests of accounts use."""

    store: AccountStore
    sessions: Sessions
    administration: Administration
    clock: FakeClock

    async def add(self, name: str, role: Role = Role.VIEWER, video_ids: VideoIds = None) -> str:
        """The id of a new account."""
        user = await self.administration.add_user(NewUser(name=name, password=PASSWORD, role=role, video_ids=video_ids))
        return user.id

    async def log_in(self, name: str) -> str:
        """The secret of a new session."""
        return (await self.sessions.log_in(name, PASSWORD, "10.0.0.1")).secret

    async def login_code(self) -> str | None:
        return await login_code(self.store, self.clock, self.administration.new_id)

    async def who(self, secret: str, kind: KeyKind = KeyKind.SESSION) -> Identity | None:
        (identity,) = await self.sessions.identify([PresentedKey.model_validate({"secret": secret, "kind": kind})])
        return identity

    async def known(self, secret: str, kind: KeyKind = KeyKind.SESSION) -> Identity:
        identity = await self.who(secret, kind)
        assert identity is not None
        return identity


@pytest.fixture
async def bench(migrated_folder: Path, clock: FakeClock) -> AsyncIterator[Bench]:
    engine = make_engine(CatalogSettings(data_dir=migrated_folder))
    store, passwords, ids = AccountStore(engine), Passwords(CHEAP), counting_ids("id")
    lifetimes = Lifetimes(timedelta(days=30), timedelta(days=7), timedelta(minutes=30))
    sessions = Sessions(store, passwords, GuessLimit(store._engine, clock), clock, ids, lifetimes)
    yield Bench(store, sessions, Administration(store, passwords, clock, ids), clock)
    await engine.dispose()
