"""The benchmark of the log of detections: its traffic, and the size that it must not exceed."""

from __future__ import annotations

import pytest

from bench.log.traffic import BOXES, PICTURES_PER_S, drawn_hour, real_hour
from onwatch_counting.log import LoggedBox, LoggedPicture, Repacker, pack

pytestmark = pytest.mark.slow

MOST_BYTES_A_BOX = 6.0
"""With a tenth for the table, 6 MB for an hour."""


def size_of(pictures: list[LoggedPicture]) -> float:
    """Bytes a box."""
    repacker = Repacker()
    chunks = [*repacker.add(pack(pictures)), *repacker.finish()]
    return sum(len(chunk.body) for chunk in chunks) / sum(chunk.boxes_count for chunk in chunks)


def test_drawn_traffic_has_ten_boxes_in_each_picture_and_takes_six_bytes_a_box() -> None:
    pictures = drawn_hour(20 * PICTURES_PER_S)
    assert {len(picture.boxes) for picture in pictures} == {BOXES}
    assert size_of(pictures) == pytest.approx(5.5, abs=0.1)
    assert size_of(pictures) <= MOST_BYTES_A_BOX


def test_real_clips_are_repeated_with_tracks_of_their_own() -> None:
    clips = [[(LoggedBox(track, 10 * n, 0, 10 * n + 9, 9, 99, "car"),) for n in range(3)] for track in (1, 7)]
    pictures = real_hour(clips, 6)
    assert [[box.track_id for box in picture.boxes] for picture in pictures] == [[1, 2]] * 3 + [[3, 4]] * 3
    assert [picture.timestamp_s for picture in pictures] == [n / PICTURES_PER_S for n in range(6)]
