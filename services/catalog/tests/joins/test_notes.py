"""What a person is told about a join."""

from __future__ import annotations

from typing import Any

import pytest

from onwatch_catalog.joins.notes import order_notes, rate_note, seam_notes
from onwatch_contracts.http import JoinedRecording
from onwatch_media import Order, TimeSource


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (TimeSource.METADATA, "Ordered by the times in the files."),
        (TimeSource.NAME, "Ordered by the times in the names."),
        (
            TimeSource.MODIFICATION,
            "Neither the files nor their names tell when they were recorded: the order given is kept.",
        ),
    ],
)
def test_where_the_order_is_from(make_video: Any, source: TimeSource, says: str) -> None:
    assert list(order_notes([make_video("a")], Order(source, ((0,),), ()))) == [says]


def test_what_is_between_recordings(make_video: Any) -> None:
    videos = [make_video(video_id) for video_id in "abcdef"]
    order = Order(TimeSource.NAME, ((1, 0, 2, 3), (4,), (5,)), (0.4, 3.0, -2.0, 7200.4, -60.0))
    assert list(order_notes(videos, order))[1:] == [
        "c begins 3.0 s after the end of a: the joined video goes on without the gap.",
        "d begins 2.0 s before c ends: the joined video shows that time twice.",
        "e begins 2:00:00 after the end of d: they are not joined.",
        "f begins 60.0 s before e ends: they are not joined.",
    ]


def test_other_rates(make_video: Any) -> None:
    note = rate_note(make_video("a"), make_video("b"))
    assert note == "b cannot be joined with a: other rates were set for their pictures."


def test_where_each_recording_but_the_first_begins() -> None:
    recordings = [JoinedRecording(video_id=name, name=name, at_s=at_s) for name, at_s in (("a", 0), ("b", 6.24))]
    assert list(seam_notes(recordings)) == ["b begins at 6.2 s of the joined video."]


def test_many_recordings_are_not_told_one_by_one() -> None:
    recordings = [JoinedRecording(video_id="v", name=f"{number}.mp4", at_s=600 * number) for number in range(14)]
    notes = list(seam_notes(recordings))
    assert notes[9:] == ["10.mp4 begins at 1:40:00 of the joined video.", "And 3 more recordings follow."]
