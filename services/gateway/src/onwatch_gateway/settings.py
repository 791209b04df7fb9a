"""Settings of the gateway."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from onwatch_runtime.settings import Names, ServiceSettings


class GatewaySettings(ServiceSettings, env_prefix="ONWATCH_GATEWAY_"):
    """`ONWATCH_GATEWAY_<NAME>` for each field."""

    port: int = Field(default=8000, ge=0, le=65535, description="the only public port; 0: any free one")

    # --- the upstream services (separate processes only)
    catalog_url: str = "http://127.0.0.1:8001"
    aggregator_url: str = "http://127.0.0.1:8002"
    dashboard_url: str = "http://127.0.0.1:8003"
    upstream_connect_timeout_s: float = Field(default=3.0, gt=0, description="a service that is up accepts at once")
    upstream_read_timeout_s: float = Field(
        default=60.0, gt=0, description="without a byte; after an upload, the catalog probes the file"
    )
    lookup_timeout_s: float = Field(default=2.0, gt=0, description="of a video in the catalog; viewers time out at 3 s")

    existence_interval_s: float = Field(
        default=10.0,
        gt=0,
        description="between two checks that each subscribed video still exists; `video.deleted` may be missed",
    )

    # --- demand
    heartbeat_s: float = Field(default=2.0, gt=0, description="between two publications of all demand")
    demand_expiry_s: float = Field(default=6.0, gt=0, description="three heartbeats: two may be lost")

    # --- viewers
    allowed_origins: Names = Field(
        default=(),
        description="other sites whose pages may watch and make changes: https://a.example,https://b.example",
    )
    max_connections: int = Field(default=1000, ge=1, description="about 50 KiB of memory each")
    max_message_chars: int = Field(
        default=4096, ge=64, description="of a message from a viewer; valid ones have about 80"
    )
    text_queue_capacity: int = Field(default=256, ge=8, description="unsent texts; a connection with more is closed")
    send_timeout_s: float = Field(
        default=10.0, gt=0, description="a connection whose viewer receives nothing for this long is closed"
    )
    close_timeout_s: float = Field(
        default=2.0, gt=0, description="for the closing handshake; a connection that takes longer is abandoned"
    )
    frame_queue_capacity: int = Field(
        default=64, ge=1, description="frames from the bus, of all videos; the oldest is dropped"
    )

    @model_validator(mode="after")
    def _demand_outlives_a_heartbeat(self) -> Self:
        if self.demand_expiry_s <= self.heartbeat_s:
            raise ValueError(
                f"demand_expiry_s ({self.demand_expiry_s:g}) must be longer than heartbeat_s ({self.heartbeat_s:g}): "
                "demand would expire between two heartbeats"
            )
        return self
