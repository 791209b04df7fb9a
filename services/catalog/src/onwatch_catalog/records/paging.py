"""Page keys of the list of videos and their opaque text form, the cursor."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

from onwatch_catalog.errors import InvalidCursor
from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.name_key import name_key
from onwatch_catalog.records.video import StoredVideo
from onwatch_contracts.http import VideoSort
from onwatch_contracts.values import is_video_id

SortValue = datetime | str | float
NEWEST_FIRST = Listing()
LARGEST_INTEGER = 1 << 63


@dataclass(frozen=True)
class PageKey:
    """The last video of a page; the next page starts after it. Ties by id."""

    value: SortValue
    """Of the field that is sorted by."""
    video_id: str


def key_of(video: StoredVideo, listing: Listing = NEWEST_FIRST) -> PageKey:
    value = name_key(video.name) if listing.field == VideoSort.NAME else getattr(video, listing.field)
    return PageKey(value, video.id)


def cursor_after(video: StoredVideo, listing: Listing = NEWEST_FIRST) -> str:
    """Of the newest first, the time and the id; of any other order, also which one it is."""
    key = key_of(video, listing)
    if listing.sort is VideoSort.NEWEST:
        return _encoded(f"{video.created_at.isoformat()} {video.id}")
    value = key.value.isoformat() if isinstance(key.value, datetime) else key.value
    return _encoded(json.dumps([listing.sort, value, key.video_id]))


def parse_cursor(cursor: str, listing: Listing = NEWEST_FIRST) -> PageKey:
    """The inverse of `cursor_after`; `InvalidCursor` for any other text, and for the cursor of another order."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        key = _newest_key(text) if listing.sort is VideoSort.NEWEST else _sorted_key(text, listing)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise InvalidCursor from error
    if not is_video_id(key.video_id):
        raise InvalidCursor
    return key


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _newest_key(text: str) -> PageKey:
    created_at, _, video_id = text.partition(" ")
    return PageKey(_time(created_at), video_id)


def _sorted_key(text: str, listing: Listing) -> PageKey:
    sort, value, video_id = json.loads(text)
    if sort != listing.sort or not isinstance(video_id, str):
        raise ValueError(f"{sort} is not {listing.sort}")
    match listing.field:
        case VideoSort.OLDEST:
            return PageKey(_time(value), video_id)
        case VideoSort.NAME:
            return PageKey(_text(value), video_id)
        case VideoSort.SMALLEST:
            return PageKey(_integer(value), video_id)
        case _:
            return PageKey(_number(value), video_id)


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} has no UTC offset")
    return time.astimezone(UTC)  # the databases store UTC: OverflowError beyond the years 1 to 9999


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    value.encode()  # UnicodeEncodeError for half a surrogate pair
    if "\0" in value:
        raise ValueError("PostgreSQL stores no null character")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
        raise ValueError(f"{value!r} is no number of bytes")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)
