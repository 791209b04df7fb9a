"""Every message on the bus.

A message's routing key is `<name>.v<version>.<video_id>`. An older version is consumed as long as anything publishes
it. `docs/messages.md` is generated from this file.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from onwatch_contracts.alerts import AlertKind, ClearReason
from onwatch_contracts.frame_formats import WantedFrames
from onwatch_contracts.site import ItemId, Site, SiteCounts
from onwatch_contracts.values import (
    Checkpoint,
    Count,
    Coverage,
    RunId,
    Seconds,
    Timestamp,
    Totals,
    Value,
    VideoId,
    ZoneEvent,
)


class Message(Value):
    """One event or request about one video, delivered at least once."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    publisher: ClassVar[str]

    message_id: str
    """Unique; a redelivery has the same id."""
    occurred_at: Timestamp
    """When it was published, by the publisher's clock."""
    traceparent: str | None = None
    """W3C trace context of the work that published it."""
    video_id: VideoId

    @property
    def routing_key(self) -> str:
        return f"{self.name}.v{self.version}.{self.video_id}"


# --- catalog -------------------------------------------------------------------------------------


class VideoCreatedV1(Message):
    """A video was uploaded and checked, and can be watched."""

    name: ClassVar[str] = "video.created"
    publisher: ClassVar[str] = "catalog"


class VideoUpdatedV1(Message):
    """A video's name, region of interest or calibration changed; a run in progress keeps its own."""

    name: ClassVar[str] = "video.updated"
    publisher: ClassVar[str] = "catalog"


class VideoDeletedV1(Message):
    """A video was deleted; every service removes what it stores of it."""

    name: ClassVar[str] = "video.deleted"
    publisher: ClassVar[str] = "catalog"


class SiteChangedV1(Message):
    """What is counted in a video changed. A run in progress keeps its own; finished results are counted again."""

    name: ClassVar[str] = "site.changed"
    publisher: ClassVar[str] = "catalog"

    revision: Annotated[int, Field(ge=1)]
    """Grows with every change; a message of a lower one is stale."""
    site: Site


# --- demand --------------------------------------------------------------------------------------


class DemandWantedV1(Message):
    """A source requests that the video is processed. Published when its demand begins, then at every heartbeat."""

    name: ClassVar[str] = "demand.wanted"
    publisher: ClassVar[str] = "gateway, catalog"

    source_id: str
    """The gateway, or `catalog` for an analysis request."""
    kind: Literal["viewers", "analysis"]
    viewers: Count
    """Viewers who pressed Start Stream; 0 for an analysis."""
    requested_at: Timestamp
    """When this demand began: a run that finished later has satisfied it."""
    expires_at: Timestamp
    """The demand ends then, unless it is published again."""


class DemandReleasedV1(Message):
    """A source no longer requests the video."""

    name: ClassVar[str] = "demand.released"
    publisher: ClassVar[str] = "gateway, catalog"

    source_id: str


class FramesWantedV1(Message):
    """Which frames a gateway's viewers can show. Published at each change, as a run starts, and at every heartbeat.

    A gateway of an earlier release does not publish it, and gets frames in the default format.
    """

    name: ClassVar[str] = "frames.wanted"
    publisher: ClassVar[str] = "gateway"

    source_id: str
    """The gateway, as in its demand."""
    formats: tuple[WantedFrames, ...]
    """Empty: it has no viewers of the video any more."""
    expires_at: Timestamp
    """Without a repetition, nothing is wanted from then on."""


# --- detector ------------------------------------------------------------------------------------


class RunStartingV1(Message):
    """A worker is preparing the run. Published every second, so that a slow start is not mistaken for a stall."""

    name: ClassVar[str] = "run.starting"
    publisher: ClassVar[str] = "detector"

    worker_id: str
    phase: Literal["claiming", "loading", "seeking"]


class RunStartedV1(Message):
    """A worker has claimed the run and is decoding."""

    name: ClassVar[str] = "run.started"
    publisher: ClassVar[str] = "detector"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    worker_id: str
    resumed: bool
    position_s: Seconds
    detector_model: str


class RunPausedV1(Message):
    """The worker released the run; it can be resumed where it stopped."""

    name: ClassVar[str] = "run.paused"
    publisher: ClassVar[str] = "detector"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    position_s: Seconds
    reason: Literal["no_demand", "shutdown", "abandoned"]


class RunFailedV1(Message):
    """The video cannot be processed, and another attempt fails too until a person has fixed the cause."""

    name: ClassVar[str] = "run.failed"
    publisher: ClassVar[str] = "detector"

    run_id: RunId | None
    code: str
    reason: str


class DetectorSlotsV1(Message):
    """How many runs a detector may hold. About no video: `video_id` is the id of the detector.

    Published at every heartbeat, so that the slots of all detectors are known, and with none when it stops.
    """

    name: ClassVar[str] = "detector.slots"
    publisher: ClassVar[str] = "detector"

    slots: Count
    expires_at: Timestamp
    """The detector is gone then, unless it is published again."""


