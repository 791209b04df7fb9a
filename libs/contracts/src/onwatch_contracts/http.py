"""The models of the HTTP APIs. Errors are RFC 9457 problem documents (`application/problem+json`)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from onwatch_contracts.values import (
    Anchor,
    Checkpoint,
    Coverage,
    EngineChoice,
    ExitReason,
    Point,
    Polygon,
    RunId,
    RunSettings,
    Seconds,
    Timestamp,
    Totals,
    Value,
    VehicleType,
    VideoId,
)

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(Value):
    """RFC 9457: what went wrong, with which id, and what was expected."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    """Stable identifier of the kind of failure, for programs."""
    instance: str | None = None


# --- catalog -------------------------------------------------------------------------------------


class VideoStatus(StrEnum):
    READY = "ready"
    STREAMING = "streaming"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"


class CalibrateCoordinates(Value):
    """Four image points on the road, in order around a quadrilateral, and the lengths of its four sides in metres.

    `side_lengths_m[i]` is the distance from `image_points[i]` to the next point (the last side closes it).
    """

    image_points: tuple[Point, Point, Point, Point]
    side_lengths_m: tuple[
        Annotated[float, Field(gt=0, le=10_000)],
        Annotated[float, Field(gt=0, le=10_000)],
        Annotated[float, Field(gt=0, le=10_000)],
        Annotated[float, Field(gt=0, le=10_000)],
    ]


class Analysis(Value):
    """A request to process the video to its end without viewers."""

    requested_at: Timestamp


class Video(Value):
    """A video. `roi`, `file_path` and `calibrate_coordinates` are for integrators; the dashboard never shows them."""

    id: VideoId
    name: str
    status: VideoStatus
    status_reason: str | None = None
    duration_s: Seconds
    fps: float
    width: int
    height: int
    size_bytes: int
    created_at: Timestamp
    thumbnail_url: str
    content_url: str
    anchor: Anchor
    engine: EngineChoice
    """How its vehicles are detected from the next run on."""
    analysis: Analysis | None = None
    roi: Polygon | None = None
    """None: the whole frame."""
    file_path: str
    """Relative to the media folder that catalog and detectors share."""
    calibrate_coordinates: CalibrateCoordinates | None = None


class VideoPage(Value):
    """Newest first. `next_cursor` is None on the last page."""

    items: tuple[Video, ...]
    next_cursor: str | None = None


class VideoSort(StrEnum):
    """The order of the list; a minus: descending. Names are compared as people do: without case, numbers by value."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    NAME = "name"
    NAME_DESCENDING = "-name"
    LONGEST = "-duration_s"
    SHORTEST = "duration_s"
    LARGEST = "-size_bytes"
    SMALLEST = "size_bytes"


class VideoCount(Value):
    """How many videos a list has."""

    count: int


class QueuedAnalysis(Value):
    """A requested analysis that has not begun."""

    video_id: str
    position: int
    """1: the next one to begin."""


class AnalysisQueue(Value):
    """The requested analyses that have not begun, the next one first."""

    items: tuple[QueuedAnalysis, ...]


class StorageUsage(Value):
    """How much the files of all videos and unfinished uploads take."""

    used_bytes: int
    limit_bytes: int | None
    """None: the disk alone is the limit."""


class VideoNeighbours(Value):
    """The videos next to one in a list, in the order of the list."""

    before: tuple[Video, ...]
    after: tuple[Video, ...]


VideoName = Annotated[str, Field(min_length=1, max_length=200)]


class VideoPatch(Value):
    """Only the fields present are changed; `roi` and `calibrate_coordinates` may be set to null."""

    name: VideoName | None = None
    roi: Polygon | None = None
    anchor: Anchor | None = None
    engine: EngineChoice | None = None
    calibrate_coordinates: CalibrateCoordinates | None = None


RecordedFps = Annotated[float, Field(ge=0.01, le=1000)]
"""Pictures per second at which a file without timestamps was recorded."""


class VideoFileInfo(Value):
    """What a video's file turned out to be, what is odd about it, and what was done about that."""

    container: str
    """As in the name of a file: `mp4`, `mkv`, `h264`."""
    media_type: str
    codec: str | None
    """Of its pictures, as FFmpeg names it; None if the file was uploaded to a version that did not record it."""
    width: int
    """As shown: turned, with square pixels."""
    height: int
    fps: float
    duration_s: Seconds
    is_counted: bool
    """It has no usable timestamps: times come from counting pictures at `fps`, and `recorded_fps` may be set."""
    is_rate_assumed: bool
    """The file does not say its rate and nobody has set it: `fps`, and with it every time, is assumed."""
    recorded_fps: RecordedFps | None
    """The rate that was set; None: as the file says, or assumed."""
    notes: tuple[str, ...]
    """For a person, in English."""


class VideoFilePatch(Value):
    """The rate from the next run on; null: as the file says, or assumed."""

    recorded_fps: RecordedFps | None


class UploadState(StrEnum):
    RECEIVING = "receiving"
    CHECKING = "checking"
    """Every byte has arrived."""
    FINISHED = "finished"
    """It is the video with this id."""
    REFUSED = "refused"
    """`problem` says why."""


class Upload(Value):
    """A resumable upload, as far as it is."""

    id: VideoId
    """Also of the video that it becomes."""
    name: str
    size_bytes: int
    """Of the whole file."""
    received_bytes: int
    state: UploadState
    expires_at: Timestamp | None
    """When it is deleted, unless more of it arrives; None once it has ended."""
    problem: Problem | None
    """Set if it was refused."""


