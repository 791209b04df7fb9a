"""Settings of the gateway."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.settings import UnknownSetting


def test_demand_lives_for_three_heartbeats_by_default() -> None:
    settings = GatewaySettings.load(environ={})
    assert settings.demand_expiry_s == 3 * settings.heartbeat_s
    assert settings.port == 8000


def test_origins_are_separated_by_commas() -> None:
    settings = GatewaySettings.load(environ={"ONWATCH_GATEWAY_ALLOWED_ORIGINS": "https://a.example, https://b.example"})
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_demand_must_outlive_a_heartbeat() -> None:
    with pytest.raises(ValidationError, match="expire between two heartbeats"):
        GatewaySettings(heartbeat_s=5.0, demand_expiry_s=5.0)


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(UnknownSetting, match="ONWATCH_GATEWAY_HEARTBEAT"):
        GatewaySettings.load(environ={"ONWATCH_GATEWAY_HEARTBEAT": "2"})