class MetricsBatchV1(Message):
    """The zone events since the last batch and the checkpoint to resume from, in one message."""

    name: ClassVar[str] = "metrics.batch"
    publisher: ClassVar[str] = "detector"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    batch_no: Annotated[int, Field(ge=1)]
    events: tuple[ZoneEvent, ...]
    checkpoint: Checkpoint
    releases: bool = False
    """The worker releases the run with this batch: the lease ends at once."""
    final: bool = False
    """The video has ended; every visit is closed."""


class MetricsBatchV2(MetricsBatchV1):
    """As version 1, with the detections from which every zone and gate can be counted again."""

    version: ClassVar[int] = 2

    detections: str = ""
    """The detections log of the analysed pictures since the last batch: packed, then base64. Empty: no pictures."""
    site_counts: SiteCounts | None = None
    """The numbers of zones and gates after this batch; None if nothing but the region of interest is counted."""


# --- aggregator ----------------------------------------------------------------------------------


class MetricsCommittedV1(Message):
    """A batch is committed: live numbers for viewers, and the acknowledgement for the worker."""

    name: ClassVar[str] = "metrics.committed"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    batch_no: Annotated[int, Field(ge=1)]
    totals: Totals
    coverage: Coverage


class CountsCommittedV1(Message):
    """The numbers of zones and gates after a committed batch; published if there are any."""

    name: ClassVar[str] = "counts.committed"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    batch_no: Annotated[int, Field(ge=1)]
    counts: SiteCounts


class MetricsRejectedV1(Message):
    """A batch was not applied; its worker must release the run and claim it again."""

    name: ClassVar[str] = "metrics.rejected"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    batch_no: Annotated[int, Field(ge=1)]
    reason: Literal["unknown_run", "stale_epoch", "gap"]


class VideoFinishedV1(Message):
    """The final batch of a run is committed; its results are ready to move to SQL."""

    name: ClassVar[str] = "video.finished"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId


class VideoPersistedV1(Message):
    """The results of a run are in SQL."""

    name: ClassVar[str] = "video.persisted"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    totals: Totals
    coverage: Coverage


class RecountRequestedV1(Message):
    """The zones and gates of a finished run are to be counted again, from its detections log."""

    name: ClassVar[str] = "recount.requested"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    revision: Count
    """Of the site to count with; 0: the site was never changed, and the run's region of interest is counted."""


class RecountFinishedV1(Message):
    """The results of zones and gates in SQL are those of this run and this revision of the site."""

    name: ClassVar[str] = "recount.finished"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    revision: Count


class RunLostV1(Message):
    """The lease of a run expired: no worker holds the run, and it can be resumed where it last committed."""

    name: ClassVar[str] = "run.lost"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    """The epoch whose lease expired."""
    position_s: Seconds
    """Video time up to which the run has committed."""


class AlertChangedV1(Message):
    """A rule of a video raised an alert, or an alert is over. A repeat has the same `alert_id` and `change`."""

    name: ClassVar[str] = "alert.changed"
    publisher: ClassVar[str] = "aggregator"

    alert_id: ItemId
    """The same when it is raised and when it is cleared."""
    change: Literal["raised", "cleared"]
    run_id: RunId
    rule_id: ItemId
    rule_name: str
    kind: AlertKind
    """Of the rule."""
    zone_id: ItemId | None
    gate_id: ItemId | None
    """What the rule is about; neither: the whole picture."""
    place_name: str | None
    """Of the zone or gate."""
    raised_at_s: Seconds
    at_s: Seconds
    """When it was raised, or cleared; both of video time."""
    value: float
    """Vehicles or seconds: when it was raised, or the largest until it was cleared."""
    clear_reason: ClearReason | None
    """Null: it was raised."""
    link: str
    """The page that shows the moment when it was raised: a path of this installation."""


class RulesChangedV1(Message):
    """Rules of a video's alerts were added, changed or deleted; the aggregator answers which there are now."""

    name: ClassVar[str] = "rules.changed"
    publisher: ClassVar[str] = "aggregator"


MESSAGES: tuple[type[Message], ...] = (
    VideoCreatedV1,
    VideoUpdatedV1,
    VideoDeletedV1,
    SiteChangedV1,
    DemandWantedV1,
    DemandReleasedV1,
    FramesWantedV1,
    RunStartingV1,
    RunStartedV1,
    RunPausedV1,
    RunFailedV1,
    DetectorSlotsV1,
    MetricsBatchV1,
    MetricsBatchV2,
    MetricsCommittedV1,
    CountsCommittedV1,
    MetricsRejectedV1,
    VideoFinishedV1,
    VideoPersistedV1,
    RecountRequestedV1,
    RecountFinishedV1,
    RunLostV1,
    AlertChangedV1,
    RulesChangedV1,
)
