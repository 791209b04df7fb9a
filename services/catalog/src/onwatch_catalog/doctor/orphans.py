"""Inconsistencies between the media folder and the catalog's tables: pure rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from onwatch_catalog.media import BEGUN, CLOCK, PART_NAME, PARTIAL, RESTORE_FOLDER, THUMBNAIL, FolderEntry
from onwatch_catalog.records import StoredVideo
from onwatch_contracts.http import VideoStatus

# Only what the catalog may have created is ever offered for deletion, in case the media folder is the wrong one.
OUR_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,64}")
BESIDE = "|".join(map(re.escape, (THUMBNAIL, CLOCK)))
OUR_FILE = re.compile(
    rf"{re.escape(PARTIAL)}|({BESIDE})(\.part)?|source\.[a-z0-9]{{1,5}}|{re.escape(BEGUN)}|{PART_NAME.pattern}"
)

LOST_AND_FOUND = "lost+found"


def is_ours(entry: FolderEntry) -> bool:
    """Whether the catalog may have created it."""
    if entry.files is None or not OUR_FOLDER.fullmatch(entry.name):
        return False
    return all(OUR_FILE.fullmatch(name) for name in entry.files)


def foreign_entries(entries: Collection[FolderEntry]) -> Iterator[FolderEntry]:
    """Entries created neither by Onwatch nor by a file system."""
    known = (LOST_AND_FOUND, RESTORE_FOLDER)
    return (entry for entry in entries if not is_ours(entry) and entry.name not in known)


def abandoned_restores(entries: Collection[FolderEntry], min_age_s: float) -> Iterator[FolderEntry]:
    """The folder of a restore that does not write there any more."""
    return (entry for entry in entries if entry.name == RESTORE_FOLDER and entry.age_s >= min_age_s)


def folders_without_video(
    entries: Collection[FolderEntry], videos: Collection[str], pending_deletions: Collection[str], min_age_s: float
) -> Iterator[FolderEntry]:
    """Folders of no video, except young ones and those of an upload or a deletion in progress."""
    known = {*videos, *pending_deletions}
    return (entry for entry in entries if is_ours(entry) and entry.name not in known and entry.age_s >= min_age_s)


def stray_files(
    entries: Collection[FolderEntry], videos: Mapping[str, StoredVideo], min_age_s: float
) -> Iterator[tuple[FolderEntry, str]]:
    """Files in a video's folder that are neither its file nor its clock nor its thumbnail."""
    for entry in entries:
        video = videos.get(entry.name)
        if video is None or not is_ours(entry) or entry.age_s < min_age_s:
            continue
        for name in entry.files or ():
            if name not in (THUMBNAIL, CLOCK) and f"{entry.name}/{name}" != video.file_path:
                yield entry, name


def interrupted(
    entries: Collection[FolderEntry], pending_deletions: Collection[str], min_age_s: float
) -> Iterator[tuple[str, float]]:
    """Uploads and deletions that were interrupted: (video id, age of its folder; 0 if there is none)."""
    ages_s = {entry.name: entry.age_s for entry in entries}
    for video_id in pending_deletions:
        if video_id not in ages_s or ages_s[video_id] >= min_age_s:
            yield video_id, ages_s.get(video_id, 0.0)


def without_file(entries: Collection[FolderEntry], videos: Mapping[str, StoredVideo]) -> Iterator[StoredVideo]:
    existing = _paths(entries)
    return (video for video in videos.values() if video.file_path not in existing)


def without_thumbnail(entries: Collection[FolderEntry], videos: Mapping[str, StoredVideo]) -> Iterator[StoredVideo]:
    """Videos that have their file but no thumbnail."""
    existing = _paths(entries)
    for video in videos.values():
        if video.file_path in existing and f"{video.id}/{THUMBNAIL}" not in existing:
            yield video


def streams_without_lease(videos: Mapping[str, StoredVideo], leased: Collection[str]) -> Iterator[StoredVideo]:
    """Videos with status streaming whose run no worker holds."""
    return (video for video in videos.values() if video.status is VideoStatus.STREAMING and video.id not in leased)


def _paths(entries: Collection[FolderEntry]) -> set[str]:
    return {f"{entry.name}/{name}" for entry in entries for name in entry.files or ()}
