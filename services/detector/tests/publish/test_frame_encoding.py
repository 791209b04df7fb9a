from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest

from onwatch_contracts.channel import FrameBox, VideoFrameHeader, decode_frame, decode_video_frame
from onwatch_contracts.frame_formats import DEFAULT_FORMAT, FrameFormat
from onwatch_contracts.values import VehicleType
from onwatch_detector.detections import Picture
from onwatch_detector.publish.frame_encoding import FrameEncoder, encode_jpeg, scaled, size_of
from onwatch_detector.publish.video_stream import KEY_FRAME_INTERVAL_S, NotEncoded, VideoStream
from onwatch_detector.read.decoder import Frame
from onwatch_testkit.ids import counting_ids

BOX = FrameBox(
    track_id=3,
    vehicle_type=VehicleType.CAR,
    confidence=0.9,
    left=0.1,
    top=0.1,
    right=0.9,
    bottom=0.9,
    inside=True,
)


def size_of_jpeg(jpeg: bytes) -> tuple[int, int]:
    height, width = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    return width, height


@pytest.mark.parametrize(
    ("own", "largest_side", "sent"),
    [
        ((1280, 720), None, (960, 540)),
        ((160, 120), None, (160, 120)),
        ((160, 120), 320, (160, 120)),
        ((1280, 720), 640, (640, 360)),
        ((720, 1280), 640, (360, 640)),
        ((1280, 720), 1280, (960, 540)),
        ((8000, 2), 320, (320, 1)),
    ],
)
def test_a_picture_is_scaled_down_in_proportion_and_never_up(
    own: tuple[int, int], largest_side: int | None, sent: tuple[int, int]
) -> None:
    picture = np.zeros((own[1], own[0], 3), np.uint8)
    assert size_of(picture, max_width=960, largest_side=largest_side) == sent
    assert size_of_jpeg(encode_jpeg(scaled(picture, sent), quality=80)) == sent


def encoder() -> FrameEncoder:
    return FrameEncoder("v", "r", counting_ids(), max_width=640, quality=80)


def encoded(
    frames: FrameEncoder, picture: Picture, formats: Sequence[FrameFormat], now_s: float = 0.0, number: int = 7
) -> dict[str, bytes]:
    frame = Frame(number, number / 25, lambda: picture, lambda _: picture[:, :, 0])
    return dict(frames.encode(frame, (BOX,), formats, wanted=formats, now_s=now_s))


def test_each_format_has_its_key_and_its_size() -> None:
    black = np.zeros((720, 1280, 3), np.uint8)
    bodies = encoded(encoder(), black, [FrameFormat(largest_side=320), DEFAULT_FORMAT])
    sizes = {key: size_of_jpeg(decode_frame(body)[1]) for key, body in bodies.items()}
    assert sizes == {"v.jpeg.320": (320, 180), "v": (640, 360)}


def test_formats_of_one_size_are_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encodings = []
    imencode = cv2.imencode
    monkeypatch.setattr(cv2, "imencode", lambda *arguments: encodings.append(1) or imencode(*arguments))
    formats = [FrameFormat(largest_side=side) for side in (320, 640, 1280, None)]
    bodies = encoded(encoder(), np.zeros((120, 160, 3), np.uint8), formats)
    assert len(bodies) == 4
    assert len(set(bodies.values())) == 1
    assert len(encodings) == 1


def test_a_frame_has_its_header_and_an_undecorated_picture() -> None:
    grey = np.full((120, 160, 3), 128, np.uint8)
    bodies = encoded(encoder(), grey, [DEFAULT_FORMAT])
    assert bodies.keys() == {"v"}
    header, jpeg = decode_frame(bodies["v"])
    assert (header.video_id, header.run_id, header.frame_number, header.timestamp_s) == ("v", "r", 7, 0.28)
    assert header.boxes == (BOX,)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(picture.astype(int) - 128).max() <= 2


# --- video ---------------------------------------------------------------------------------------

VIDEO = FrameFormat(codec="vp8", largest_side=320)


def moving(width: int = 640, height: int = 360) -> Iterator[Picture]:
    """A bright square that moves over a grey road."""
    for step in range(1000):
        picture = np.full((height, width, 3), 90, np.uint8)
        cv2.rectangle(picture, (step * 4 % width, 100), (step * 4 % width + 60, 160), (250, 240, 230), -1)
        yield picture


def video_frames(frames: FrameEncoder, count: int, *, fps: int = 25) -> list[tuple[VideoFrameHeader, bytes]]:
    pictures = moving()
    bodies = [encoded(frames, next(pictures), [VIDEO], number / fps, number) for number in range(count)]
    return [decode_video_frame(body["v.vp8.320"]) for body in bodies]


def decoded(units: Sequence[bytes]) -> list[Picture]:
    decoder = av.CodecContext.create("vp8", "r")
    return [frame.to_ndarray(format="bgr24") for unit in units for frame in decoder.decode(av.Packet(unit))]


