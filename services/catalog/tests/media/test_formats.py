from __future__ import annotations

import pytest

from onwatch_catalog.media.formats import DEMUXERS, format_of, name_from_signature


@pytest.mark.parametrize(
    ("demuxer", "codec", "extension"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", "h264", "mp4"),
        ("matroska,webm", "h264", "mkv"),
        ("matroska,webm", "vp9", "webm"),
        ("avi", "mpeg4", "avi"),
    ],
)
def test_the_extension_follows_the_content(demuxer: str, codec: str, extension: str) -> None:
    assert format_of(demuxer, codec).extension == extension


@pytest.mark.parametrize("demuxer", ["hls", "concat", "image2", "lavfi", "dash"])
def test_formats_that_refer_to_other_files_are_not_accepted(demuxer: str) -> None:
    assert demuxer not in DEMUXERS.split(",")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x20ftypisom", "MP4"),
        (b"RIFF\0\0\0\0AVI ", "AVI"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"\x1aE\xdf\xa3\0\0\0\0\0\0\0\0", "Matroska"),
        (b"Dear reader,", None),
        (b"", None),
    ],
)
def test_a_format_is_recognised_by_its_first_bytes(head: bytes, name: str | None) -> None:
    assert name_from_signature(head) == name
