"""Encodes frames for viewers: a JPEG without decoration, and the boxes beside it."""

from __future__ import annotations

import cv2

from onwatch_contracts.channel import FrameBox, FrameHeader, encode_frame
from onwatch_detector.detections import Picture
from onwatch_detector.read import Frame


def encode_jpeg(picture: Picture, *, max_width: int, quality: int) -> bytes:
    """The picture, at most `max_width` pixels wide; quality 1 to 100."""
    height, width = picture.shape[:2]
    if width > max_width:
        size = (max_width, round(height * max_width / width))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]  # dtype is kept
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return jpeg.tobytes()


def encode_frame_with_boxes(
    frame: Frame, boxes: tuple[FrameBox, ...], *, video_id: str, run_id: str, max_width: int, quality: int
) -> bytes:
    """A binary frame for the bus and the channel."""
    header = FrameHeader(
        video_id=video_id, run_id=run_id, frame_number=frame.number, timestamp_s=frame.timestamp_s, boxes=boxes
    )
    return encode_frame(header, encode_jpeg(frame.picture, max_width=max_width, quality=quality))
