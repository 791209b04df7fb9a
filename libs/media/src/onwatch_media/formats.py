"""Which container formats are accepted: by the demuxer that FFmpeg finds from the content, never by the file's name.

Anything else is refused: some demuxers (playlists, image sequences, concatenation scripts) would open other files or
addresses named inside.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContainerFormat:
    """What a container is called in a file name and in HTTP."""

    extension: str
    media_type: str
    is_raw: bool = False
    """A bare stream of a codec: it has no timestamps, and its rate is assumed unless the codec says one."""


FORMATS = {
    "mov,mp4,m4a,3gp,3g2,mj2": ContainerFormat("mp4", "video/mp4"),
    "matroska,webm": ContainerFormat("mkv", "video/x-matroska"),
    "avi": ContainerFormat("avi", "video/x-msvideo"),
    "mpegts": ContainerFormat("ts", "video/mp2t"),
    "mpeg": ContainerFormat("mpg", "video/mpeg"),
    "flv": ContainerFormat("flv", "video/x-flv"),
    "asf": ContainerFormat("wmv", "video/x-ms-wmv"),
    "ogg": ContainerFormat("ogv", "video/ogg"),
    "h264": ContainerFormat("h264", "video/h264", is_raw=True),
    "hevc": ContainerFormat("h265", "video/h265", is_raw=True),
    "mjpeg": ContainerFormat("mjpeg", "video/x-motion-jpeg", is_raw=True),
    "mpegvideo": ContainerFormat("m2v", "video/mpeg", is_raw=True),
    "m4v": ContainerFormat("m4v", "video/mp4v-es", is_raw=True),
    "obu": ContainerFormat("obu", "video/av1", is_raw=True),
    "ivf": ContainerFormat("ivf", "video/x-ivf"),
    "dhav": ContainerFormat("dav", "video/x-dhav"),
    "mxf": ContainerFormat("mxf", "application/mxf"),
    "dv": ContainerFormat("dv", "video/dv"),
    "wtv": ContainerFormat("wtv", "video/x-ms-wtv"),
}
WEBM = ContainerFormat("webm", "video/webm")
WEBM_CODECS = frozenset({"vp8", "vp9", "av1"})

# Opened only to say that there are no pictures in them.
SOUND = ("mp3", "wav", "flac", "aac")

DEMUXERS = ",".join((*FORMATS, *SOUND))

_OTHER = {
    b"GIF8": "a GIF",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"YUV4": "uncompressed YUV4MPEG video",
    b".RMF": "RealMedia",
    b"nut/": "NUT",
    b"#EXTM3U": "a playlist",
}
"""Known beginnings of what is not accepted."""

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"})


def format_of(demuxer: str, codec: str) -> ContainerFormat | None:
    """The format for a demuxer's name and the codec of the pictures inside; None: not accepted."""
    if demuxer == "matroska,webm" and codec in WEBM_CODECS:
        return WEBM
    return FORMATS.get(demuxer)


def format_by_signature(head: bytes) -> str | None:
    """The container that a file's first 12 bytes belong to, by name; None for anything else."""
    if head[4:8] in _MP4_BOXES:
        return "MP4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "Matroska"
    return None


def other_format_by_signature(head: bytes) -> str | None:
    """What a file that is not accepted is, with its article; None where that is not known."""
    return next((name for signature, name in _OTHER.items() if head.startswith(signature)), None)
