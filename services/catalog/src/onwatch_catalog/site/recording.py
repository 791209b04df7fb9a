"""When a video was recorded: pure rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from onwatch_catalog.errors import InvalidRecording
from onwatch_catalog.records import RecordedSource, StoredSite, VideoSite
from onwatch_catalog.time_zones import is_time_zone
from onwatch_contracts.site_requests import RecordingPatch
from onwatch_media import time_in_name

PARTS = ("year", "month", "day", "hour", "minute", "second")  # the last is 0 where a pattern has no such group
FIRST_YEAR = 1973  # until 1972 UTC offsets of some places had seconds, which ISO 8601 cannot tell
LAST_YEAR = 9998  # in every time zone


@dataclass(frozen=True)
class RecordingRules:
    """How this installation finds out when a file was recorded."""

    time_zone: str | None = None
    """Where the cameras are; None: unknown. Containers tell UTC or an offset then, and names are taken for UTC."""
    name_pattern: str | None = None
    """A regular expression with a group for each of `PARTS`. None: as recorders and phones name files."""

    def site_of(self, in_container: datetime | None, *names: str) -> StoredSite:
        """The site of a new video, recorded when its container says, or else the first name that has a time.

        Names come first where the installation has a pattern for them: many programs write into a file when it was
        exported.
        """
        clock_time = next(filter(None, map(self.time_in, names)), None)
        if in_container is not None and (clock_time is None or self.name_pattern is None):
            zone = self.time_zone and ZoneInfo(self.time_zone)
            return self._recorded(in_container.astimezone(zone) if zone else in_container, "container")
        if clock_time is None:
            return StoredSite(time_zone=self.time_zone)
        return self._recorded(at_clock(clock_time, self.time_zone), "file_name")

    def time_in(self, name: str) -> datetime | None:
        """The clock time in a name, without a time zone."""
        if self.name_pattern is None:
            found = time_in_name(name)
            return found and found.replace(tzinfo=None)
        match = re.search(self.name_pattern, name)
        return match and _clock_time(match.groupdict())

    def _recorded(self, at: datetime, source: RecordedSource) -> StoredSite:
        return StoredSite(recorded_at=at, time_zone=self.time_zone, recorded_source=source)


def at_clock(clock_time: datetime, time_zone: str | None) -> datetime:
    """The moment at which clocks there show this time: the first of two where they are set back. None: in UTC."""
    zone: tzinfo = ZoneInfo(time_zone) if time_zone else UTC
    return clock_time.replace(tzinfo=zone)


def _clock_time(parts: dict[str, str | None]) -> datetime | None:
    """A year of two digits is one of this century."""
    try:
        year, *others = (int(parts.get(part) or 0) for part in PARTS)
        return datetime(year if year >= 100 else 2000 + year, *others)  # type: ignore[arg-type]
    except ValueError:
        return None


def with_patched_recording(before: VideoSite, patch: RecordingPatch) -> VideoSite:
    """What a person set; `InvalidRecording` says what is wrong with it."""
    stored, given = before.stored, patch.model_fields_set
    zone = patch.time_zone if "time_zone" in given else stored.time_zone
    if zone is not None and not is_time_zone(zone):
        raise InvalidRecording(f"{zone!r} is not a time zone of the IANA database; expected one like Europe/Berlin.")
    at, source = stored.recorded_at, stored.recorded_source
    if "recorded_at" in given:
        at = patch.recorded_at
        source = "none" if at is None else "person"
    elif at is not None and source == "file_name" and zone != stored.time_zone:
        at = at.replace(tzinfo=None)
    recorded_at = None if at is None else _checked(at, zone, is_given="recorded_at" in given)
    return replace(before, stored=replace(stored, recorded_at=recorded_at, time_zone=zone, recorded_source=source))


def _checked(at: datetime, time_zone: str | None, *, is_given: bool) -> datetime:
    """On the clock of the time zone."""
    if at.tzinfo is None and time_zone is None and is_given:
        raise InvalidRecording(
            "`recorded_at` has no UTC offset, and the time zone is unknown; expected one as in "
            "2026-05-01T07:00:00+02:00, or `time_zone` beside it."
        )
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InvalidRecording(
            f"`recorded_at` is in the year {at.year}; expected one from {FIRST_YEAR} to {LAST_YEAR}."
        )
    if at.tzinfo is None:
        return at_clock(at, time_zone)
    return at.astimezone(ZoneInfo(time_zone)) if time_zone else at
