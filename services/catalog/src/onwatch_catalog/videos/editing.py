"""Names and edits of videos: pure rules."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from onwatch_catalog.errors import InvalidCalibration, InvalidName, InvalidPatch, InvalidRoi
from onwatch_catalog.records import StoredVideo
from onwatch_catalog.videos.calibration import calibration_flaw
from onwatch_contracts.http import VideoPatch
from onwatch_geometry import polygon_flaw

MAX_NAME_CHARS = 200
UNNAMED = "Untitled"


def printable(text: str) -> str:
    """The text on one line, without surrounding spaces.

    Control and format characters are removed: line breaks, terminal escapes, null (which PostgreSQL cannot store), and
    marks of the writing direction, which make a name look like another one. Every kind of space becomes a plain one.
    """
    spaced = (" " if unicodedata.category(char) == "Zs" else char for char in text)
    return "".join(char for char in spaced if char.isprintable()).strip()


def checked_name(name: str) -> str:
    """The printable name; `InvalidName` when it is empty or too long."""
    cleaned = printable(name)
    if not cleaned:
        raise InvalidName("is empty")
    if len(cleaned) > MAX_NAME_CHARS:
        raise InvalidName(f"has {len(cleaned)} characters")
    return cleaned


def name_from_file(filename: str) -> str:
    """The name of a video that was given none: its printable filename without folders."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return printable(last)[:MAX_NAME_CHARS].strip() or UNNAMED


def patched(video: StoredVideo, patch: VideoPatch) -> StoredVideo:
    """The video with the fields that are present in the patch; a problem error names an invalid one."""
    given = patch.model_fields_set
    for field in given & {"name", "anchor", "engine"}:
        if getattr(patch, field) is None:
            raise InvalidPatch(field)
    _check_shapes(patch)
    return replace(
        video,
        name=checked_name(patch.name) if patch.name is not None else video.name,
        anchor=patch.anchor if patch.anchor is not None else video.anchor,
        engine=patch.engine if patch.engine is not None else video.engine,
        roi=patch.roi if "roi" in given else video.roi,
        calibration=patch.calibrate_coordinates if "calibrate_coordinates" in given else video.calibration,
    )


def _check_shapes(patch: VideoPatch) -> None:
    if patch.roi is not None and (flaw := polygon_flaw(patch.roi)):
        raise InvalidRoi(flaw)
    if patch.calibrate_coordinates is not None and (flaw := calibration_flaw(patch.calibrate_coordinates)):
        raise InvalidCalibration(flaw)
