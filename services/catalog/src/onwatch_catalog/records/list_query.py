"""The SQL of a listing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from onwatch_catalog.records.listing import NO_FOLDER, Listing
from onwatch_catalog.records.name_key import ESCAPE, search_pattern
from onwatch_catalog.records.paging import PageKey
from onwatch_catalog.records.tables import videos
from onwatch_contracts.http import VideoSort, VideoStatus

NOT_QUEUED = (VideoStatus.STREAMING, VideoStatus.FAILED)
"""The analysis has begun, or has ended."""
COLUMNS: dict[str, sa.Column[Any]] = {
    VideoSort.OLDEST: videos.c.created_at,
    VideoSort.NAME: videos.c.name_key,
    VideoSort.SHORTEST: videos.c.duration_s,
    VideoSort.SMALLEST: videos.c.size_bytes,
}


def page_query(listing: Listing, after: PageKey | None) -> sa.Select[tuple[str]]:
    """The ids of the listing in its order, from the one after the key."""
    column, video_id = COLUMNS[listing.field], videos.c.id
    order = (column.desc(), video_id.desc()) if listing.is_descending else (column, video_id)
    query = sa.select(video_id).where(*conditions_of(listing)).order_by(*order)
    if after is None:
        return query
    # Compared as one value, which both databases look up in the index of the order.
    here = sa.tuple_(column, video_id)
    key = sa.tuple_(sa.literal(after.value, column.type), sa.literal(after.video_id, video_id.type))
    return query.where(here < key if listing.is_descending else here > key)


def conditions_of(listing: Listing) -> Iterator[sa.ColumnElement[bool]]:
    columns = videos.c
    if listing.video_ids is not None:
        yield _is_visible(listing.video_ids, listing.folder_ids)
    if listing.folder is not None:
        yield columns.folder_id == (None if listing.folder == NO_FOLDER else listing.folder)
    for word in listing.words:
        yield columns.name_key.like(search_pattern(word), escape=ESCAPE)
    if listing.statuses:
        yield columns.status.in_(listing.statuses)
    if listing.is_queued is not None:
        is_queued = sa.and_(columns.analysis_requested_at.is_not(None), columns.status.not_in(NOT_QUEUED))
        yield is_queued if listing.is_queued else sa.not_(is_queued)
    if listing.created_from is not None:
        yield columns.created_at >= listing.created_from
    if listing.created_before is not None:
        yield columns.created_at < listing.created_before


def _is_visible(video_ids: Sequence[str], folder_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """Without one of both, the condition is one that an index answers."""
    if not folder_ids:
        return videos.c.id.in_(video_ids)
    is_inside = videos.c.folder_id == folder_ids[0] if len(folder_ids) == 1 else videos.c.folder_id.in_(folder_ids)
    return sa.or_(is_inside, videos.c.id.in_(video_ids)) if video_ids else is_inside
