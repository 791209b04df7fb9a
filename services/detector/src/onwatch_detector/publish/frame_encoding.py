"""Encodes frames for viewers: pictures without decoration, as JPEG or in a video codec, and the boxes beside them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

import cv2

from onwatch_contracts.channel import FrameBox, FrameHeader, encode_frame
from onwatch_contracts.frame_formats import DEFAULT_FORMAT, JPEG, FrameFormat, frames_key
from onwatch_detector.detections import Picture
from onwatch_detector.publish.video_stream import NotEncoded, Size, VideoStream
from onwatch_detector.read import Frame
from onwatch_runtime.ids import NewId

log = logging.getLogger(__name__)

StreamKey = tuple[str, Size]
"""Codec and size of the pictures."""


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
    """Encodes the frames of one run in the formats that are asked for. One thread at a time."""

    def __init__(self, video_id: str, run_id: str, new_id: NewId, *, max_width: int, quality: int) -> None:
        self._video_id = video_id
        self._run_id = run_id
        self._new_id = new_id
        self._max_width = max_width
        self._quality = quality
        self._streams: dict[StreamKey, VideoStream] = {}
        self._failed: set[StreamKey] = set()

    def encode(
        self,
        frame: Frame,
        boxes: tuple[FrameBox, ...],
        formats: Collection[FrameFormat],
        *,
        wanted: Collection[FrameFormat],
        now_s: float,
    ) -> Sequence[tuple[str, bytes]]:
        """A binary frame in each of these formats, with its routing key.

        A size that several formats come down to is encoded once. The streams of video codecs that are in `wanted` go
        on. In place of a format that cannot be encoded the default is sent, which every viewer takes.
        """
        header = FrameHeader(
            video_id=self._video_id,
            run_id=self._run_id,
            frame_number=frame.number,
            timestamp_s=frame.timestamp_s,
            boxes=boxes,
        )
        bodies = self._video_frames(header, frame.picture, formats, wanted, now_s)
        jpegs = [each for each in formats if each.codec == JPEG]
        if DEFAULT_FORMAT not in jpegs and any(each not in bodies for each in formats if each.codec != JPEG):
            jpegs.append(DEFAULT_FORMAT)
        bodies |= self._jpeg_frames(header, frame.picture, jpegs)
        return [(frames_key(self._video_id, each), body) for each, body in bodies.items()]

    def _video_frames(
        self,
        header: FrameHeader,
        picture: Picture,
        formats: Collection[FrameFormat],
        wanted: Collection[FrameFormat],
        now_s: float,
    ) -> dict[FrameFormat, bytes]:
        """Formats that come down to one size share a stream, and get all of it: it may have no gap for any of them."""
        sharing: dict[StreamKey, list[FrameFormat]] = {}
        for each in wanted:
            if each.codec != JPEG:
                sharing.setdefault((each.codec, even(self._size_of(picture, each))), []).append(each)
        self._streams = {key: stream for key, stream in self._streams.items() if key in sharing}
        bodies: dict[FrameFormat, bytes] = {}
        for key, same in sharing.items():
            if not set(same).isdisjoint(formats) and (body := self._video_frame(header, picture, key, now_s)):
                bodies |= dict.fromkeys(same, body)
        return bodies

    def _jpeg_frames(
        self, header: FrameHeader, picture: Picture, formats: Collection[FrameFormat]
    ) -> dict[FrameFormat, bytes]:
        sizes = {each: self._size_of(picture, each) for each in formats}
        jpegs = {size: encode_jpeg(scaled(picture, size), quality=self._quality) for size in set(sizes.values())}
        return {each: encode_frame(header, jpegs[size]) for each, size in sizes.items()}

    def _video_frame(self, header: FrameHeader, picture: Picture, key: StreamKey, now_s: float) -> bytes | None:
        if key in self._failed:
            return None
        codec, size = key
        try:
            stream = self._streams.get(key) or VideoStream(self._new_id(), codec, size)
            self._streams[key] = stream
            return stream.encode(header, scaled(picture, size), now_s)
        except NotEncoded as error:
            log.warning("run %s sends JPEG in place of video: %s", self._run_id, error)
            self._failed.add(key)
            self._streams.pop(key, None)
            return None

    def _size_of(self, picture: Picture, frame_format: FrameFormat) -> Size:
        return size_of(picture, max_width=self._max_width, largest_side=frame_format.largest_side)


def even(size: Size) -> Size:
    """As video codecs have it: their colours are of squares of four pixels."""
    return max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)
