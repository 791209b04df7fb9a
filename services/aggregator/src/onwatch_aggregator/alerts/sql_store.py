"""The store of alerts on SQL: SQLite in the one-process mode, PostgreSQL otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from onwatch_aggregator.alerts.records import AlertQuery, StoredPlan, StoredRule, Unpublished
from onwatch_aggregator.results import alert_plans, alert_rules, alerts, runs, sites
from onwatch_contracts.alerts import Alert, AlertCondition, ClearReason, link_of
from onwatch_counting.alerts import AlertChange, AlertPlan, Cleared, Raised, place_name
from onwatch_sql.error_translation import transaction, translated_errors
from onwatch_sql.sqlite import writing

CONDITION: TypeAdapter[AlertCondition] = TypeAdapter(AlertCondition)
PUBLISHING_LOCK = int.from_bytes(b"owalerts")
"""The advisory lock of the process that publishes alerts."""
NEWEST_FIRST = (alerts.c.raised_at.desc(), alerts.c.raised_at_s.desc(), alerts.c.alert_id.desc())
# Returns a row if and only if the plan is new.
_NEW_PLAN = {
    "postgresql": postgresql.insert(alert_plans)
    .on_conflict_do_nothing(index_elements=[alert_plans.c.run_id])
    .returning(alert_plans.c.run_id),
    "sqlite": sqlite.insert(alert_plans)
    .on_conflict_do_nothing(index_elements=[alert_plans.c.run_id])
    .returning(alert_plans.c.run_id),
}
_NEW_ALERT = {
    "postgresql": postgresql.insert(alerts).on_conflict_do_nothing(index_elements=[alerts.c.alert_id]),
    "sqlite": sqlite.insert(alerts).on_conflict_do_nothing(index_elements=[alerts.c.alert_id]),
}
_IS_OPEN = alerts.c.clear_reason.is_(None)
# What is to be published next is that it was raised, or, once that is, that it was cleared.
_IS_UNPUBLISHED = (alerts.c.published_count == 0) | ((alerts.c.published_count == 1) & ~_IS_OPEN)
_OLDEST_FIRST = (alerts.c.raised_at, alerts.c.raised_at_s, alerts.c.alert_id)
_FIRST_UNPUBLISHED = sa.select(alerts).where(_IS_UNPUBLISHED).order_by(*_OLDEST_FIRST).limit(1)


class SqlAlertStore:
    """`AlertStore` on SQL. The creator of the engine disposes of it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = writing(engine)

    # --- rules -----------------------------------------------------------------------------------

    async def rules(self, video_id: str) -> Sequence[StoredRule]:
        order = alert_rules.c.created_at, alert_rules.c.rule_id
        query = sa.select(alert_rules).where(alert_rules.c.video_id == video_id).order_by(*order)
        return [_rule(row) for row in await self._all(query)]

    async def watched_videos(self) -> frozenset[str]:
        with_rules = sa.select(alert_rules.c.video_id).where(alert_rules.c.is_enabled)
        with_open_alerts = sa.select(alerts.c.video_id).where(_IS_OPEN)
        return frozenset(row["video_id"] for row in await self._all(sa.union(with_rules, with_open_alerts)))

    async def add_rule(self, rule: StoredRule, most: int) -> bool:
        of_video = alert_rules.c.video_id == rule.video_id
        async with transaction(self._writing) as connection:
            # The row of the site is locked, so that two requests do not both add the last one.
            await connection.execute(sa.select(sites).where(sites.c.video_id == rule.video_id).with_for_update())
            count = await connection.scalar(sa.select(sa.func.count()).select_from(alert_rules).where(of_video))
            if (count or 0) >= most:
                return False
            await connection.execute(sa.insert(alert_rules).values(**_rule_row(rule)))
            return True

    async def change_rule(self, before: StoredRule, after: StoredRule) -> bool:
        same = alert_rules.c.rule_id == before.rule_id, alert_rules.c.changed_at == before.changed_at
        unchanged = (*same, alert_rules.c.revision == before.revision)
        return bool(await self._changed(sa.update(alert_rules).where(*unchanged).values(**_rule_row(after))))

    async def delete_rule(self, video_id: str, rule_id: str) -> bool:
        this = alert_rules.c.rule_id == rule_id, alert_rules.c.video_id == video_id
        return bool(await self._changed(sa.delete(alert_rules).where(*this)))

    # --- plans -----------------------------------------------------------------------------------

    async def plan(self, run_id: str) -> StoredPlan | None:
        rows = await self._all(sa.select(alert_plans).where(alert_plans.c.run_id == run_id))
        return _plan(rows[0]) if rows else None

    async def put_plan(self, stored: StoredPlan) -> bool:
        row = _plan_row(stored) | {"version": stored.version + 1}
        if stored.version:
            known = alert_plans.c.run_id == stored.run_id, alert_plans.c.version == stored.version
            return bool(await self._changed(sa.update(alert_plans).where(*known).values(**row)))
        async with transaction(self._writing) as connection:
            inserted = await connection.execute(_NEW_PLAN[connection.dialect.name], row)
            return inserted.first() is not None

    # --- what was raised -------------------------------------------------------------------------

    async def book(self, stored: StoredPlan, changes: Sequence[AlertChange], now: datetime) -> None:
        if changes:
            async with transaction(self._writing) as connection:
                for change in changes:
                    await connection.execute(_booking(connection, stored, change, now))

    async def discard_open(self, video_id: str, run_id: str) -> None:
        finished = sa.select(runs.c.run_id).where(runs.c.video_id == video_id)
        other = alerts.c.run_id != run_id, alerts.c.run_id.not_in(finished)
        discarded = {"cleared_at_s": alerts.c.raised_at_s, "clear_reason": ClearReason.RUN_DISCARDED.value}
        await self._changed(sa.update(alerts).where(alerts.c.video_id == video_id, *other, _IS_OPEN).values(discarded))

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[Sequence[Unpublished] | None]:
        """On PostgreSQL the right to publish ends with the transaction, however that ends; SQLite has one process."""
        if self._engine.dialect.name == "sqlite":  # a transaction would keep others from writing meanwhile
            changes = [_unpublished(row) for row in await self._all(_FIRST_UNPUBLISHED)]
            yield changes
            for change in changes:
                await self._changed(_published(change))
            return
        async with transaction(self._engine) as connection:
            if not await connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(PUBLISHING_LOCK))):
                yield None
                return
            changes = [_unpublished(row) for row in (await connection.execute(_FIRST_UNPUBLISHED)).mappings()]
            yield changes
            for change in changes:
                await connection.execute(_published(change))

    async def alert(self, video_id: str, alert_id: str) -> Alert | None:
        rows = await self._all(sa.select(alerts).where(*_this(video_id, alert_id)))
        return _alert(rows[0]) if rows else None

    async def list(self, query: AlertQuery) -> Sequence[Alert]:
        statement = sa.select(alerts).where(*_filters(query)).order_by(*NEWEST_FIRST).limit(query.limit)
        return [_alert(row) for row in await self._all(statement)]

    async def counts(self, video_id: str | None) -> tuple[int, int]:
        of_video = [alerts.c.video_id == video_id] if video_id is not None else []
        count = sa.func.count
        query = sa.select(
            count(sa.case((_IS_OPEN, 1))).label("open"),
            count(sa.case((alerts.c.acknowledged_at.is_(None), 1))).label("unacknowledged"),
        )
        (row,) = await self._all(query.where(*of_video))
        return row["open"], row["unacknowledged"]

    async def acknowledge(self, video_id: str, alert_id: str, by: str | None, now: datetime) -> bool:
        first = {
            "acknowledged_at": sa.func.coalesce(
                alerts.c.acknowledged_at, sa.bindparam("at", now, alerts.c.raised_at.type)
            ),
            "acknowledged_by": sa.case((alerts.c.acknowledged_at.is_(None), by), else_=alerts.c.acknowledged_by),
        }
        return bool(await self._changed(sa.update(alerts).where(*_this(video_id, alert_id)).values(first)))

    async def _all(self, query: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[Any]) -> Sequence[sa.RowMapping]:
        with translated_errors():
            async with self._engine.connect() as connection:
                rows: Sequence[sa.RowMapping] = (await connection.execute(query)).mappings().all()
                return rows

    async def _changed(self, statement: Any) -> int:
        async with transaction(self._writing) as connection:
            count: int = (await connection.execute(statement)).rowcount
            return count


