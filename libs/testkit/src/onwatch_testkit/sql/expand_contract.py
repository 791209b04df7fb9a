"""What a migration does to the services of the release before, which work on its tables until they are replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from onwatch_sql.contract import Contract


@dataclass(frozen=True)
class ColumnShape:
    """What a statement of an earlier release depends on."""

    kind: str
    is_nullable: bool
    has_default: bool


Shape = Mapping[str, Mapping[str, ColumnShape]]
"""Columns by table, both by name."""


def shape_of(connection: sa.Connection, schema: str | None, but: str) -> Shape:
    """Of all tables but the one named."""
    inspector = sa.inspect(connection)
    return {
        table: {column["name"]: _column_shape(column) for column in inspector.get_columns(table, schema)}
        for table in inspector.get_table_names(schema)
        if table != but
    }


def broken_by(before: Shape, after: Shape) -> Iterator[str]:
    """Changes after which statements of the release before fail or mean something else."""
    for table, columns in before.items():
        if table not in after:
            yield f"{table} is dropped or renamed"
        else:
            yield from _broken_in(table, columns, after[table])


def wrong_contracts(migrations: Sequence[tuple[str, Contract | None]]) -> Iterator[str]:
    """Contract steps, given with all migrations in order, that would record less than what the tables need."""
    order, last = [revision for revision, _ in migrations], 0
    for place, (revision, contract) in enumerate(migrations):
        if contract is None:
            continue
        if contract.oldest_revision not in order[: place + 1]:
            yield f"{revision} names {contract.oldest_revision}, which is no migration up to it"
        elif (named := order.index(contract.oldest_revision)) < last:
            yield f"{revision} names {contract.oldest_revision}; a contract step before it needs {order[last]}"
        else:
            last = named


def _broken_in(table: str, before: Mapping[str, ColumnShape], after: Mapping[str, ColumnShape]) -> Iterator[str]:
    yield from (f"{table}.{name} is dropped or renamed" for name in before.keys() - after.keys())
    for name, column in after.items():
        must_be_given = not column.is_nullable and not column.has_default
        if name not in before and must_be_given:
            yield f"{table}.{name} is new, NOT NULL, and has no server default"
        if name in before and must_be_given and before[name].is_nullable:
            yield f"{table}.{name} becomes NOT NULL"
        if name in before and column.kind != before[name].kind:
            yield f"{table}.{name} was {before[name].kind} and becomes {column.kind}"


def _column_shape(column: Mapping[str, object]) -> ColumnShape:
    return ColumnShape(str(column["type"]), bool(column["nullable"]), column["default"] is not None)
