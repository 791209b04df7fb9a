"""What a backup of the aggregator's tables needs to know, and the removal of what Redis has of a former system.

The functions on a connection work in its transaction, on tables that were just loaded.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from onwatch_aggregator.live import RedisInventory, connect_redis
from onwatch_aggregator.results import (
    ALERT_TABLES,
    SITE_TABLES,
    crossings,
    deletions,
    detections,
    missed_vehicles,
    runs,
    site_vehicles,
    vehicles,
    visit_marks,
    visits,
)
from onwatch_aggregator.results import DATABASE as DATABASE
from onwatch_aggregator.settings import AggregatorSettings

OF_RUNS = (detections, vehicles, visit_marks, missed_vehicles)
OF_RESULTS = (site_vehicles, visits, crossings)


def runs_count(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(runs)) or 0


def settle(connection: sa.Connection, videos: Collection[str]) -> None:
    """Remove what belongs to no video of the catalog, and deletions of videos that are there again."""
    for video_id in sorted(_known_videos(connection) - set(videos)):
        _delete_video(connection, video_id)
    for video_id in connection.scalars(sa.select(deletions.c.video_id)).all():
        if video_id in videos:
            connection.execute(sa.delete(deletions).where(deletions.c.video_id == video_id))


def newest_runs(connection: sa.Connection) -> dict[str, tuple[str, datetime]]:
    """The newest finished run of each video, and when it was finished."""
    query = sa.select(runs.c.video_id, runs.c.run_id, runs.c.finished_at).order_by(runs.c.finished_at, runs.c.run_id)
    return {row.video_id: (row.run_id, row.finished_at) for row in connection.execute(query)}


async def clear_redis(settings: AggregatorSettings) -> int:
    """Remove everything that Onwatch has in Redis; the number of keys. `StoreUnavailable` if it is not reached.

    Runs in progress are those of the system that was there before.
    """
    client = connect_redis(settings)
    try:
        inventory = RedisInventory(client)
        keys = await inventory.keys()
        for key in keys:
            await inventory.remove(key.name)
        return len(keys)
    finally:
        await client.aclose()


def _known_videos(connection: sa.Connection) -> set[str]:
    known: set[str] = set()
    for table in (runs, *SITE_TABLES, *ALERT_TABLES):
        known.update(connection.scalars(sa.select(table.c.video_id).distinct()))
    return known


def _delete_video(connection: sa.Connection, video_id: str) -> None:
    """Table by table: SQLite does not cascade while tables are loaded."""
    of_video = sa.select(runs.c.run_id).where(runs.c.video_id == video_id)
    for table in OF_RUNS:
        connection.execute(sa.delete(table).where(table.c.run_id.in_(of_video)))
    for table in (*ALERT_TABLES, *OF_RESULTS, *SITE_TABLES, runs):
        connection.execute(sa.delete(table).where(table.c.video_id == video_id))
