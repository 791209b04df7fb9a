"""Settings of the gateway."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from onwatch_runtime.settings import ServiceSettings


def _split(value: Any) -> Any:
    """`a, b` in the environment is two values."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]


class GatewaySettings(ServiceSettings, env_prefix="ONWATCH_GATEWAY_"):
    """`ONWATCH_GATEWAY_<NAME>` for each field."""

    port: int = Field(default=8000, ge=0, le=65535, description="the one public port; 0: any free one")

    # --- the services behind it (separate processes only)
    catalog_url: str = "http://127.0.0.1:8001"
    aggregator_url: str = "http://127.0.0.1:8002"
    dashboard_url: str = "http://127.0.0.1:8003"
    upstream_connect_timeout_s: float = Field(default=3.0, gt=0, description="a service that is up accepts at once")
    upstream_read_timeout_s: float = Field(default=60.0, gt=0, description="silence; after an upload a probe runs")
    lookup_timeout_s: float = Field(default=2.0, gt=0, description="does the video exist; viewers time out at 3 s")

    existence_interval_s: float = Field(
        default=10.0, gt=0, description="does each video that is listened to still exist; its deletion may be missed"
    )

    # --- demand
    heartbeat_s: float = Field(default=2.0, gt=0, description="how often what is wanted is said again")
    demand_expiry_s: float = Field(default=6.0, gt=0, description="three heartbeats: two may be lost")

    # --- viewers
    allowed_origins: Names = Field(
        default=(), description="sites whose pages may watch and change, beside this one: https://a.example,https://b"
    )
    max_connections: int = Field(default=1000, ge=1, description="some 50 KiB of memory each")
    max_message_chars: int = Field(default=4096, ge=64, description="of one message from a viewer; real ones have 80")
    text_queue_capacity: int = Field(default=256, ge=8, description="unsent texts; a viewer with more is closed")
    send_timeout_s: float = Field(default=10.0, gt=0, description="a viewer that takes nothing this long is closed")
    close_timeout_s: float = Field(default=2.0, gt=0, description="for a closing connection; a stuck one is left")
    frame_queue_capacity: int = Field(default=64, ge=1, description="frames from the bus, all videos, oldest dropped")

    @model_validator(mode="after")
    def _demand_outlives_a_heartbeat(self) -> Self:
        if self.demand_expiry_s <= self.heartbeat_s:
            raise ValueError(
                f"demand_expiry_s ({self.demand_expiry_s:g}) must be longer than heartbeat_s ({self.heartbeat_s:g}): "
                "demand would expire between two heartbeats"
            )
        return self
