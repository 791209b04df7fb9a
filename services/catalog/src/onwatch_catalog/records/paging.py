"""Page keys of the list of videos and their opaque text form, the cursor."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from onwatch_catalog.errors import InvalidCursor
from onwatch_catalog.records.video import StoredVideo
from onwatch_contracts.values import is_video_id


@dataclass(frozen=True)
class PageKey:
    """The last video of a page; the next page starts after it. Newest first, ties by id."""

    created_at: datetime
    video_id: str


def key_of(video: StoredVideo) -> PageKey:
    return PageKey(video.created_at, video.id)


def cursor_after(video: StoredVideo) -> str:
    text = f"{video.created_at.isoformat()} {video.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_cursor(cursor: str) -> PageKey:
    """The inverse of `cursor_after`; `InvalidCursor` for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text, _, video_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(" ")
        created_at = datetime.fromisoformat(text)
        in_utc = created_at.astimezone(UTC)  # the databases store UTC: OverflowError beyond the years 1 to 9999
    except (ValueError, OverflowError, binascii.Error) as error:
        raise InvalidCursor from error
    if created_at.tzinfo is None or not is_video_id(video_id):
        raise InvalidCursor
    return PageKey(in_utc, video_id)