def test_a_stream_shows_the_pictures_in_its_size_with_the_boxes_of_each() -> None:
    units = video_frames(encoder(), 30)
    assert [header.frame_number for header, _ in units] == list(range(30))
    assert all(header.boxes == (BOX,) for header, _ in units)
    pictures = decoded([unit for _, unit in units])
    assert len(pictures) == 30
    assert pictures[0].shape == (180, 320, 3)
    for shown, picture in zip(pictures, moving(), strict=False):
        assert cv2.PSNR(shown, scaled(picture, (320, 180))) > 30


def test_a_stream_begins_with_a_key_frame_and_has_one_each_second() -> None:
    headers = [header for header, _ in video_frames(encoder(), 100)]
    keys_s = [header.timestamp_s for header in headers if header.is_key]
    assert keys_s[0] == 0
    assert max(later - earlier for earlier, later in pairwise(keys_s)) <= KEY_FRAME_INTERVAL_S + 0.04
    assert len(keys_s) <= 6
    assert [header.sequence for header in headers] == list(range(100))
    assert len({header.stream_id for header in headers}) == 1


def test_a_key_frame_can_be_decoded_alone() -> None:
    units = video_frames(encoder(), 60)
    key = max(number for number, (header, _) in enumerate(units) if header.is_key)
    assert key > 0
    assert len(decoded([unit for _, unit in units[key:]])) == 60 - key


def test_a_frame_that_shows_little_that_is_new_is_small() -> None:
    units = video_frames(encoder(), 20)
    assert sum(len(unit) for _, unit in units[1:]) < 20 * len(units[0][1]) / 2


def test_slow_runs_have_key_frames_by_the_clock_of_the_viewers() -> None:
    assert [header.is_key for header, _ in video_frames(encoder(), 4, fps=1)] == [True] * 4


def test_a_stream_that_is_wanted_again_is_another_one() -> None:
    frames, pictures = encoder(), moving()
    (first,) = encoded(frames, next(pictures), [VIDEO]).values()
    encoded(frames, next(pictures), [DEFAULT_FORMAT], 0.04)
    (second,) = encoded(frames, next(pictures), [VIDEO], 0.08).values()
    earlier, later = decode_video_frame(first)[0], decode_video_frame(second)[0]
    assert later.is_key
    assert later.stream_id != earlier.stream_id


def test_a_stream_goes_on_over_frames_that_are_left_out_for_its_rate() -> None:
    frames, pictures = encoder(), moving()
    wanted = [VIDEO, DEFAULT_FORMAT]
    bodies = []
    for number, due in enumerate([wanted, [DEFAULT_FORMAT], wanted]):
        picture = next(pictures)
        frame = Frame(number, number / 25, lambda: picture, lambda _: picture[:, :, 0])  # noqa: B023 used at once
        bodies.append(dict(frames.encode(frame, (), due, wanted=wanted, now_s=number / 25)))
    later = decode_video_frame(bodies[2]["v.vp8.320"])[0]
    assert (later.sequence, later.is_key) == (1, False)


def test_formats_of_one_size_share_a_stream_without_a_gap_for_any() -> None:
    frames, pictures = encoder(), moving()
    wanted = [FrameFormat(codec="vp8", largest_side=1280), FrameFormat(codec="vp8")]
    headers = []
    for number, due in enumerate([wanted, wanted[:1], wanted[1:], wanted]):
        picture = next(pictures)
        frame = Frame(number, number / 25, lambda: picture, lambda _: picture[:, :, 0])  # noqa: B023 used at once
        bodies = dict(frames.encode(frame, (), due, wanted=wanted, now_s=number / 25))
        assert bodies.keys() == {"v.vp8.1280", "v.vp8.0"}
        assert len(set(bodies.values())) == 1
        headers.append(decode_video_frame(bodies["v.vp8.0"])[0])
    assert [header.sequence for header in headers] == [0, 1, 2, 3]


def test_pictures_of_another_size_begin_another_stream() -> None:
    frames = encoder()
    (first,) = encoded(frames, next(moving(640, 360)), [VIDEO]).values()
    (second,) = encoded(frames, next(moving(360, 640)), [VIDEO], 0.04).values()
    assert decode_video_frame(second)[0].is_key
    assert decode_video_frame(first)[0].stream_id != decode_video_frame(second)[0].stream_id


@pytest.mark.parametrize(("width", "height"), [(3, 3), (161, 91), (5000, 2)])
def test_odd_sizes_are_made_even(width: int, height: int) -> None:
    (body,) = encoded(encoder(), np.zeros((height, width, 3), np.uint8), [VIDEO]).values()
    (picture,) = decoded([decode_video_frame(body)[1]])
    assert picture.shape[0] % 2 == picture.shape[1] % 2 == 0


def test_where_video_cannot_be_encoded_the_default_is_sent(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    attempts = []

    def fail(*_: object) -> None:
        attempts.append(1)
        raise NotEncoded("no memory")

    monkeypatch.setattr(VideoStream, "encode", fail)
    frames, pictures = encoder(), moving()
    assert encoded(frames, next(pictures), [VIDEO]).keys() == {"v"}
    assert encoded(frames, next(pictures), [VIDEO, DEFAULT_FORMAT]).keys() == {"v"}
    assert len(attempts) == 1
    assert caplog.text.count("no memory") == 1
