"""What is wanted of each video, and who gets which frame."""

from __future__ import annotations

from onwatch_contracts.frame_formats import DEFAULT_FORMAT, FrameFormat, WantedFrames
from onwatch_gateway.frames.ledger import ARRIVING_S, FrameLedger
from onwatch_gateway.frames.screen import Screen
from onwatch_testkit.video_frames import video_frame

SMALL, LARGE = FrameFormat(largest_side=320), FrameFormat(largest_side=1280)


def ledger(**screens: Screen) -> FrameLedger:
    """Of video `a`, with these viewers."""
    frames = FrameLedger()
    for viewer, screen in screens.items():
        frames.subscribe(viewer, "a")
        frames.show(viewer, "a", screen)
    return frames


def viewers_for(frames: FrameLedger, frame_format: FrameFormat, now_s: float) -> set[str]:
    return set(frames.viewers_for("a", frame_format, now_s))


def test_each_format_is_wanted_once_at_the_highest_rate_of_its_viewers() -> None:
    frames = ledger(anna=Screen(320, 5), ben=Screen(320, 10), carl=Screen(), dora=Screen(max_fps=1))
    assert frames.wanted("a") == [WantedFrames(), WantedFrames(largest_side=320, max_fps=10)]


def test_the_default_is_received_beside_what_is_wanted() -> None:
    frames = ledger(anna=Screen(320))
    frames.subscribe("ben", "b")
    assert frames.keys() == {"a", "a.jpeg.320", "b"}


def test_a_video_without_viewers_is_not_received() -> None:
    frames = ledger(anna=Screen(320))
    frames.unsubscribe("anna", "a")
    frames.unsubscribe("anna", "a")
    assert frames.keys() == set()
    assert viewers_for(frames, DEFAULT_FORMAT, 0.0) == set()


def test_each_viewer_gets_the_smallest_that_suffices() -> None:
    frames = ledger(anna=Screen(320), ben=Screen(1280), carl=Screen())
    assert viewers_for(frames, SMALL, 0.0) == {"anna", "ben", "carl"}  # there is nothing better yet
    assert viewers_for(frames, LARGE, 0.0) == {"ben", "carl"}
    assert viewers_for(frames, DEFAULT_FORMAT, 0.0) == {"carl"}
    assert viewers_for(frames, SMALL, 0.1) == {"anna"}


def test_a_format_that_stays_away_is_replaced_by_the_next_best() -> None:
    frames = ledger(anna=Screen(320))
    assert viewers_for(frames, SMALL, 0.0) == {"anna"}
    assert viewers_for(frames, DEFAULT_FORMAT, 1.0) == set()
    assert viewers_for(frames, DEFAULT_FORMAT, ARRIVING_S) == {"anna"}


def test_a_viewer_gets_no_more_frames_than_it_shows() -> None:
    frames = ledger(anna=Screen(max_fps=5), ben=Screen())
    got = [viewers_for(frames, DEFAULT_FORMAT, number / 25) for number in range(25)]
    assert sum("anna" in viewers for viewers in got) in (5, 6)
    assert sum("ben" in viewers for viewers in got) == 25


def test_changes_are_due_once_and_everything_is_due_again_at_a_heartbeat() -> None:
    frames = ledger(anna=Screen(320))
    wanted = [("a", [WantedFrames(largest_side=320)])]
    assert frames.take_due() == wanted
    assert frames.take_due() == []
    frames.repeat()
    assert frames.take_due() == wanted
    frames.repeat("a")
    frames.repeat("b")
    assert frames.take_due() == wanted


def test_the_end_of_the_last_viewer_is_published_once() -> None:
    frames = ledger(anna=Screen(320))
    frames.take_due()
    frames.unsubscribe("anna", "a")
    assert frames.take_due() == [("a", [])]
    frames.repeat()
    assert frames.take_due() == []


def test_a_viewer_that_left_before_anything_was_published_is_not_mentioned() -> None:
    frames = ledger(anna=Screen(320))
    frames.unsubscribe("anna", "a")
    assert frames.take_due() == []


# --- video ---------------------------------------------------------------------------------------

VIDEO = FrameFormat(codec="vp8", largest_side=320)


def test_a_viewer_of_a_video_codec_gets_every_frame_of_it_and_jpeg_where_there_is_none() -> None:
    frames = ledger(anna=Screen(320, 5, ("vp8",)), ben=Screen(320))
    assert frames.keys() == {"a", "a.vp8.320", "a.jpeg.320"}
    assert viewers_for(frames, SMALL, 0.0) == {"anna", "ben"}
    for number in range(10):
        assert viewers_for(frames, VIDEO, number / 25) == {"anna"}
    assert viewers_for(frames, SMALL, 0.5) == {"ben"}
    assert viewers_for(frames, SMALL, 10.0) == {"anna", "ben"}


def test_what_was_received_of_a_video_is_forgotten_with_its_last_viewer() -> None:
    frames = ledger(anna=Screen(320, codecs=("vp8",)))
    assert frames.add_video_frame("a", VIDEO, video_frame(0, is_key=True)) is not None
    frames.unsubscribe("anna", "a")
    assert frames.add_video_frame("a", VIDEO, video_frame(1)) is None
    frames.show("anna", "a", Screen(320, codecs=("vp8",)))
    assert frames.add_video_frame("a", VIDEO, video_frame(2)) is None
