from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from onwatch.migrating import migrate_all
from onwatch_sql.errors import StoreUnavailable


def tables_in(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_both_databases_get_their_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONWATCH_CATALOG_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ONWATCH_AGGREGATOR_DATA_DIR", str(tmp_path))
    assert list(migrate_all()) == ["catalog", "aggregator"]
    assert "videos" in tables_in(tmp_path / "catalog.db")
    assert {"runs", "vehicles"} <= tables_in(tmp_path / "analytics.db")


def test_a_database_that_is_not_reached_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONWATCH_CATALOG_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable):
        list(migrate_all())
