"""Formats are known by the demuxer, never by the file's name."""

from __future__ import annotations

from onwatch_media.formats import DEMUXERS, format_by_signature, format_of, other_format_by_signature


def test_a_matroska_file_with_a_web_codec_is_webm():
    webm, mkv = format_of("matroska,webm", "vp9"), format_of("matroska,webm", "h264")
    assert webm is not None
    assert mkv is not None
    assert (webm.extension, mkv.extension) == ("webm", "mkv")


def test_playlists_and_image_sequences_are_not_accepted():
    assert not {"hls", "dash", "concat", "image2", "sdp"} & set(DEMUXERS.split(","))
    assert format_of("hls", "h264") is None


def test_a_format_is_recognised_by_its_first_bytes():
    assert format_by_signature(b"\0\0\0\x20ftypisom") == "MP4"
    assert format_by_signature(b"RIFF\0\0\0\0AVI ") == "AVI"
    assert format_by_signature(b"\x1aE\xdf\xa3" + bytes(8)) == "Matroska"
    assert format_by_signature(b"plain text..") is None


def test_what_is_known_and_not_accepted_is_named():
    assert other_format_by_signature(b"GIF89a......") == "a GIF"
    assert other_format_by_signature(b"\0\0\0\x20ftypisom") is None
