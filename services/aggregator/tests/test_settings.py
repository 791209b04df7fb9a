from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from onwatch_aggregator.settings import AggregatorSettings, Lifetimes
from onwatch_runtime.settings import UnknownSetting


def test_the_defaults_run_locally():
    settings = AggregatorSettings.load(environ={})
    assert settings.database == "sqlite+aiosqlite:///data/analytics.db"
    assert settings.lifetimes == Lifetimes()


def test_settings_come_from_the_environment(tmp_path: Path):
    environ = {"ONWATCH_AGGREGATOR_LEASE_S": "5", "ONWATCH_AGGREGATOR_DATA_DIR": str(tmp_path)}
    settings = AggregatorSettings.load(environ=environ)
    assert settings.lifetimes.lease_s == 5.0
    assert settings.database == f"sqlite+aiosqlite:///{tmp_path}/analytics.db"


def test_addresses_are_not_shown():
    environ = {"ONWATCH_AGGREGATOR_DATABASE_URL": "postgresql+psycopg://onwatch:hidden@db/onwatch"}
    settings = AggregatorSettings.load(environ=environ)
    assert settings.database.endswith("hidden@db/onwatch")
    assert "hidden" not in repr(settings)


def test_a_setting_that_does_not_exist_is_refused():
    with pytest.raises(UnknownSetting, match="ONWATCH_AGGREGATOR_LEES_S"):
        AggregatorSettings.load(environ={"ONWATCH_AGGREGATOR_LEES_S": "5"})


@pytest.mark.parametrize("name", ["pool_size", "pool_timeout_s", "connect_timeout_s", "statement_timeout_s"])
def test_no_limit_of_the_database_can_be_switched_off(name: str):
    with pytest.raises(ValidationError, match=f"database_{name}"):
        AggregatorSettings.load(environ={f"ONWATCH_AGGREGATOR_DATABASE_{name.upper()}": "0"})
