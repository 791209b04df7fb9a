from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from onwatch_catalog.accounts import AccountStore, StoredUser
from onwatch_catalog.accounts.errors import UserNotFound
from onwatch_catalog.accounts.tables import audit
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_contracts.accounts import AuditRecord, Role
from onwatch_testkit.clock import FakeClock

RECORD = AuditRecord(
    name="ada", role=Role.OPERATOR, kind=None, action="edit a video", target="PATCH /api/videos/v1",
    video_id="v1", status=200, address="::1",
)  # fmt: skip


async def test_the_audit_log_is_read_in_pages_from_the_newest(bench: Any) -> None:
    for status in (200, 403, 404):
        await bench.store.append_audit(RECORD.model_copy(update={"status": status}), bench.clock.now())

    newest = await bench.store.audit_entries(2, None)
    oldest = await bench.store.audit_entries(2, newest[-1].id)

    assert [entry.status for entry in (*newest, *oldest)] == [404, 403, 200]
    assert newest[0].at == bench.clock.now()


@pytest.mark.parametrize("change", [sa.update(audit).values(name="nobody"), sa.delete(audit)], ids=["update", "delete"])
async def test_the_database_refuses_to_change_the_audit_log(
    store: SqlStore, clock: FakeClock, change: sa.Executable
) -> None:
    accounts = AccountStore(store._engine)
    await accounts.append_audit(RECORD, clock.now())

    with pytest.raises(DBAPIError, match="append-only"):
        async with store._engine.begin() as connection:
            await connection.execute(change)

    assert [entry.name for entry in await accounts.audit_entries(10, None)] == ["ada"]


async def test_expired_keys_and_unused_sessions_are_deleted_at_the_next_login(bench: Any) -> None:
    await bench.add("admin", Role.ADMINISTRATOR)
    await bench.log_in("admin")
    await bench.login_code()
    await bench.clock.advance(8 * 86_400)

    await bench.log_in("admin")

    async with bench.store._engine.begin() as connection:
        left = (await connection.execute(sa.text("SELECT kind FROM access_keys"))).scalars().all()
    assert left == ["session"]


async def test_changes_of_one_account_at_the_same_time_all_stay(store: SqlStore, clock: FakeClock) -> None:
    """On both kinds of databases."""
    accounts, video_ids = AccountStore(store._engine), tuple(f"v{number}" for number in range(8))
    root = StoredUser("root", "root", Role.ADMINISTRATOR, None, None, is_disabled=False, created_at=clock.now())
    for user in (root, replace(root, id="ada", name="ada", role=Role.VIEWER, video_ids=())):
        await accounts.add_user(user)

    def seeing(video_id: str) -> Callable[[StoredUser], StoredUser]:
        return lambda user: replace(user, video_ids=(*(user.video_ids or ()), video_id))

    await asyncio.gather(*(accounts.change_user("ada", seeing(video_id)) for video_id in video_ids))

    found = await accounts.find_user("ada")
    assert found is not None
    assert sorted(found.video_ids or ()) == list(video_ids)


async def test_administrators_may_change_each_other_in_the_same_moment(store: SqlStore, clock: FakeClock) -> None:
    """On both kinds of databases. Each used to lock its own account first, and then to wait for the other's."""
    accounts, names = AccountStore(store._engine), ("ada", "bob", "eve")
    for name in names:
        await accounts.add_user(
            StoredUser(name, name, Role.ADMINISTRATOR, None, None, is_disabled=False, created_at=clock.now())
        )

    for _ in range(20):
        await asyncio.gather(*(accounts.change_user(name, lambda user: user) for name in (*names, *reversed(names))))

    assert all([await accounts.find_user(name) for name in names])


async def test_an_account_that_is_gone_is_not_changed(bench: Any) -> None:
    with pytest.raises(UserNotFound):
        await bench.store.change_user("gone", lambda user: user)
