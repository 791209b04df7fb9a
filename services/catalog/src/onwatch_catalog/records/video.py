"""The record of a video and its form in the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onwatch_contracts.http import Analysis, CalibrateCoordinates, Video, VideoStatus
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