class DownloadRequest(Value):
    """A video that the catalog is to fetch."""

    url: Annotated[str, Field(min_length=1, max_length=2048)]
    """http or https, of a host that the installation allows."""
    name: str | None = None
    """By default that of the file in the address."""


class DownloadState(StrEnum):
    WAITING = "waiting"
    """For other downloads."""
    RECEIVING = "receiving"
    CHECKING = "checking"
    """Every byte has arrived."""
    FINISHED = "finished"
    FAILED = "failed"
    """`problem` says why; nothing is left of it."""


class Download(Value):
    """The fetching of a video, as far as it is. It ends with its process; the newest that are over are kept."""

    id: VideoId
    """Also of the video that it becomes."""
    state: DownloadState
    name: str
    received_bytes: int
    size_bytes: int | None
    """Of the whole file; None while the server has not said."""
    video_id: VideoId | None
    """Set once it is finished."""
    problem: Problem | None
    """Set if it failed."""


class JoinRequest(Value):
    """Recordings to join into one video wherever they follow one another.

    They are ordered by the times in their files or names; where neither tells, the order given is kept.
    """

    video_ids: Annotated[tuple[VideoId, ...], Field(min_length=2, max_length=1000)]
    delete_originals: bool = False
    """Delete the recordings of a joined video once it is complete."""


class JoinState(StrEnum):
    WAITING = "waiting"
    """For a join in progress."""
    JOINING = "joining"
    FINISHED = "finished"
    FAILED = "failed"
    """`problem` says why; what is in `joined` is complete, everything else is as it was."""


class JoinedRecording(Value):
    """A recording in a joined video."""

    video_id: VideoId
    """Of the recording."""
    name: str
    at_s: Seconds
    """Where it begins in the joined video."""


class JoinedVideo(Value):
    """A new video."""

    video_id: VideoId
    name: str
    recordings: tuple[JoinedRecording, ...]


class Join(Value):
    """The joining of recordings, as far as it is. It ends with its process; the newest that are over are kept."""

    id: VideoId
    state: JoinState
    progress: Annotated[float, Field(ge=0, le=1)]
    """The part of the work that is done."""
    video_ids: tuple[VideoId, ...]
    """Of the recordings, as requested."""
    joined: tuple[JoinedVideo, ...]
    notes: tuple[str, ...]
    """For a person, in English: what the order is from, and which recordings are not joined and why."""
    problem: Problem | None
    """Set if it failed."""


# --- aggregator ----------------------------------------------------------------------------------


class VideoMetrics(Totals):
    """The numbers of a video's newest run. The same shape while it runs (Redis) and afterwards (SQL)."""

    video_id: VideoId
    run_id: RunId | None
    source: Literal["redis", "sql", "none"]
    """Where the numbers come from; `none`: the video was never started."""
    state: Literal["none", "running", "finished"]
    coverage: Coverage
    analysed_fps: float | None
    """Frames analysed per second of video; fewer than the video has if the settings limit them."""
    detector_model: str | None
    suggested_engine: EngineChoice | None
    """Set if the run's model detects almost nothing where there is motion."""
    started_at: Timestamp | None
    finished_at: Timestamp | None


class Vehicle(Value):
    """One visit of a vehicle. `left_at_s`, dwell time and exit reason are None while it is inside."""

    vehicle_id: int
    visit_no: int
    zone_id: str
    vehicle_type: VehicleType
    entered_at_s: Seconds
    left_at_s: Seconds | None
    vehicle_dwell_time_s: Seconds | None
    exit_reason: ExitReason | None
    born_inside: bool


class VehicleList(Value):
    """The visits of one run, ordered by vehicle and visit."""

    video_id: VideoId
    run_id: RunId | None
    source: Literal["redis", "sql", "none"]
    items: tuple[Vehicle, ...]


class Run(Totals):
    """One finished pass over a video."""

    run_id: RunId
    video_id: VideoId
    started_at: Timestamp
    finished_at: Timestamp
    coverage: Coverage
    analysed_fps: float
    """Frames analysed per second of video; fewer than the video has if the settings limit them."""
    settings: RunSettings


class RunList(Value):
    """Newest first."""

    items: tuple[Run, ...]


# --- aggregator, internal ------------------------------------------------------------------------


class ClaimRequest(Value):
    """A worker requests the run of a video.

    `settings` apply only if a new run begins: if there is none to resume, or only one of another detector model.
    """

    worker_id: str
    requested_at: Timestamp
    """When the newest demand for the video began."""
    settings: RunSettings
    discard_run_id: RunId | None = None
    """A run that this worker found unusable: a new one replaces it."""
    also_resumes: tuple[str, ...] = ()
    """Detector models, besides that of `settings`, whose unfinished runs the worker would resume."""


class Claim(Value):
    """The run belongs to the worker until its lease expires. Every batch renews the lease."""

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    next_batch_no: Annotated[int, Field(ge=1)]
    checkpoint: Checkpoint | None
    settings: RunSettings
    lease_s: Annotated[float, Field(gt=0)]


class ClaimRefusal(StrEnum):
    """`code` of the problem document (409) that refuses a claim."""

    LEASED = "run_leased"
    FINISHED = "run_finished"
    FINISHING = "run_finishing"
    DELETED = "video_deleted"
