"""The rate at which a file without timestamps was recorded: pure rules."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from onwatch_catalog.errors import InvalidRecordedFps
from onwatch_catalog.records import StoredVideo
from onwatch_contracts.http import RecordedFps
from onwatch_media import Inspection

RATE: TypeAdapter[float] = TypeAdapter(RecordedFps)


def parsed_rate(text: str | None) -> float | None:
    """The field `recorded_fps` of a form; an empty one is not given. `InvalidRecordedFps` for anything else."""
    if text is None or not text.strip():
        return None
    try:
        return RATE.validate_python(text.strip())
    except ValidationError as error:
        raise InvalidRecordedFps(text) from error


def with_rate(video: StoredVideo, found: Inspection, recorded_fps: float | None) -> StoredVideo:
    """The video after an inspection of its file at this rate. Only what depends on the rate changes."""
    return replace(
        video,
        duration_s=found.duration_s,
        fps=found.fps,
        is_counted=found.is_counted,
        is_rate_assumed=found.is_rate_assumed,
        recorded_fps=recorded_fps,
        notes=found.notes,
    )
