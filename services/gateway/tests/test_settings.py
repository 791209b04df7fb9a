"""Settings of the gateway."""

from __future__ import annotations

import logging
import re

import pytest
from pydantic import ValidationError

from onwatch_gateway.service import warn_if_open
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.settings import UnknownSetting


def test_demand_lives_for_three_heartbeats_by_default() -> None:
    settings = GatewaySettings.load(environ={})
    assert settings.demand_expiry_s == 3 * settings.heartbeat_s
    assert settings.port == 8000


def test_origins_are_separated_by_commas() -> None:
    settings = GatewaySettings.load(environ={"ONWATCH_GATEWAY_ALLOWED_ORIGINS": "https://a.example, https://b.example"})
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    "host", ["https://nvr.example", "nvr.example:8443", "*nvr.example", "nvr.*", "a.*.example", "."]
)
def test_a_wrong_name_of_a_host_is_named(host: str) -> None:
    with pytest.raises(ValidationError, match=rf"allowed_hosts\n.*'{re.escape(host)}' is no host name"):
        GatewaySettings.load(environ={"ONWATCH_GATEWAY_ALLOWED_HOSTS": f"good.example,{host}"})


@pytest.mark.parametrize("proxy", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.256"])
def test_a_wrong_network_is_named(proxy: str) -> None:
    with pytest.raises(ValidationError, match=rf"trusted_proxies\n.*{re.escape(proxy)}.* like 10\.0\.0\.0/8"):
        GatewaySettings.load(environ={"ONWATCH_GATEWAY_TRUSTED_PROXIES": f"127.0.0.1,{proxy}"})


def test_hosts_and_proxies_are_separated_by_commas() -> None:
    settings = GatewaySettings.load(
        environ={
            "ONWATCH_GATEWAY_ALLOWED_HOSTS": "nvr.example, *.nvr.example,*",
            "ONWATCH_GATEWAY_TRUSTED_PROXIES": "127.0.0.1,::1, 10.0.0.0/8,*",
        }
    )
    assert settings.allowed_hosts == ("nvr.example", "*.nvr.example", "*")
    assert settings.trusted_proxies == ("127.0.0.1", "::1", "10.0.0.0/8", "*")


@pytest.mark.parametrize("url", ["catalog", "catalog:", "ftp://catalog:9001", "http://catalog:9001/else", "a b:9001"])
def test_a_wrong_port_for_operators_is_named(url: str) -> None:
    with pytest.raises(ValidationError, match=rf"ops_urls\n.*'{re.escape(url)}' is no port for operators"):
        GatewaySettings.load(environ={"ONWATCH_GATEWAY_OPS_URLS": f"http://gateway:9000,{url}"})


def test_ports_for_operators_are_separated_by_commas() -> None:
    given = "http://gateway:9000, catalog:9001,http://10.0.0.1:9002/readyz,http://[fd00::1]:9003"
    settings = GatewaySettings.load(environ={"ONWATCH_GATEWAY_OPS_URLS": given})
    assert len(settings.ops_urls) == 4
    assert GatewaySettings.load(environ={}).ops_urls == ()


def test_demand_must_outlive_a_heartbeat() -> None:
    with pytest.raises(ValidationError, match="expire between two heartbeats"):
        GatewaySettings(heartbeat_s=5.0, demand_expiry_s=5.0)


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(UnknownSetting, match="ONWATCH_GATEWAY_HEARTBEAT"):
        GatewaySettings.load(environ={"ONWATCH_GATEWAY_HEARTBEAT": "2"})


def test_logins_may_be_off_on_this_machine_alone(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="ONWATCH_GATEWAY_OPEN_TO_EVERYBODY=true"):
        GatewaySettings(auth="off", host="0.0.0.0")  # noqa: S104 refused
    for settings in ({"host": "localhost"}, {"host": "::1"}, {"host": "0.0.0.0", "open_to_everybody": True}):  # noqa: S104
        warn_if_open(GatewaySettings(auth="off", **settings))
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 3
    warn_if_open(GatewaySettings())
    assert len(caplog.records) == 3
