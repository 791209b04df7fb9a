"""Frames of a video codec, as a detector sends them; their pictures are none."""

from __future__ import annotations

from onwatch_contracts.channel import VideoFrameHeader, encode_frame


def video_frame(sequence: int, *, is_key: bool = False, stream_id: str = "stream", video_id: str = "a") -> bytes:
    """A binary frame; the frame number is that of the sequence."""
    header = VideoFrameHeader(
        video_id=video_id,
        run_id="run",
        frame_number=sequence,
        timestamp_s=sequence / 25,
        codec="vp8",
        stream_id=stream_id,
        sequence=sequence,
        is_key=is_key,
    )
    return encode_frame(header, b"picture %d" % sequence)
