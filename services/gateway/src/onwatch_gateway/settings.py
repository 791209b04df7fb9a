"""Settings of the gateway."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from onwatch_runtime.overview import base_url
from onwatch_runtime.settings import Names, ServiceSettings

PORT_URL = re.compile(r"https?://([a-z0-9_.-]+|\[[0-9a-f:.]+\]):\d{1,5}", re.IGNORECASE)
HOST = re.compile(r"\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.IGNORECASE)


class GatewaySettings(ServiceSettings, env_prefix="ONWATCH_GATEWAY_"):
    """`ONWATCH_GATEWAY_<NAME>` for each field."""

    port: int = Field(default=8000, ge=0, le=65535, description="the only public port; 0: any free one")

    # --- logins
    auth: Literal["on", "off"] = Field(
        default="on",
        description="logins; off: whoever reaches the port may do everything. At best by ONWATCH_AUTH, as the catalog",
    )
    open_to_everybody: bool = Field(
        default=False, description="confirms auth=off on a host that other machines may reach, which is refused else"
    )
    identity_kept_s: float = Field(default=2.0, gt=0, description="who has a session or token, as the catalog answered")
    session_check_interval_s: float = Field(
        default=2.0, gt=0, le=3.0, description="of open connections: they end within 5 s of their session"
    )

    # --- the door
    allowed_hosts: Names = Field(
        default=(),
        description="names of this server in browsers: nvr.example,*.nvr.example; *: any. Addresses, names without a "
        "dot and hosts of allowed_origins need no listing",
    )
    trusted_proxies: Names = Field(
        default=(),
        description="reverse proxies whose X-Forwarded headers are believed: 127.0.0.1,10.0.0.0/8; *: whoever connects",
    )
    requests_per_minute: int = Field(
        default=6000, ge=0, description="of a client, by its address; 0: any number. Never limited: this machine's own"
    )
    max_open_per_client: int = Field(
        default=200, ge=0, description="requests and channels of a client at a time; 0: any number"
    )

    # --- the upstream services (separate processes only)
    catalog_url: str = Field(default="http://127.0.0.1:8001", description="address of the catalog")
    aggregator_url: str = Field(default="http://127.0.0.1:8002", description="address of the aggregator")
    dashboard_url: str = Field(default="http://127.0.0.1:8003", description="address of the dashboard")
    upstream_connect_timeout_s: float = Field(default=3.0, gt=0, description="a service that is up accepts at once")
    upstream_read_timeout_s: float = Field(
        default=60.0, gt=0, description="without a byte; after an upload, the catalog probes the file"
    )
    lookup_timeout_s: float = Field(default=2.0, gt=0, description="of a video in the catalog; viewers time out at 3 s")

    # --- the state of the system, for administrators
    ops_urls: Names = Field(
        default=(),
        description="ports for operators of all processes, for the page of the status: "
        "http://catalog:9001,http://detector:9004; a name with several addresses stands for all. Default: this process",
    )
    ops_timeout_s: float = Field(
        default=3.0,
        gt=0,
        description="for each process of ops_urls; longer than the 2 s that a check of theirs may take",
    )

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
    video_frames: bool = Field(
        default=True,
        description="video for viewers that decode it: on a street an eighth of the bytes of JPEG, and four times the "
        "processor time of its encoding; false: JPEG alone",
    )
    frame_queue_capacity: int = Field(
        default=64, ge=1, description="frames from the bus, of all videos; the oldest is dropped"
    )

    @field_validator("allowed_hosts")
    @classmethod
    def _are_host_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not HOST.fullmatch(host):
                raise ValueError(
                    f"{host!r} is no host name: without scheme and port, like nvr.example or *.nvr.example"
                )
        return hosts

    @field_validator("ops_urls")
    @classmethod
    def _are_ports(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not PORT_URL.fullmatch(base_url(url)):
                raise ValueError(f"{url!r} is no port for operators: expected one like http://catalog:9001")
        return urls

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network("0.0.0.0/0" if proxy == "*" else proxy)
            except ValueError as error:
                raise ValueError(f"{error}: expected an address, or a network like 10.0.0.0/8") from error
        return proxies

    @model_validator(mode="after")
    def _is_open_on_purpose(self) -> Self:
        if self.auth == "off" and not self.open_to_everybody and not _is_loopback(self.host):
            raise ValueError(
                f"logins are off (ONWATCH_AUTH=off) and other machines may reach host {self.host}: whoever does could "
                "delete everything. Switch logins on, or set ONWATCH_GATEWAY_OPEN_TO_EVERYBODY=true if that is wanted"
            )
        return self

    @model_validator(mode="after")
    def _demand_outlives_a_heartbeat(self) -> Self:
        if self.demand_expiry_s <= self.heartbeat_s:
            raise ValueError(
                f"demand_expiry_s ({self.demand_expiry_s:g}) must be longer than heartbeat_s ({self.heartbeat_s:g}): "
                "demand would expire between two heartbeats"
            )
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
