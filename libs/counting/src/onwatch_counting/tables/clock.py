"""Intervals of time, aligned to the clock of the place where a video was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY_S = 86_400
MIN_LENGTH_S = 10
MAX_INTERVALS = 20_000


class InvalidInterval(ValueError):
    """Intervals cannot be made as requested; the text says why."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `since_s` to before `until_s`, in seconds since the origin of the table."""

    since_s: float
    until_s: float
    starts_at: datetime | None = None
    """By the clock of the place; None: unknown."""
    ends_at: datetime | None = None

    @property
    def duration_s(self) -> float:
        return self.until_s - self.since_s


def zone_of(recorded_at: datetime, time_zone: str | None) -> tzinfo:
    """The zone of the place; without a name, the offset that the time of recording was given with."""
    if time_zone is None:
        return recorded_at.tzinfo or UTC
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInterval(f"time zone {time_zone!r} is not in the IANA database of this machine") from error


def video_intervals(length_s: int, until_s: float) -> tuple[Interval, ...]:
    """From 0 to the end of the video, where no clock is known. The last one may reach beyond the end."""
    _check(length_s, until_s)
    count = max(1, -int(-until_s // length_s))
    return tuple(Interval(float(n * length_s), float((n + 1) * length_s)) for n in range(count))


def clock_intervals(length_s: int, since: datetime, until: datetime, zone: tzinfo) -> tuple[Interval, ...]:
    """The intervals of the local clock that cover the time from `since` to `until`; seconds are since `since`.

    Each begins at a multiple of its length after midnight. Where the clock is changed, an hour that is repeated has
    its intervals twice, one that is left out has none, and an interval longer than the change lasts longer or shorter.
    """
    _check(length_s, (until - since).total_seconds())
    edges = list(_edges(length_s, since.astimezone(zone).date(), until.astimezone(zone).date(), zone))
    first = max(index for index, edge in enumerate(edges) if edge <= since)
    last = next(index for index, edge in enumerate(edges) if edge >= until and index > first)
    return tuple(
        Interval((a - since).total_seconds(), (b - since).total_seconds(), a.astimezone(zone), b.astimezone(zone))
        for a, b in pairwise(edges[first : last + 1])
    )


def _check(length_s: int, covered_s: float) -> None:
    if length_s < MIN_LENGTH_S or DAY_S % length_s:
        raise InvalidInterval(f"an interval of {length_s} s is shorter than {MIN_LENGTH_S} s or does not divide a day")
    if covered_s / length_s > MAX_INTERVALS:
        raise InvalidInterval(f"{covered_s / length_s:.0f} intervals of {length_s} s; at most {MAX_INTERVALS}")


def _edges(length_s: int, first: date, last: date, zone: tzinfo) -> Iterator[datetime]:
    """Every beginning of an interval in these days and around them, in UTC, in order, each once."""
    newest = datetime.min.replace(tzinfo=UTC)
    day = first - timedelta(days=1)
    while day <= last + timedelta(days=1):
        found = {
            edge
            for since_midnight_s in range(0, DAY_S, length_s)
            for edge in _instants(datetime.combine(day, time()) + timedelta(seconds=since_midnight_s), zone, length_s)
        }
        for edge in sorted(found):
            if edge > newest:
                newest = edge
                yield edge
        day += timedelta(days=1)


def _instants(wall: datetime, zone: tzinfo, length_s: int) -> Iterator[datetime]:
    """When a clock on the wall shows this time: twice where it is set back, at the change where it leaves it out."""
    earlier, later = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    shift = (earlier.utcoffset() or timedelta()) - (later.utcoffset() or timedelta())
    if shift < timedelta():
        yield _change(later.astimezone(UTC), earlier.astimezone(UTC), zone)
        return
    yield earlier.astimezone(UTC)
    if shift >= timedelta(seconds=length_s):
        yield later.astimezone(UTC)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second in this time with the offset of its end."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
