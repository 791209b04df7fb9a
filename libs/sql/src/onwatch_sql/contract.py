"""The contract step of a migration: from which release on services can work with the tables (decision 0051)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import MigrationInfo
from alembic.script import Script

# Beside `version_num` in the table of Alembic, from the first contract step on.
REVISION, RELEASE = "oldest_revision", "oldest_release"


@dataclass(frozen=True)
class Contract:
    """The attribute `contract` of a migration that removes or renames what an earlier release needs."""

    oldest_revision: str
    """The first migration of the oldest release that works without what is removed."""
    oldest_release: str
    """That release, for example `0.3.0`."""


def contract_of(script: Script) -> Contract | None:
    """None for a migration that only adds."""
    return getattr(script.module, "contract", None)


def recorded_contract(connection: sa.Connection, version_table: str, schema: str | None) -> Contract | None:
    """The last contract step of the tables; None before the first."""
    columns = {column["name"] for column in sa.inspect(connection).get_columns(version_table, schema)}
    if REVISION not in columns:
        return None
    row = connection.execute(sa.select(*_table(version_table, schema).c)).one()
    return None if row[0] is None else Contract(*row)


def record_contract(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Called by Alembic after each migration, in its transaction, with these names."""
    script = step.up_revision
    contract = contract_of(script) if step.is_upgrade and isinstance(script, Script) else None
    if contract is None:
        return
    operations, name, schema = Operations(ctx), ctx.version_table, ctx.version_table_schema
    connection, table = operations.get_bind(), _table(ctx.version_table, schema)
    known = {column["name"] for column in sa.inspect(connection).get_columns(name, schema)}
    for column in table.c:
        if column.name not in known:
            operations.add_column(name, sa.Column(column.name, column.type), schema=schema)
    values = {REVISION: contract.oldest_revision, RELEASE: contract.oldest_release}
    connection.execute(table.update().values(values))


def _table(name: str, schema: str | None) -> sa.Table:
    return sa.Table(
        name, sa.MetaData(), sa.Column(REVISION, sa.String(32)), sa.Column(RELEASE, sa.String(32)), schema=schema
    )
