from __future__ import annotations

import cv2
import numpy as np

from onwatch_contracts.channel import FrameBox, decode_frame
from onwatch_contracts.values import VehicleType
from onwatch_detector.publish.frame_encoding import encode_frame_with_boxes, encode_jpeg
from onwatch_detector.read.decoder import Frame


def size_of(jpeg: bytes) -> tuple[int, int]:
    height, width = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    return width, height


def test_a_wide_picture_is_scaled_down_in_proportion() -> None:
    assert size_of(encode_jpeg(np.zeros((720, 1280, 3), np.uint8), max_width=640, quality=80)) == (640, 360)


def test_a_small_picture_is_left_as_it_is() -> None:
    assert size_of(encode_jpeg(np.zeros((120, 160, 3), np.uint8), max_width=640, quality=80)) == (160, 120)


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
    frame = Frame(7, 0.28, lambda: grey, lambda _: grey[:, :, 0])
    body = encode_frame_with_boxes(frame, (box,), video_id="v", run_id="r", max_width=640, quality=80)
    header, jpeg = decode_frame(body)
    assert (header.video_id, header.run_id, header.frame_number, header.timestamp_s) == ("v", "r", 7, 0.28)
    assert header.boxes == (box,)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(picture.astype(int) - 128).max() <= 2
