"""What a person is told about a join: pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from onwatch_catalog.records import StoredVideo
from onwatch_contracts.http import JoinedRecording
from onwatch_media import LONGEST_GAP_S, Order, TimeSource

LONG_S = 120.0  # longer times are written in hours, minutes and seconds
SEAMS_TOLD = 10  # one by one, in the notes of a video
SMALLEST_GAP_S = 1.0  # times in names are whole seconds

ORDERED_BY = {
    TimeSource.METADATA: "Ordered by the times in the files.",
    TimeSource.NAME: "Ordered by the times in the names.",
    TimeSource.MODIFICATION: "Neither the files nor their names tell when they were recorded: the order given is kept.",
}


def order_notes(videos: Sequence[StoredVideo], order: Order) -> Iterator[str]:
    """Where the order is from, and what is between the recordings."""
    yield ORDERED_BY[order.source]
    in_order = [videos[index] for group in order.groups for index in group]
    for before, after, gap_s in zip(in_order, in_order[1:], order.gaps_s, strict=False):
        if gap_s is not None and abs(gap_s) >= SMALLEST_GAP_S:
            yield _gap_note(before.name, after.name, gap_s)


def _gap_note(before: str, after: str, gap_s: float) -> str:
    where = f"after the end of {before}" if gap_s > 0 else f"before {before} ends"
    follows = abs(gap_s) <= LONGEST_GAP_S
    then = "the joined video goes on without the gap" if gap_s > 0 else "the joined video shows that time twice"
    return f"{after} begins {_span(abs(gap_s))} {where}: {then if follows else 'they are not joined'}."


def _span(seconds: float) -> str:
    """3.04 -> "3.0 s", 35993.8 -> "9:59:54"."""
    return f"{seconds:.1f} s" if seconds < LONG_S else str(timedelta(seconds=round(seconds)))


def rate_note(before: StoredVideo, after: StoredVideo) -> str:
    return f"{after.name} cannot be joined with {before.name}: other rates were set for their pictures."


def seam_notes(recordings: Sequence[JoinedRecording]) -> Iterator[str]:
    """For the joined video: where each recording but the first begins."""
    for recording in recordings[1 : SEAMS_TOLD + 1]:
        yield f"{recording.name} begins at {_span(recording.at_s)} of the joined video."
    if (more := len(recordings) - 1 - SEAMS_TOLD) > 0:
        yield f"And {more} more recordings follow."
