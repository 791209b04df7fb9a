from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from onwatch_catalog.settings import CatalogSettings


def test_everything_is_in_the_data_folder_by_default() -> None:
    settings = CatalogSettings.load(None, {}, data_dir=Path("/d"))

    assert settings.database == "sqlite+aiosqlite:////d/catalog.db"
    assert settings.media == Path("/d/media")
    assert settings.max_upload_bytes == 2 * 1024**3


def test_the_environment_sets_the_database_and_the_media_folder() -> None:
    environ = {
        "ONWATCH_CATALOG_DATABASE_URL": "postgresql+psycopg://u:secret@db/onwatch",
        "ONWATCH_CATALOG_MEDIA_DIR": "/media",
    }
    settings = CatalogSettings.load(None, environ)

    assert settings.database == "postgresql+psycopg://u:secret@db/onwatch"
    assert settings.media == Path("/media")
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("name", ["pool_size", "pool_timeout_s", "connect_timeout_s", "statement_timeout_s"])
def test_no_database_limit_can_be_disabled(name: str) -> None:
    with pytest.raises(ValidationError, match=f"database_{name}"):
        CatalogSettings.load(None, {f"ONWATCH_CATALOG_DATABASE_{name.upper()}": "0"})


def test_demand_outlives_a_heartbeat() -> None:
    with pytest.raises(ValidationError, match="expire between two heartbeats"):
        CatalogSettings.load(None, {}, heartbeat_s=2.0, demand_expiry_s=2.0)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("recording_time_zone", "Berlin", "'Berlin' is not a time zone"),
        ("recording_name_pattern", "(", "not a regular expression"),
        ("recording_name_pattern", r"(?P<year>\d{4})(?P<month>\d\d)", "no group day, hour, minute"),
    ],
)
def test_a_rule_for_recordings_that_cannot_work_stops_the_start(name: str, value: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CatalogSettings.load(None, {}, **{name: value})


def test_a_pattern_needs_no_seconds() -> None:
    pattern = r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)"
    settings = CatalogSettings.load(None, {}, recording_name_pattern=pattern, recording_time_zone="Europe/Berlin")

    assert (settings.recording_name_pattern, settings.recording_time_zone) == (pattern, "Europe/Berlin")
