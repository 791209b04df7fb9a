from __future__ import annotations

import cv2
import numpy as np
import pytest

from onwatch_contracts.channel import FrameBox, decode_frame
from onwatch_contracts.frame_formats import DEFAULT_FORMAT, FrameFormat
from onwatch_contracts.values import VehicleType
from onwatch_detector.detections import Picture
from onwatch_detector.publish.frame_encoding import FrameEncoder, encode_jpeg, scaled, size_of
from onwatch_detector.read.decoder import Frame


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


def frame_of(picture: Picture) -> Frame:
    return Frame(7, 0.28, lambda: picture, lambda _: picture[:, :, 0])


def encoder() -> FrameEncoder:
    return FrameEncoder("v", "r", max_width=640, quality=80)


def test_each_format_has_its_key_and_its_size() -> None:
    frame = frame_of(np.zeros((720, 1280, 3), np.uint8))
    bodies = dict(encoder().encode(frame, (), [FrameFormat(largest_side=320), DEFAULT_FORMAT]))
    sizes = {key: size_of_jpeg(decode_frame(body)[1]) for key, body in bodies.items()}
    assert sizes == {"v.jpeg.320": (320, 180), "v": (640, 360)}


def test_formats_of_one_size_are_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encodings = []
    imencode = cv2.imencode
    monkeypatch.setattr(cv2, "imencode", lambda *arguments: encodings.append(1) or imencode(*arguments))
    formats = [FrameFormat(largest_side=side) for side in (320, 640, 1280, None)]
    bodies = encoder().encode(frame_of(np.zeros((120, 160, 3), np.uint8)), (), formats)
    assert len(bodies) == 4
    assert len({body for _, body in bodies}) == 1
    assert len(encodings) == 1


def test_a_frame_has_its_header_and_an_undecorated_picture() -> None:
    box = FrameBox(
        track_id=3,
        vehicle_type=VehicleType.CAR,
        confidence=0.9,
        left=0.1,
        top=0.1,
        right=0.9,
        bottom=0.9,
        inside=True,
    )
    grey = np.full((120, 160, 3), 128, np.uint8)
    ((key, body),) = encoder().encode(frame_of(grey), (box,), [DEFAULT_FORMAT])
    assert key == "v"
    header, jpeg = decode_frame(body)
    assert (header.video_id, header.run_id, header.frame_number, header.timestamp_s) == ("v", "r", 7, 0.28)
    assert header.boxes == (box,)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(picture.astype(int) - 128).max() <= 2
