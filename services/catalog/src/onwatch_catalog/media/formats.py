"""The containers that are taken: what each is called in a file name and in HTTP, and how one begins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Container:
    extension: str
    media_type: str


# By the demuxer that FFmpeg finds from the content, never from the file's name. Anything else is refused: some
# demuxers (playlists, image sequences, concatenation scripts) would open other files or addresses named inside.
CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": Container("mp4", "video/mp4"),
    "matroska,webm": Container("mkv", "video/x-matroska"),
    "avi": Container("avi", "video/x-msvideo"),
    "mpegts": Container("ts", "video/mp2t"),
    "mpeg": Container("mpg", "video/mpeg"),
    "flv": Container("flv", "video/x-flv"),
    "asf": Container("wmv", "video/x-ms-wmv"),
    "ogg": Container("ogv", "video/ogg"),
}
WEBM = Container("webm", "video/webm")
WEBM_CODECS = frozenset({"vp8", "vp9", "av1"})

# Opened only to say that there are no pictures in them.
SOUND = ("mp3", "wav", "flac", "aac")

DEMUXERS = ",".join((*CONTAINERS, *SOUND))

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"})


def container_of(demuxer: str, codec: str) -> Container:
    """The container for a demuxer's name and the codec of the pictures inside."""
    if demuxer == "matroska,webm" and codec in WEBM_CODECS:
        return WEBM
    return CONTAINERS[demuxer]


def looks_like(head: bytes) -> str | None:
    """The video container that a file's first 12 bytes belong to, by name; None for anything else."""
    if head[4:8] in _MP4_BOXES:
        return "MP4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "Matroska"
    return None
