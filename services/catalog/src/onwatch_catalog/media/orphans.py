"""What in the media folder and the catalog's tables does not belong together. Rules without I/O."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from onwatch_catalog.media.files import PART, THUMBNAIL, Entry
from onwatch_catalog.videos.video import StoredVideo
from onwatch_contracts.http import VideoStatus

# Only what the catalog may have made is ever offered for removal, should the media folder be the wrong one.
OUR_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,64}")
OUR_FILE = re.compile(rf"{re.escape(PART)}|{re.escape(THUMBNAIL)}(\.part)?|source\.[a-z0-9]{{1,5}}")

LOST_AND_FOUND = "lost+found"


def is_ours(entry: Entry) -> bool:
    """Whether the catalog may have made it."""
    if entry.files is None or not OUR_FOLDER.fullmatch(entry.name):
        return False
    return all(OUR_FILE.fullmatch(name) for name in entry.files)


def foreign_entries(entries: Collection[Entry]) -> Iterator[Entry]:
    """What the catalog did not make, and no file system either."""
    return (entry for entry in entries if not is_ours(entry) and entry.name != LOST_AND_FOUND)


def folders_without_video(
    entries: Collection[Entry], videos: Collection[str], doomed: Collection[str], min_age_s: float
) -> Iterator[Entry]:
    """Folders of no video. A young one is spared, and one that an upload or a deletion has noted."""
    known = {*videos, *doomed}
    return (entry for entry in entries if is_ours(entry) and entry.name not in known and entry.age_s >= min_age_s)


def stray_files(
    entries: Collection[Entry], videos: Mapping[str, StoredVideo], min_age_s: float
) -> Iterator[tuple[Entry, str]]:
    """Files in a video's folder that are neither its file nor its thumbnail."""
    for entry in entries:
        video = videos.get(entry.name)
        if video is None or not is_ours(entry) or entry.age_s < min_age_s:
            continue
        for name in entry.files or ():
            if name != THUMBNAIL and f"{entry.name}/{name}" != video.file_path:
                yield entry, name


def half_done(entries: Collection[Entry], doomed: Collection[str], min_age_s: float) -> Iterator[tuple[str, float]]:
    """Uploads and deletions that nobody works on any more: (video id, age of the folder; 0 where it is gone)."""
    ages_s = {entry.name: entry.age_s for entry in entries}
    for video_id in doomed:
        if video_id not in ages_s or ages_s[video_id] >= min_age_s:
            yield video_id, ages_s.get(video_id, 0.0)


def without_file(entries: Collection[Entry], videos: Mapping[str, StoredVideo]) -> Iterator[StoredVideo]:
    there = _paths(entries)
    return (video for video in videos.values() if video.file_path not in there)


def without_thumbnail(entries: Collection[Entry], videos: Mapping[str, StoredVideo]) -> Iterator[StoredVideo]:
    """Videos that have their file and no picture of it."""
    there = _paths(entries)
    for video in videos.values():
        if video.file_path in there and f"{video.id}/{THUMBNAIL}" not in there:
            yield video


def stuck(videos: Mapping[str, StoredVideo], leased: Collection[str]) -> Iterator[StoredVideo]:
    """Videos that stream by their status, and that no worker holds."""
    return (video for video in videos.values() if video.status is VideoStatus.STREAMING and video.id not in leased)


def _paths(entries: Collection[Entry]) -> set[str]:
    return {f"{entry.name}/{name}" for entry in entries for name in entry.files or ()}
