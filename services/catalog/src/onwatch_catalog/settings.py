"""Settings of the catalog."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from onwatch_catalog.openid_settings import OpenIdSettings
from onwatch_catalog.secure_urls import is_this_machine
from onwatch_catalog.time_zones import is_time_zone
from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_contracts.accounts import MIN_PASSWORD_CHARS
from onwatch_runtime.settings import Names, PublicStoreUrl, StoreUrl, secret_in

MIB = 1 << 20
GIB = 1 << 30
TOPIC = re.compile(r"[^+#$/\s\x00][^+#/\s\x00]*(/[^+#/\s\x00]+)*")
TIME_PARTS = ("year", "month", "day", "hour", "minute")


class CatalogSettings(OpenIdSettings, env_prefix="ONWATCH_CATALOG_"):
    """`ONWATCH_CATALOG_<NAME>` for each field."""

    sqlite_file = "catalog.db"

    # --- logins
    auth: Literal["on", "off"] = Field(
        default="on", description="as of the gateway, at best by ONWATCH_AUTH; off: the first start adds no account"
    )
    admin_password: SecretStr | None = Field(
        default=None,
        description="of the account `admin`, which the first start adds; default: a random one, logged once",
    )
    admin_password_file: Path | None = Field(
        default=None, description="a file with that password, like a secret of Docker or Kubernetes"
    )
    session_h: float = Field(default=720.0, gt=0, description="from the login; then a session ends")
    session_idle_h: float = Field(default=168.0, gt=0, description="a session that is not used for this long ends")
    session_rotation_min: float = Field(default=30.0, gt=0, description="until the cookie of a session is replaced")

    # --- storage
    media_dir: Path | None = Field(
        default=None, description="video files and thumbnails, shared with detectors; default: media in data_dir"
    )

    media_url: StoreUrl | None = Field(
        default=None,
        description="object store in place of media_dir: s3://BUCKET/PREFIX, gs:// or az://, at best as "
        "ONWATCH_MEDIA_URL. Endpoint and credentials: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, ... of the environment",
    )
    media_public_url: PublicStoreUrl | None = Field(
        default=None,
        description="where browsers reach that store of S3: https://s3.example. They then get videos from there, by "
        "presigned URLs; at best as ONWATCH_MEDIA_PUBLIC_URL. Default: from the catalog",
    )
    media_presigned_s: float = Field(
        default=600.0, ge=1, le=3600, description="for which such a URL is valid, for whoever has it"
    )
    media_cache_dir: Path | None = Field(
        default=None, description="parts of stored videos that are read, and joins; default: media-cache in data_dir"
    )
    media_cache_bytes: int = Field(
        default=2 * GIB, ge=64 * MIB, description="of those parts at most; what was not used for longest goes first"
    )

    storage_quota_bytes: int | None = Field(
        default=None,
        gt=0,
        description="what the files of all videos may take together; uploads and joins beyond it are refused. "
        "Default: the disk alone is the limit",
    )

    # --- uploads
    max_upload_bytes: int = Field(default=2 * GIB, gt=0, description="a larger upload is refused while it arrives")

    upload_expiry_h: float = Field(
        default=24.0, gt=0, description="an unfinished upload is deleted after so many hours without a further byte"
    )

    # --- inspection of an uploaded file, in a process of its own
    inspection_wall_s: float = Field(default=60.0, gt=0, description="a file that takes longer to inspect is refused")
    inspection_cpu_s: int = Field(default=60, ge=1, description="CPU time of one inspection")
    inspection_memory_bytes: int = Field(
        default=1536 * MIB, ge=512 * MIB, description="address space of one inspection; 8K of 10 bits takes 1350 MiB"
    )
    max_pixels: int = Field(
        default=36_000_000,
        ge=1,
        le=36_000_000,
        description="of one picture, at most 8K: detectors decode no larger ones",
    )
    inspections_parallel: int = Field(default=2, ge=1, description="inspections at a time; further uploads wait")

    # --- pictures of moments, and of vehicles, each within the limits of an inspection
    stills_cache_bytes: int = Field(
        default=64 * MIB, ge=0, description="pictures kept in memory; that of a vehicle has 5 kB, a whole one 100 kB"
    )

    # --- joins of recordings, each in a process of its own
    join_s: int = Field(default=3600, ge=1, description="a join that takes longer, or more CPU time, is ended")

    # --- when videos were recorded
    recording_time_zone: str | None = Field(
        default=None,
        description="where the cameras are, like Europe/Berlin: the clock in names of files, and of intervals; "
        "default: UTC in names, as the file says otherwise",
    )
    recording_name_pattern: str | None = Field(
        default=None,
        description="regular expression that finds the time in a name, with groups year, month, day, hour, minute and "
        "perhaps second, before the time in the file is taken; default: as recorders and phones name files",
    )

    # --- analysis requests
    analysis_parallel: int | None = Field(
        default=None,
        ge=1,
        description="the most analyses at a time; each occupies a slot of a detector; without a value, as many as are "
        "free but one, which is kept for the next viewer",
    )
    heartbeat_s: float = Field(default=2.0, gt=0, description="how often demand is republished")
    demand_expiry_s: float = Field(default=6.0, gt=0, description="three heartbeats: two may be lost")

    # --- outbox
    outbox_poll_s: float = Field(default=5.0, gt=0, description="how often the outbox is read without a wake-up")
    outbox_retry_s: float = Field(
        default=1.0, gt=0, description="until the next try when the bus or the database is unavailable"
    )

    # --- webhooks
    webhook_targets: Names = Field(
        default=(),
        description="hosts and networks to which webhooks may be sent beside public addresses: "
        "hooks.example,10.1.2.3,192.168.0.0/16",
    )

    # --- videos that are fetched from an address
    download_hosts: Names = Field(
        default=(),
        description="hosts and networks from which videos may be fetched by URL, public ones too: "
        "nvr.example,10.1.2.3,192.168.0.0/16; default: none, and nothing is fetched",
    )
    download_idle_s: float = Field(
        default=30.0, gt=0, description="a download without a connection, or without a further byte, for so long fails"
    )
    download_total_s: float = Field(default=14400.0, gt=0, description="a download that takes longer fails")

    # --- MQTT
    aggregator_url: str = Field(
        default="http://127.0.0.1:8002", description="asked for alerts that are published by MQTT, and for nothing else"
    )
    mqtt_url: str | None = Field(
        default=None,
        description="broker that gets the numbers and alerts of videos: mqtts://broker.example; default: none",
    )
    mqtt_user: str | None = Field(default=None, description="default: the broker asks for no login")
    mqtt_password: SecretStr | None = Field(default=None, description="of that user")
    mqtt_password_file: Path | None = Field(
        default=None, description="a file with the password, like a secret of Docker or Kubernetes"
    )
    mqtt_ca_file: Path | None = Field(
        default=None, description="certificates that the broker's is verified with; default: those of the system"
    )
    mqtt_insecure: bool = Field(
        default=False, description="confirms mqtt:// to another machine, which is refused else: anybody could listen"
    )
    mqtt_client_id: str = Field(
        default="onwatch", min_length=1, max_length=128, description="another one for each Onwatch at the same broker"
    )
    mqtt_prefix: str = Field(
        default="onwatch", description="of all topics, for this Onwatch alone: topics of unknown videos are removed"
    )
    mqtt_discovery_prefix: str = Field(
        default="homeassistant", description="where Home Assistant looks for devices; none: it is told of none"
    )
    mqtt_interval_s: float = Field(default=1.0, gt=0, description="between publications of one video, at least")
    mqtt_videos: Names = Field(default=(), description="ids of the videos that are published; default: all")

    # --- e-mails about alerts; off without a host
    mail_host: str | None = Field(default=None, description="SMTP server for e-mails about alerts; default: none")
    mail_port: int = Field(default=587, ge=1, le=65535, description="587 with starttls, 465 with tls")
    mail_tls: Literal["starttls", "tls", "off"] = Field(
        default="starttls", description="how the connection is encrypted; off only to a server on the same machine"
    )
    mail_insecure: bool = Field(
        default=False, description="confirms mail_tls=off to another machine, which is refused else: anybody could read"
    )
    mail_ca_file: Path | None = Field(
        default=None, description="certificates that the server's is verified with; default: those of the system"
    )
    mail_user: str | None = Field(default=None, description="default: the server asks for no login")
    mail_password: SecretStr | None = Field(default=None, description="of that user")
    mail_password_file: Path | None = Field(
        default=None, description="a file with that password, like a secret of Docker or Kubernetes"
    )
    mail_sender: str = Field(default="", description="address of the sender, like Onwatch <onwatch@example.org>")
    mail_recipients: Names = Field(default=(), description="addresses that are told of every alert")
    mail_page_url: str = Field(default="", description="address of the page, https://..., for links in e-mails")

    @property
    def mail_login_password(self) -> str | None:
        """`OSError` without its file."""
        return secret_in(self.mail_password, self.mail_password_file)

    @property
    def administrator_password(self) -> str | None:
        """Of the first start; None: a random one. `OSError` without its file, `ValueError` if it is too short."""
        given = secret_in(self.admin_password, self.admin_password_file)
        if given is not None and len(given) < MIN_PASSWORD_CHARS:
            raise ValueError(
                f"the password of admin has {len(given)} characters; at least {MIN_PASSWORD_CHARS} are needed"
            )
        return given

    @property
    def media(self) -> Path:
        return self.media_dir or self.data_dir / "media"

    @property
    def media_cache(self) -> Path:
        return self.media_cache_dir or self.data_dir / "media-cache"

    @property
    def media_disk(self) -> Path:
        """The folder of this machine that has files, or parts of them."""
        return self.media if self.media_url is None else self.media_cache

    @field_validator("mqtt_url")
    @classmethod
    def _is_broker(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("it is no address of a broker; expected mqtt://HOST, mqtts://HOST or with :PORT")
        if "@" in parts.netloc:
            raise ValueError("it has a user; expected that in ONWATCH_CATALOG_MQTT_USER")
        if parts.port == 0:
            raise ValueError("port 0 is no port of a broker")
        return url

    @field_validator("mqtt_prefix", "mqtt_discovery_prefix")
    @classmethod
    def _are_words_of_topics(cls, prefix: str, info: ValidationInfo) -> str:
        is_none = info.field_name == "mqtt_discovery_prefix" and prefix == "none"
        if not is_none and not TOPIC.fullmatch(prefix):
            raise ValueError(f"{prefix!r} is no topic; expected words with / between them, without +, # and $")
        return prefix

    @field_validator("webhook_targets", "download_hosts")
    @classmethod
    def _are_hosts_or_networks(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        WebhookTargets.of(entries)
        return entries

    @field_validator("recording_time_zone")
    @classmethod
    def _is_known_zone(cls, name: str | None) -> str | None:
        if name is not None and not is_time_zone(name):
            raise ValueError(f"{name!r} is not a time zone of the IANA database; expected one like Europe/Berlin")
        return name

    @field_validator("recording_name_pattern")
    @classmethod
    def _finds_time(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        try:
            missing = [part for part in TIME_PARTS if part not in re.compile(pattern).groupindex]
        except re.error as error:
            raise ValueError(f"it is not a regular expression: {error}") from error
        if missing:
            raise ValueError(f"it has no group {', '.join(missing)}; expected one like (?P<year>[0-9]{{4}})")
        return pattern

    @model_validator(mode="after")
    def _public_store_is_of_s3(self) -> Self:
        if self.media_public_url is not None and not (self.media_url or "").startswith("s3://"):
            raise ValueError("media_public_url is the address of an object store of S3: it needs media_url s3://BUCKET")
        return self

    @model_validator(mode="after")
    def _has_one_mqtt_password(self) -> Self:
        if self.mqtt_password and self.mqtt_password_file:
            raise ValueError("mqtt_password and mqtt_password_file are both given: expected one of them")
        return self

    @model_validator(mode="after")
    def _plain_text_leaves_this_machine_on_purpose(self) -> Self:
        broker = urlsplit(self.mqtt_url or "")
        if broker.scheme == "mqtt" and not (self.mqtt_insecure or is_this_machine(broker.hostname or "")):
            raise ValueError(
                f"mqtt:// to {broker.hostname} has no TLS: whoever is in between reads the password and the numbers. "
                "Use mqtts://, or set ONWATCH_CATALOG_MQTT_INSECURE=true if that is wanted"
            )
        if self.mail_host and self.mail_tls == "off" and not (self.mail_insecure or is_this_machine(self.mail_host)):
            raise ValueError(
                f"mail_tls=off to {self.mail_host} has no TLS: whoever is in between reads the password and the "
                "e-mails. Use starttls or tls, or set ONWATCH_CATALOG_MAIL_INSECURE=true if that is wanted"
            )
        return self

    @model_validator(mode="after")
    def _mails_have_both_ends(self) -> Self:
        if self.mail_host and not (self.mail_sender and self.mail_recipients):
            raise ValueError("mail_host needs mail_sender and mail_recipients: who sends e-mails, and to whom")
        return self

    @model_validator(mode="after")
    def _demand_outlives_a_heartbeat(self) -> Self:
        if self.demand_expiry_s <= self.heartbeat_s:
            raise ValueError(
                f"demand_expiry_s ({self.demand_expiry_s:g}) must be longer than heartbeat_s ({self.heartbeat_s:g}): "
                "demand would expire between two heartbeats"
            )
        return self