def _unpublished(row: sa.RowMapping) -> Unpublished:
    return Unpublished(_alert(row), "cleared" if row["published_count"] else "raised")


def _published(change: Unpublished) -> sa.Update:
    count = {"raised": 1, "cleared": 2}[change.change]
    less = alerts.c.alert_id == change.alert.alert_id, alerts.c.published_count < count
    return sa.update(alerts).where(*less).values(published_count=count)


def _booking(connection: AsyncConnection, stored: StoredPlan, found: AlertChange, now: datetime) -> Any:
    alert_id = found.alert_id(stored.run_id)
    match found.change:
        case Raised():
            row = _raised_row(stored, found, found.change, now) | {"alert_id": alert_id}
            return _NEW_ALERT[connection.dialect.name].values(**row)
        case Cleared(_, at_s, peak_value, reason):
            cleared = {"cleared_at_s": at_s, "peak_value": peak_value, "clear_reason": reason.value}
            return sa.update(alerts).where(alerts.c.alert_id == alert_id, _IS_OPEN).values(cleared)


def _raised_row(stored: StoredPlan, found: AlertChange, raised: Raised, now: datetime) -> dict[str, Any]:
    return {
        "video_id": stored.video_id,
        "run_id": stored.run_id,
        "rule_id": found.rule.rule_id,
        "rule_name": found.rule.name,
        "condition": found.rule.condition.model_dump(mode="json"),
        "place_name": place_name(stored.plan.site, found.rule.condition),
        "raised_at_s": raised.at_s,
        "value": raised.value,
        "peak_value": raised.value,
        "raised_at": now,
        "published_count": 0,
    }


