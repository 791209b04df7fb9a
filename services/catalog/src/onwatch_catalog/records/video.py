"""The record of a video and its form in the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from onwatch_contracts.http import Analysis, CalibrateCoordinates, Video, VideoFileInfo, VideoStatus
from onwatch_contracts.values import Anchor, EngineChoice


@dataclass(frozen=True)
class StoredVideo:
    """A video as the catalog stores it."""

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
    """When the event behind the status happened, by the clock of its publisher."""
    status_reason: str | None = None
    run_id: str | None = None
    """The newest run known."""
    epoch: int = 0
    """The newest epoch known. Epochs only grow, so a message of a lower one is stale."""
    finished_run_id: str | None = None
    anchor: Anchor = Anchor.BOTTOM_CENTER
    engine: EngineChoice = EngineChoice.AUTO
    roi: tuple[tuple[float, float], ...] | None = None
    calibration: CalibrateCoordinates | None = None
    analysis_requested_at: datetime | None = None
    codec: str | None = None
    """None, as no notes: uploaded to a version that did not record it."""
    is_counted: bool = False
    """The file has no usable timestamps: times come from counting pictures at `fps`."""
    is_rate_assumed: bool = False
    recorded_fps: float | None = None
    """The rate that was set, for a file whose pictures are counted."""
    notes: tuple[str, ...] = ()
    """What is odd about the file, for a person."""
    folder_id: str | None = None


@dataclass(frozen=True)
class AnalysisRequest:
    """A pending request to process a video to its end."""

    video_id: str
    requested_at: datetime


def as_http(video: StoredVideo) -> Video:
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


def file_as_http(video: StoredVideo) -> VideoFileInfo:
    return VideoFileInfo(
        container=PurePosixPath(video.file_path).suffix.removeprefix("."),
        media_type=video.media_type,
        codec=video.codec,
        width=video.width,
        height=video.height,
        fps=video.fps,
        duration_s=video.duration_s,
        is_counted=video.is_counted,
        is_rate_assumed=video.is_rate_assumed,
        recorded_fps=video.recorded_fps,
        notes=video.notes,
    )
