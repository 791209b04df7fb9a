"""The file to count, and whether a browser can play it directly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from onwatch.roi import Points
from onwatch_catalog.errors import InvalidRoi
from onwatch_catalog.media import problem_of
from onwatch_contracts.http import VideoPatch
from onwatch_contracts.values import Polygon
from onwatch_geometry import polygon_flaw
from onwatch_media import Inspection, VideoFile, VideoUnusable, inspect

# Codecs that every current browser plays, by container format; Chromium as built by distributions included.
CODECS = {"mp4": frozenset({"h264", "av1", "vp9"}), "webm": frozenset({"vp8", "vp9", "av1"})}
PIXEL_FORMATS = frozenset({"yuv420p", "yuvj420p"})
MAX_START_S = 0.1  # of the first frame: the browser's clock starts before it, and marks would be that late


@dataclass(frozen=True)
class Clip:
    path: Path
    probe: Inspection
    roi: Polygon | None
    obstacle: str | None
    """Why a browser cannot play the file directly; None when it can."""


def open_clip(path: Path, roi: Points | None) -> Clip:
    """Check file and region as the catalog does; raises the catalog's `ProblemError`. Blocks."""
    try:
        found = inspect(path)
    except VideoUnusable as error:
        raise problem_of(error) from error
    return Clip(path, found, checked_roi(roi), _obstacle(path, found))


def checked_roi(points: Points | None) -> Polygon | None:
    """The region, if the catalog accepts it. Raises `InvalidRoi`."""
    if points is None:
        return None
    try:
        VideoPatch(roi=points)
    except ValidationError:
        raise InvalidRoi(f"it has {len(points)} points; expected 3 to 64, with numbers from 0 to 1") from None
    if flaw := polygon_flaw(points):
        raise InvalidRoi(flaw)
    return points


def _obstacle(path: Path, found: Inspection) -> str | None:
    extension = found.format.extension
    with VideoFile(path) as video:
        codec, pixels = video.stream.codec_context.name, video.stream.codec_context.pix_fmt
        begins_s = float((video.stream.start_time or 0) * video.time_base)
        is_steady = video.clock.is_sound
    if extension not in CODECS:
        return f"browsers do not play {extension.upper()} files"
    if codec not in CODECS[extension]:
        return f"browsers do not play {codec} in {extension.upper()} files"
    if pixels not in PIXEL_FORMATS:
        return f"not every browser plays {codec} in the pixel format {pixels}"
    if not is_steady:
        return "its clock jumps, and a browser would follow it"
    if begins_s > MAX_START_S:
        return f"its first frame is {begins_s:.2f} s after the start of its clock"
    return None
