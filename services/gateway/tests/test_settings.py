"""Settings of the gateway."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.settings import UnknownSetting


def test_the_defaults_give_demand_three_heartbeats() -> None:
    settings = GatewaySettings.load(environ={})
    assert settings.demand_expiry_s == 3 * settings.heartbeat_s
    assert settings.port == 8000


def test_origins_are_a_list_with_commas() -> None:
    settings = GatewaySettings.load(environ={"ONWATCH_GATEWAY_ALLOWED_ORIGINS": "https://a.example, https://b.example"})
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_demand_must_outlive_a_heartbeat() -> None:
    with pytest.raises(ValidationError, match="expire between two heartbeats"):
        GatewaySettings(heartbeat_s=5.0, demand_expiry_s=5.0)


def test_a_typing_error_is_named() -> None:
    with pytest.raises(UnknownSetting, match="ONWATCH_GATEWAY_HEARTBEAT"):
        GatewaySettings.load(environ={"ONWATCH_GATEWAY_HEARTBEAT": "2"})
