"""How the engines are configured; the database suite tests them on a server."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from onwatch_sql.errors import UnknownDatabase
from onwatch_sql.postgresql import migration_engine, pooled_engine
from onwatch_sql.settings import DatabaseSettings


@pytest.mark.parametrize("kind", ["mysql", "postgresql+asyncpg", "sqlite"])
def test_an_unsupported_database_is_refused_without_showing_its_password(kind: str) -> None:
    url = make_url(f"{kind}://u:secret@host/db")
    with pytest.raises(UnknownDatabase, match=rf"begins with {kind.replace('+', '.')}://") as refused:
        pooled_engine(url, DatabaseSettings(), "test")
    assert "secret" not in str(refused.value)


def test_the_driver_is_optional_in_the_url() -> None:
    engine = pooled_engine(make_url("postgresql://u@host/db"), DatabaseSettings(), "test")
    assert engine.url.drivername == "postgresql+psycopg"


def test_a_migration_engine_has_no_pool() -> None:
    engine = migration_engine(make_url("postgresql://u@host/db"), DatabaseSettings(), "test")
    assert isinstance(engine.sync_engine.pool, NullPool)
