"""What is found after statements of migrations, on SQLite; the database suite does it on both kinds of database."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from onwatch_sql.contract import Contract
from onwatch_testkit.sql.expand_contract import broken_by, shape_of, wrong_contracts

WARES = "CREATE TABLE wares (id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour TEXT, price INTEGER NOT NULL DEFAULT 0)"


def broken_after(*statements: str) -> Sequence[str]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        for setup in (WARES, "CREATE TABLE version (name TEXT)"):
            connection.execute(sa.text(setup))
        before = shape_of(connection, None, but="version")
        for statement in statements:
            connection.execute(sa.text(statement))
        found = [*broken_by(before, shape_of(connection, None, but="version"))]
    engine.dispose()
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, at TEXT NOT NULL)",
        "ALTER TABLE wares ADD COLUMN weight REAL",
        "ALTER TABLE wares ADD COLUMN weight REAL NOT NULL DEFAULT 1.0",
        "CREATE INDEX ix_wares_name ON wares (name)",
        "DROP TABLE version",
    ],
)
def test_what_is_only_added_breaks_nothing(statement: str) -> None:
    assert broken_after(statement) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TABLE wares", "wares is dropped or renamed"),
        ("ALTER TABLE wares RENAME TO goods", "wares is dropped or renamed"),
        ("ALTER TABLE wares DROP COLUMN colour", "wares.colour is dropped or renamed"),
        ("ALTER TABLE wares RENAME COLUMN colour TO hue", "wares.colour is dropped or renamed"),
    ],
)
def test_what_is_dropped_or_renamed_is_named(statement: str, said: str) -> None:
    assert broken_after(statement) == [said]


def test_a_value_that_the_release_before_does_not_give_is_named() -> None:
    again = WARES.replace("colour TEXT", "colour INTEGER NOT NULL").replace("price", "weight REAL NOT NULL, price")
    assert sorted(broken_after("DROP TABLE wares", again)) == [
        "wares.colour becomes NOT NULL",
        "wares.colour was TEXT and becomes INTEGER",
        "wares.weight is new, NOT NULL, and has no server default",
    ]


@pytest.mark.parametrize(
    ("contracts", "said"),
    [
        ({"3": "2", "4": "2"}, []),
        ({"3": "3", "4": "4"}, []),
        ({"3": "4"}, ["3 names 4, which is no migration up to it"]),
        ({"3": "0.3.0"}, ["3 names 0.3.0, which is no migration up to it"]),
        ({"3": "3", "4": "2"}, ["4 names 2; a contract step before it needs 3"]),
    ],
)
def test_a_contract_step_never_records_less_than_one_before_it(contracts: dict[str, str], said: list[str]) -> None:
    steps = [
        (revision, Contract(contracts[revision], "0.3.0") if revision in contracts else None) for revision in "1234"
    ]
    assert [*wrong_contracts(steps)] == said
