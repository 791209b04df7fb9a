"""One encoder of a video codec; `test_frame_encoding.py` has the streams of a run."""

from __future__ import annotations

import numpy as np
import pytest

from onwatch_contracts.channel import FrameHeader, decode_video_frame
from onwatch_detector.detections import Picture
from onwatch_detector.publish.video_stream import KEY_FRAME_INTERVAL_S, NotEncoded, VideoStream

GREY: Picture = np.full((36, 64, 3), 90, np.uint8)


def header(number: int) -> FrameHeader:
    return FrameHeader(video_id="v", run_id="r", frame_number=number, timestamp_s=number / 25, boxes=())


def test_frames_are_numbered_and_a_key_frame_is_sent_when_it_is_due_by_the_clock() -> None:
    stream = VideoStream("stream", "vp8", (64, 36))
    times_s = (0.0, KEY_FRAME_INTERVAL_S - 0.01, KEY_FRAME_INTERVAL_S, 2 * KEY_FRAME_INTERVAL_S - 0.01)
    headers = [
        decode_video_frame(stream.encode(header(number), GREY, now_s))[0] for number, now_s in enumerate(times_s)
    ]
    assert [each.is_key for each in headers] == [True, False, True, False]
    assert [each.sequence for each in headers] == [0, 1, 2, 3]
    assert {each.stream_id for each in headers} == {"stream"}


def test_an_encoder_that_cannot_be_opened_is_an_error_of_its_own() -> None:
    with pytest.raises(NotEncoded, match="vp8 in 0x0"):
        VideoStream("stream", "vp8", (0, 0))
