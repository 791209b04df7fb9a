"""Settings of the catalog."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from onwatch_catalog.time_zones import is_time_zone
from onwatch_sql.settings import DatabaseSettings

MIB = 1 << 20
GIB = 1 << 30
TIME_PARTS = ("year", "month", "day", "hour", "minute")


class CatalogSettings(DatabaseSettings, env_prefix="ONWATCH_CATALOG_"):
    """`ONWATCH_CATALOG_<NAME>` for each field."""

    sqlite_file = "catalog.db"

    # --- storage
    media_dir: Path | None = Field(
        default=None, description="video files and thumbnails, shared with detectors; default: media in data_dir"
    )

    # --- uploads
    max_upload_bytes: int = Field(default=2 * GIB, gt=0, description="a larger upload is refused while it arrives")

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
    analysis_parallel: int = Field(
        default=1, ge=1, description="analyses requested at a time; each occupies a detector"
    )
    heartbeat_s: float = Field(default=2.0, gt=0, description="how often demand is republished")
    demand_expiry_s: float = Field(default=6.0, gt=0, description="three heartbeats: two may be lost")

    # --- outbox
    outbox_poll_s: float = Field(default=5.0, gt=0, description="how often the outbox is read without a wake-up")
    outbox_retry_s: float = Field(
        default=1.0, gt=0, description="until the next try when the bus or the database is unavailable"
    )

    @property
    def media(self) -> Path:
        return self.media_dir or self.data_dir / "media"

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
    def _demand_outlives_a_heartbeat(self) -> Self:
        if self.demand_expiry_s <= self.heartbeat_s:
            raise ValueError(
                f"demand_expiry_s ({self.demand_expiry_s:g}) must be longer than heartbeat_s ({self.heartbeat_s:g}): "
                "demand would expire between two heartbeats"
            )
        return self
