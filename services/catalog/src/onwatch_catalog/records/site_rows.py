"""A site as a row of the table `sites`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from onwatch_catalog.records.site import StoredSite
from onwatch_contracts.site import Gate, Movement, SiteZone

ZONES = TypeAdapter(tuple[SiteZone, ...])
GATES = TypeAdapter(tuple[Gate, ...])
MOVEMENTS = TypeAdapter(tuple[Movement, ...])


def row_of_site(video_id: str, site: StoredSite) -> dict[str, Any]:
    return {
        "video_id": video_id,
        "revision": site.revision,
        "zones": ZONES.dump_python(site.zones, mode="json"),
        "gates": GATES.dump_python(site.gates, mode="json"),
        "movements": MOVEMENTS.dump_python(site.movements, mode="json"),
        "recorded_at": site.recorded_at and site.recorded_at.isoformat(),
        "time_zone": site.time_zone,
        "recorded_source": site.recorded_source,
    }


def site_of_row(row: Mapping[Any, Any]) -> StoredSite:
    return StoredSite(
        revision=row["revision"],
        zones=ZONES.validate_python(row["zones"]),
        gates=GATES.validate_python(row["gates"]),
        movements=MOVEMENTS.validate_python(row["movements"]),
        recorded_at=row["recorded_at"] and datetime.fromisoformat(row["recorded_at"]),
        time_zone=row["time_zone"],
        recorded_source=row["recorded_source"],
    )