def _filters(query: AlertQuery) -> Sequence[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if query.video_id is not None:
        found.append(alerts.c.video_id == query.video_id)
    if query.rule_id is not None:
        found.append(alerts.c.rule_id == query.rule_id)
    if query.state is not None:
        found.append(_IS_OPEN if query.state == "open" else ~_IS_OPEN)
    if query.since is not None:
        found.append(alerts.c.raised_at >= query.since)
    if query.until is not None:
        found.append(alerts.c.raised_at < query.until)
    if (key := query.after) is not None:
        at, at_s, alert_id = alerts.c.raised_at, alerts.c.raised_at_s, alerts.c.alert_id
        same = at == key.raised_at
        earlier = (at_s < key.raised_at_s) | ((at_s == key.raised_at_s) & (alert_id < key.alert_id))
        found.append((at < key.raised_at) | (same & earlier))
    return found


def _this(video_id: str, alert_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return alerts.c.video_id == video_id, alerts.c.alert_id == alert_id


def _rule_row(rule: StoredRule) -> dict[str, Any]:
    return {**rule.__dict__, "condition": rule.condition.model_dump(mode="json")}


def _rule(row: sa.RowMapping) -> StoredRule:
    return StoredRule(**dict(row) | {"condition": CONDITION.validate_python(row["condition"])})


def _plan_row(stored: StoredPlan) -> dict[str, Any]:
    return {**stored.__dict__, "plan": stored.plan.model_dump(mode="json")}


def _plan(row: sa.RowMapping) -> StoredPlan:
    return StoredPlan(**dict(row) | {"plan": AlertPlan.model_validate(row["plan"])})


def _alert(row: sa.RowMapping) -> Alert:
    fields = {name: value for name, value in row.items() if name != "published_count"}
    return Alert.model_validate(fields | {"link": link_of(row["video_id"], row["raised_at_s"])})
