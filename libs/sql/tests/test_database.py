"""What needs no tables; the rest is the suite in `testing`, which each owner's test_database.py runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.dialects import postgresql, sqlite

from onwatch_sql.database import Database
from onwatch_sql.errors import StoreUnavailable, UnknownDatabase
from onwatch_sql.settings import DatabaseSettings

SHOP = Database(owner="shop", schema="wares", migration_lock=7)


class ShopSettings(DatabaseSettings, env_prefix="SHOP_"):
    sqlite_file = "shop.db"


def of(url: str) -> ShopSettings:
    return ShopSettings(database_url=SecretStr(url), database_connect_timeout_s=2)


def test_what_is_its_own_is_named_after_the_owner() -> None:
    assert (SHOP.version_table, SHOP.application) == ("alembic_version_shop", "onwatch-shop")


def test_only_postgresql_has_schemas() -> None:
    assert SHOP.schema_on(postgresql.dialect()) == "wares"
    assert SHOP.schema_on(sqlite.dialect()) is None


def test_the_address_chooses_the_engine(tmp_path: Path) -> None:
    assert SHOP.make_engine(ShopSettings(data_dir=tmp_path)).dialect.name == "sqlite"
    assert SHOP.make_engine(of("postgresql://u@host/db")).dialect.name == "postgresql"
    with pytest.raises(UnknownDatabase):
        SHOP.make_engine(of("mysql://u@host/db"))


async def test_a_server_that_is_away_is_not_migrated() -> None:
    with pytest.raises(StoreUnavailable, match="Connection refused"):
        await SHOP.migrate(of("postgresql://nobody@127.0.0.1:1/none"))
