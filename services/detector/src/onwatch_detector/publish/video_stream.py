"""A stream of one video codec: each picture is encoded as what has changed since the one before it."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
from av.video.frame import PictureType

from onwatch_contracts.channel import FrameHeader, VideoFrameHeader, encode_frame
from onwatch_detector.detections import Picture

Size = tuple[int, int]
"""Width and height in pixels."""

ENCODERS = {"vp8": "libvpx"}
"""Of FFmpeg, for the codecs of this release."""

KEY_FRAME_INTERVAL_S = 0.9
"""A viewer that lost a frame has a picture again within a second."""

QUANTIZER = 20
"""0 to 63, the best first.

As good as a JPEG of quality 80 on a real street, elsewhere 0.8 to 4.4 dB below it, where the JPEG is good
(docs/performance.md).
"""

RATE_BITS = 50_000_000  # libvpx needs one; with a fixed quantizer it decides nothing
OPTIONS = {
    "deadline": "realtime",
    "lag-in-frames": "0",
    # A negative speed is fixed: a positive one follows the load of the machine, and with it the pictures.
    "cpu-used": "-8",
}


class NotEncoded(Exception):
    """The encoder failed, or gave no frame for a picture."""


class VideoStream:
    """The frames of one codec and size. Times are of the worker's monotonic clock. One thread at a time."""

    def __init__(self, stream_id: str, codec: str, size: Size, quantizer: int = QUANTIZER) -> None:
        """An even width and height. `NotEncoded` if there is no such encoder."""
        self._stream_id = stream_id
        self._codec = codec
        self._sequence = 0
        self._key_due_s = 0.0
        try:
            self._context = _opened(ENCODERS[codec], size, quantizer)
        except (av.FFmpegError, ValueError) as error:
            raise NotEncoded(f"{codec} in {size[0]}x{size[1]}: {error}") from error

    def encode(self, header: FrameHeader, picture: Picture, now_s: float) -> bytes:
        """A binary frame of the picture, which has the size of the stream; a key frame where one is due."""
        data, is_key = self._encoded(picture, is_key_due=self._sequence == 0 or now_s >= self._key_due_s)
        if is_key:
            self._key_due_s = now_s + KEY_FRAME_INTERVAL_S
        own = VideoFrameHeader(
            **dict(header), codec=self._codec, stream_id=self._stream_id, sequence=self._sequence, is_key=is_key
        )
        self._sequence += 1
        return encode_frame(own, data)

    def _encoded(self, picture: Picture, *, is_key_due: bool) -> tuple[bytes, bool]:
        frame = av.VideoFrame.from_ndarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), "yuv420p")
        frame.pts, frame.time_base = self._sequence, self._context.time_base
        if is_key_due:
            frame.pict_type = PictureType.I
        try:
            (packet,) = self._context.encode(frame)
        except (av.FFmpegError, ValueError) as error:
            raise NotEncoded(f"{self._codec}, frame {self._sequence}: {error}") from error
        return bytes(packet), packet.is_keyframe


def _opened(encoder: str, size: Size, quantizer: int) -> av.VideoCodecContext:
    context = av.CodecContext.create(encoder, "w")
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, 30)
    context.bit_rate = RATE_BITS
    context.gop_size = 1_000_000  # key frames are requested
    context.thread_count = 1
    context.options = OPTIONS | dict.fromkeys(("qmin", "qmax", "crf"), str(quantizer))
    context.open()
    return context
