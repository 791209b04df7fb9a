"""What a backup of the catalog's tables needs to know: which files belong to them, and what of them is not restored.

Every function works on a connection in a transaction, of a snapshot or of tables that were just loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

import sqlalchemy as sa

from onwatch_catalog.accounts import audit, guesses, keys, shared_keys, users
from onwatch_catalog.doctor import is_ours
from onwatch_catalog.media import CLOCK, THUMBNAIL, MediaFolder, ServedAs, StoredFiles
from onwatch_catalog.records import DATABASE as DATABASE
from onwatch_catalog.records import activities, pending_deletions, processes, quota_reservations, sites, uploads, videos
from onwatch_contracts.accounts import KeyKind
from onwatch_contracts.http import VideoStatus
from onwatch_media.stored import ObjectStore

RESTORED = "Onwatch was restored from a backup. The run starts again."
WHO = "onwatch restore"
ENDED_KEYS = (KeyKind.SESSION, KeyKind.LOGIN)


@dataclass(frozen=True)
class FinishedRun:
    """The newest run of a video whose results are in SQL."""

    run_id: str
    finished_at: datetime


def video_files(connection: sa.Connection) -> dict[str, str]:
    """The path of each video's file, relative to the media folder, by the id of the video."""
    found = connection.execute(sa.select(videos.c.id, videos.c.file_path).order_by(videos.c.id))
    return {row.id: row.file_path for row in found}


def files_beside(file_path: str) -> Iterator[str]:
    """Paths of the files that the catalog makes of a video's file; each may be missing."""
    folder = PurePosixPath(file_path).parent
    yield from ((folder / name).as_posix() for name in (THUMBNAIL, CLOCK))


def served_as(connection: sa.Connection) -> dict[str, ServedAs]:
    """What whoever gets a video's file is told about it, by the path of the file."""
    found = connection.execute(sa.select(videos.c.file_path, videos.c.name, videos.c.media_type))
    return {row.file_path: ServedAs(row.name, row.media_type) for row in found}


def folders_in(media: Path) -> list[str]:
    """The names of the folders in the media folder that the catalog made; `OSError` if it cannot be read."""
    return [entry.name for entry in MediaFolder(media).entries(0.0) if is_ours(entry)] if media.is_dir() else []


def objects_in(store: ObjectStore, folder: Path) -> list[str]:
    """The paths of the objects that the catalog made; `folder` is that of its cache."""
    entries = [entry for entry in StoredFiles(store, folder).entries(0.0) if is_ours(entry)]
    return [f"{entry.name}/{name}" for entry in entries for name in entry.files or ()]


def videos_count(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(videos)) or 0


def accounts_count(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(users)) or 0


def settle(
    connection: sa.Connection,
    *,
    deleted: Collection[str],
    finished: Mapping[str, FinishedRun],
    backup_of: datetime,
    now: datetime,
) -> None:
    """Bring loaded tables into a state from which the catalog can start.

    `deleted`: videos that were deleted while the backup was made. `finished`: as the aggregator's tables say.
    """
    _delete_videos(connection, deleted)
    of_processes = (processes, activities, quota_reservations, pending_deletions)
    for table in (uploads, *of_processes, guesses, shared_keys):
        connection.execute(sa.delete(table))
    connection.execute(sa.delete(keys).where(keys.c.kind.in_(ENDED_KEYS)))
    _finish(connection, finished)
    running = videos.c.status == VideoStatus.STREAMING
    paused = {"status": VideoStatus.PAUSED, "status_reason": RESTORED, "status_at": now}
    connection.execute(sa.update(videos).where(running).values(paused))
    connection.execute(sa.insert(audit).values(_audit_row(backup_of, now)))


def _delete_videos(connection: sa.Connection, deleted: Collection[str]) -> None:
    """With their sites: SQLite does not cascade while tables are loaded."""
    for video_id in deleted:
        connection.execute(sa.delete(sites).where(sites.c.video_id == video_id))
        connection.execute(sa.delete(videos).where(videos.c.id == video_id))


def _finish(connection: sa.Connection, finished: Mapping[str, FinishedRun]) -> None:
    """A run may have reached SQL, and the message about it not the catalog."""
    query = sa.select(videos.c.id, videos.c.run_id, videos.c.finished_run_id, videos.c.analysis_requested_at)
    for video in connection.execute(query.where(videos.c.run_id.is_not(None))).all():
        run = finished.get(video.id)
        if run is None or run.run_id != video.run_id or run.run_id == video.finished_run_id:
            continue
        requested_at = video.analysis_requested_at
        is_answered = requested_at is not None and requested_at <= run.finished_at
        values = {
            "status": VideoStatus.FINISHED,
            "status_reason": None,
            "status_at": run.finished_at,
            "finished_run_id": run.run_id,
            "analysis_requested_at": None if is_answered else requested_at,
        }
        connection.execute(sa.update(videos).where(videos.c.id == video.id).values(values))


def _audit_row(backup_of: datetime, now: datetime) -> dict[str, object]:
    return {
        "at": now,
        "name": WHO,
        "role": None,
        "kind": None,
        "action": "restore a backup",
        "target": f"the backup of {backup_of:%Y-%m-%d %H:%M:%S} UTC",
        "video_id": None,
        "status": 200,
        "address": "",
    }
