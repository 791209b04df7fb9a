"""The accepted container formats: their file extensions and media types, and how to recognise one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContainerFormat:
    extension: str
    media_type: str


# By the demuxer that FFmpeg chooses from the content, never from the file's name. Any other is refused: some demuxers
# (playlists, image sequences, concatenation scripts) would open other files or addresses named inside.
FORMATS = {
    "mov,mp4,m4a,3gp,3g2,mj2": ContainerFormat("mp4", "video/mp4"),
    "matroska,webm": ContainerFormat("mkv", "video/x-matroska"),
    "avi": ContainerFormat("avi", "video/x-msvideo"),
    "mpegts": ContainerFormat("ts", "video/mp2t"),
    "mpeg": ContainerFormat("mpg", "video/mpeg"),
    "flv": ContainerFormat("flv", "video/x-flv"),
    "asf": ContainerFormat("wmv", "video/x-ms-wmv"),
    "ogg": ContainerFormat("ogv", "video/ogg"),
}
WEBM = ContainerFormat("webm", "video/webm")
WEBM_CODECS = frozenset({"vp8", "vp9", "av1"})

# Opened only to report that they have no video stream.
AUDIO = ("mp3", "wav", "flac", "aac")

DEMUXERS = ",".join((*FORMATS, *AUDIO))

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"})


def format_of(demuxer: str, codec: str) -> ContainerFormat:
    """The container format for the name of a demuxer and the codec of the video stream."""
    if demuxer == "matroska,webm" and codec in WEBM_CODECS:
        return WEBM
    return FORMATS[demuxer]


def name_from_signature(head: bytes) -> str | None:
    """The name of the container format that a file's first 12 bytes belong to; None for anything else."""
    if head[4:8] in _MP4_BOXES:
        return "MP4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "Matroska"
    return None
