"""Without tables; the database suite, which each service's test_database.py runs, tests the rest."""

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


def settings_for(url: str) -> ShopSettings:
    return ShopSettings(database_url=SecretStr(url), database_connect_timeout_s=2)


def test_names_are_derived_from_the_owner() -> None:
    assert (SHOP.version_table, SHOP.application) == ("alembic_version_shop", "onwatch-shop")


def test_only_postgresql_has_schemas() -> None:
    assert SHOP.schema_on(postgresql.dialect()) == "wares"
    assert SHOP.schema_on(sqlite.dialect()) is None


def test_the_url_selects_the_engine(tmp_path: Path) -> None:
    assert SHOP.make_engine(ShopSettings(data_dir=tmp_path)).dialect.name == "sqlite"
    assert SHOP.make_engine(settings_for("postgresql://u@host/db")).dialect.name == "postgresql"
    with pytest.raises(UnknownDatabase):
        SHOP.make_engine(settings_for("mysql://u@host/db"))


def test_only_a_sqlite_file_has_a_folder(tmp_path: Path) -> None:
    assert SHOP.sqlite_folder(ShopSettings(data_dir=tmp_path)) == tmp_path
    assert SHOP.sqlite_folder(settings_for(f"sqlite+aiosqlite:///{tmp_path}/other/shop.db")) == tmp_path / "other"
    assert SHOP.sqlite_folder(settings_for("sqlite+aiosqlite:///:memory:")) is None
    assert SHOP.sqlite_folder(settings_for("postgresql://u@host/db")) is None


async def test_migrating_an_unreachable_server_is_store_unavailable() -> None:
    with pytest.raises(StoreUnavailable, match="Connection refused"):
        await SHOP.migrate(settings_for("postgresql://nobody@127.0.0.1:1/none"))
