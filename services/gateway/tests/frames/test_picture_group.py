"""The frames that a new viewer of a video codec needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onwatch_contracts.channel import VideoFrameHeader, decode_video_frame
from onwatch_gateway.frames.picture_group import MAX_FRAMES, PictureGroup, Place, continued
from onwatch_testkit.video_frames import video_frame


def header_of(body: bytes) -> VideoFrameHeader:
    return decode_video_frame(body)[0]


def group_of(*bodies: bytes) -> PictureGroup | None:
    group = None
    for body in bodies:
        group = continued(group, header_of(body), body)
    return group


KEY, SECOND, THIRD = video_frame(0, is_key=True), video_frame(1), video_frame(2)


def test_a_group_is_a_key_frame_and_those_after_it() -> None:
    group = group_of(KEY, SECOND, THIRD)
    assert group is not None
    assert group.bodies == [KEY, SECOND, THIRD]
    assert group.end == Place("stream", 3)


def test_without_its_key_frame_or_after_a_gap_there_is_no_group() -> None:
    assert group_of(SECOND) is None
    assert group_of(KEY, THIRD) is None
    assert group_of(KEY, THIRD, video_frame(3)) is None
    assert group_of(KEY, video_frame(1, stream_id="another")) is None


def test_the_next_key_frame_begins_the_next_group() -> None:
    newer = video_frame(7, is_key=True)
    group = group_of(KEY, THIRD, newer)
    assert group is not None
    assert group.bodies == [newer]


def test_a_group_does_not_grow_without_end() -> None:
    assert group_of(KEY, *map(video_frame, range(1, MAX_FRAMES))) is not None
    assert group_of(KEY, *map(video_frame, range(1, MAX_FRAMES + 1))) is None


def test_a_viewer_continues_where_it_is() -> None:
    group = group_of(KEY, SECOND, THIRD)
    assert group is not None
    assert group.since(Place("stream", 2)) == [THIRD]
    assert group.since(Place("stream", 3)) == []


def test_a_viewer_that_is_elsewhere_begins_with_the_key_frame() -> None:
    group = group_of(KEY, SECOND)
    assert group is not None
    for place in (None, Place("stream", 0), Place("stream", 9), Place("another", 1)):
        assert group.since(place) is None


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_whatever_is_lost_a_group_has_no_gap(arrivals: list[bool]) -> None:
    """A key frame is every tenth; each frame arrives or is lost."""
    group = None
    for sequence, arrives in enumerate(arrivals):
        if arrives:
            body = video_frame(sequence, is_key=sequence % 10 == 0)
            group = continued(group, header_of(body), body)
            if group is not None:
                headers = [header_of(each) for each in group.bodies]
                assert headers[0].is_key
                assert [each.sequence for each in headers] == list(range(headers[0].sequence, sequence + 1))
