"""Encodes frames for viewers: a JPEG without decoration, and the boxes beside it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2

from onwatch_contracts.channel import FrameBox, FrameHeader, encode_frame
from onwatch_contracts.frame_formats import FrameFormat, frames_key
from onwatch_detector.detections import Picture
from onwatch_detector.read import Frame

Size = tuple[int, int]
"""Width and height in pixels."""


def size_of(picture: Picture, *, max_width: int, largest_side: int | None = None) -> Size:
    """The size in which it is sent: its own, or scaled down in proportion."""
    height, width = picture.shape[:2]
    scale = min(1.0, max_width / width, (largest_side or max(width, height)) / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def scaled(picture: Picture, size: Size) -> Picture:
    if size == (picture.shape[1], picture.shape[0]):
        return picture
    smaller: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]  # dtype is kept
    return smaller


def encode_jpeg(picture: Picture, *, quality: int) -> bytes:
    """Quality 1 to 100."""
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return jpeg.tobytes()


class FrameEncoder:
    """Encodes the frames of one run in the formats that are asked for."""

    def __init__(self, video_id: str, run_id: str, *, max_width: int, quality: int) -> None:
        self._video_id = video_id
        self._run_id = run_id
        self._max_width = max_width
        self._quality = quality

    def encode(
        self, frame: Frame, boxes: tuple[FrameBox, ...], formats: Sequence[FrameFormat]
    ) -> Sequence[tuple[str, bytes]]:
        """For each format its routing key and a binary frame. A size that several come down to is encoded once."""
        header = FrameHeader(
            video_id=self._video_id,
            run_id=self._run_id,
            frame_number=frame.number,
            timestamp_s=frame.timestamp_s,
            boxes=boxes,
        )
        jpegs: dict[Size, bytes] = {}
        encoded = []
        for each in formats:
            size = size_of(frame.picture, max_width=self._max_width, largest_side=each.largest_side)
            if size not in jpegs:
                jpegs[size] = encode_jpeg(scaled(frame.picture, size), quality=self._quality)
            encoded.append((frames_key(self._video_id, each), encode_frame(header, jpegs[size])))
        return encoded
