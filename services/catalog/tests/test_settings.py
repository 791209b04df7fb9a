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
        "ONWATCH_CATALOG_DATABASE_URL": "postgresql+psycopg://u:hunter2@db/onwatch",
        "ONWATCH_CATALOG_MEDIA_DIR": "/media",
    }
    settings = CatalogSettings.load(None, environ)

    assert settings.database == "postgresql+psycopg://u:hunter2@db/onwatch"
    assert settings.media == Path("/media")
    assert "hunter2" not in repr(settings)


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


def test_the_first_password_is_given_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("of the file, which counts\n")
    given = CatalogSettings(admin_password="correct horse")
    assert CatalogSettings().administrator_password is None
    assert given.administrator_password == "correct horse"
    assert "correct horse" not in repr(given)
    in_file = given.model_copy(update={"admin_password_file": file})
    assert in_file.administrator_password == "of the file, which counts"


def test_a_short_first_password_is_refused_without_being_told() -> None:
    with pytest.raises(ValueError, match="the password of admin has 6 characters; at least 10 are needed"):
        _ = CatalogSettings(admin_password="secret").administrator_password


def test_webhooks_may_be_sent_to_hosts_and_networks_of_a_list() -> None:
    name = "ONWATCH_CATALOG_WEBHOOK_TARGETS"
    settings = CatalogSettings.load(None, {name: "nvr.example, 10.0.0.0/8"})
    assert settings.webhook_targets == ("nvr.example", "10.0.0.0/8")
    with pytest.raises(ValidationError, match="neither a host name nor a network"):
        CatalogSettings.load(None, {name: "http://nvr.example"})


def test_videos_may_be_fetched_from_hosts_and_networks_of_a_list() -> None:
    name = "ONWATCH_CATALOG_DOWNLOAD_HOSTS"
    assert CatalogSettings.load(None, {}).download_hosts == ()
    assert CatalogSettings.load(None, {name: "nvr.example, 10.0.0.0/8"}).download_hosts == ("nvr.example", "10.0.0.0/8")
    with pytest.raises(ValidationError, match="neither a host name nor a network"):
        CatalogSettings.load(None, {name: "http://nvr.example"})


def test_mqtt_is_off_unless_a_broker_is_named() -> None:
    settings = CatalogSettings.load(None, {})
    assert (settings.mqtt_url, settings.mqtt_prefix, settings.mqtt_discovery_prefix, settings.mqtt_videos) == (
        None,
        "onwatch",
        "homeassistant",
        (),
    )


@pytest.mark.parametrize("url", ["mqtt://127.0.0.1", "mqtts://broker.example:8884", "mqtt://[::1]:1883"])
def test_a_broker_is_an_address(url: str) -> None:
    assert CatalogSettings.load(None, {}, mqtt_url=url).mqtt_url == url


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"mqtt_url": "http://broker"}, "no address of a broker"),
        ({"mqtt_url": "broker:1883"}, "no address of a broker"),
        ({"mqtt_url": "mqtt://broker/topic"}, "no address of a broker"),
        ({"mqtt_url": "mqtt://user:password@broker"}, "expected that in ONWATCH_CATALOG_MQTT_USER"),
        ({"mqtt_url": "mqtt://broker:0"}, "port 0"),
        ({"mqtt_url": "mqtt://broker:70000"}, "out of range"),
        ({"mqtt_url": "mqtt://broker"}, "ONWATCH_CATALOG_MQTT_INSECURE=true"),
        ({"mqtt_prefix": "a/+/b"}, "is no topic"),
        ({"mqtt_prefix": "/a"}, "is no topic"),
        ({"mqtt_prefix": "$SYS"}, "is no topic"),
        ({"mqtt_discovery_prefix": "#"}, "is no topic"),
        ({"mqtt_user": "u", "mqtt_password": "p", "mqtt_password_file": "/p"}, "both given"),
    ],
)
def test_settings_of_mqtt_that_cannot_work_stop_the_start(fields: dict[str, str], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CatalogSettings.load(None, {}, **fields)


MAIL: dict[str, object] = {"mail_sender": "o@example.org", "mail_recipients": ("a@example.org",)}


def test_plain_text_to_other_machines_is_sent_on_purpose_only() -> None:
    confirmed = CatalogSettings.load(None, {"ONWATCH_CATALOG_MQTT_INSECURE": "true"}, mqtt_url="mqtt://broker")
    assert confirmed.mqtt_insecure
    with pytest.raises(ValidationError, match=r"mail_tls=off to mail\.example .*ONWATCH_CATALOG_MAIL_INSECURE"):
        CatalogSettings.load(None, {}, mail_host="mail.example", mail_tls="off", **MAIL)
    for more in ({"mail_insecure": True}, {"mail_tls": "starttls"}, {"mail_host": "localhost"}):
        fields: dict[str, object] = {"mail_host": "mail.example", "mail_tls": "off", **MAIL, **more}
        assert CatalogSettings.load(None, {}, **fields).mail_host


def test_the_password_of_mqtt_is_not_shown() -> None:
    assert "correct horse" not in repr(CatalogSettings.load(None, {}, mqtt_user="u", mqtt_password="correct horse"))
