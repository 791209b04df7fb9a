"""Accepted formats only are opened, and one rule chooses the stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from onwatch_media import NotOpened, NoVideoStream, VideoFile
from onwatch_media.container import chosen_stream

Write = Callable[..., Path]


def test_the_stream_is_the_marked_one_else_the_largest_and_never_a_cover():
    class Stream:
        def __init__(self, width: int, mark: av.stream.Disposition) -> None:
            self.disposition = mark
            self.codec_context = type("Codec", (), {"width": width, "height": width})

    none, default = av.stream.Disposition(0), av.stream.Disposition.default
    small, large = Stream(10, none), Stream(20, none)
    marked, cover = Stream(5, default), Stream(99, av.stream.Disposition.attached_pic | default)
    assert chosen_stream([small, large]) is large
    assert chosen_stream([small, marked, large]) is marked
    assert chosen_stream([cover, small]) is small
    assert chosen_stream([cover]) is None


def test_a_file_that_is_no_video_is_refused(tmp_path: Path):
    text = tmp_path / "a.mp4"
    text.write_text("no video")
    with pytest.raises(NotOpened):
        VideoFile(text)


def test_a_playlist_opens_no_other_file(write_clip: Write, tmp_path: Path):
    clip = write_clip("a.ts")
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{clip}\n#EXT-X-ENDLIST\n")
    with pytest.raises(NotOpened):
        VideoFile(playlist)


def test_sound_alone_has_no_pictures(tmp_path: Path):
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(NoVideoStream, match="audio"):
        VideoFile(path)
