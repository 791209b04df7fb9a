"""What a video is, how it is named and how it may be edited. Rules without I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from onwatch_catalog.errors import InvalidCalibration, InvalidName, InvalidPatch, InvalidRoi
from onwatch_catalog.videos.calibration import calibration_flaw
from onwatch_contracts.http import Analysis, CalibrateCoordinates, Video, VideoPatch, VideoStatus
from onwatch_contracts.values import Anchor, EngineChoice
from onwatch_geometry import polygon_flaw

MAX_NAME_CHARS = 200
UNNAMED = "Untitled"


@dataclass(frozen=True)
class StoredVideo:
    """A video as the catalog keeps it."""

    id: str
    name: str
    media_type: str
    file_path: str
    """Relative to the media folder."""
    duration_s: float
    fps: float
    width: int
    height: int
    size_bytes: int
    created_at: datetime
    status: VideoStatus
    status_at: datetime
    """When what the status says happened, by the clock of whoever said it."""
    status_reason: str | None = None
    run_id: str | None = None
    """The newest run heard of."""
    epoch: int = 0
    """The newest epoch heard of: it only ever grows, so what an older one says is old news."""
    finished_run_id: str | None = None
    anchor: Anchor = Anchor.BOTTOM_CENTER
    engine: EngineChoice = EngineChoice.AUTO
    roi: tuple[tuple[float, float], ...] | None = None
    calibration: CalibrateCoordinates | None = None
    analysis_requested_at: datetime | None = None


def as_http(video: StoredVideo) -> Video:
    """The video as the API shows it."""
    requested_at = video.analysis_requested_at
    return Video(
        id=video.id,
        name=video.name,
        status=video.status,
        status_reason=video.status_reason,
        duration_s=video.duration_s,
        fps=video.fps,
        width=video.width,
        height=video.height,
        size_bytes=video.size_bytes,
        created_at=video.created_at,
        thumbnail_url=f"/api/videos/{video.id}/thumbnail",
        content_url=f"/api/videos/{video.id}/content",
        anchor=video.anchor,
        engine=video.engine,
        analysis=Analysis(requested_at=requested_at) if requested_at else None,
        roi=video.roi,
        file_path=video.file_path,
        calibrate_coordinates=video.calibration,
    )


def checked_name(name: str) -> str:
    """The name without spaces around it; `InvalidName` when nothing is left or it is too long."""
    stripped = name.strip()
    if not stripped:
        raise InvalidName("is empty")
    if "\0" in stripped:
        raise InvalidName("has a null character")  # PostgreSQL cannot keep it
    if len(stripped) > MAX_NAME_CHARS:
        raise InvalidName(f"has {len(stripped)} characters")
    return stripped


def name_from_file(filename: str) -> str:
    """A name for a video that was given none: its file's, without folders and unprintable characters."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    printable = "".join(char for char in last if char.isprintable()).strip()
    return printable[:MAX_NAME_CHARS].strip() or UNNAMED


def patched(video: StoredVideo, patch: VideoPatch) -> StoredVideo:
    """The video with the fields that are present in the patch; a problem error names what cannot be."""
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
