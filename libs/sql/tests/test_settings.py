from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from onwatch_sql.settings import DatabaseSettings


class ShopSettings(DatabaseSettings, env_prefix="SHOP_"):
    sqlite_file = "shop.db"


def test_the_default_is_a_sqlite_file_in_the_data_folder() -> None:
    assert ShopSettings(data_dir=Path("there")).database == "sqlite+aiosqlite:///there/shop.db"


def test_the_url_is_not_shown() -> None:
    settings = ShopSettings.load(environ={"SHOP_DATABASE_URL": "postgresql+psycopg://u:hidden@db/shop"})

    assert settings.database == "postgresql+psycopg://u:hidden@db/shop"
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize("name", ["pool_size", "pool_timeout_s", "connect_timeout_s", "statement_timeout_s"])
def test_no_limit_can_be_disabled(name: str) -> None:
    with pytest.raises(ValidationError, match=f"database_{name}"):
        ShopSettings.load(environ={f"SHOP_DATABASE_{name.upper()}": "0"})
