"""Every message on the bus.

A message's routing key is `<name>.v<version>.<video_id>`. A consumer that knows an older version keeps
reading it, as long as anybody publishes it. `docs/messages.md` is generated from this file.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from onwatch_contracts.values import (
    Checkpoint,
    Count,
    Coverage,
    Moment,
    RunId,
    Seconds,
    Totals,
    Value,
    VideoId,
    ZoneEvent,
)


class Message(Value):
    """One fact or wish, about one video, published once and delivered at least once."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    publisher: ClassVar[str]

    message_id: str
    """Unique; a redelivery has the same again."""
    occurred_at: Moment
    """When it was published, on the publisher's clock."""
    traceparent: str | None = None
    """W3C trace context of the work that published it."""
    video_id: VideoId

    @property
    def routing_key(self) -> str:
        return f"{self.name}.v{self.version}.{self.video_id}"


# --- catalog -------------------------------------------------------------------------------------


class VideoCreatedV1(Message):
    """A video was uploaded, checked and can be watched."""

    name: ClassVar[str] = "video.created"
    publisher: ClassVar[str] = "catalog"


class VideoUpdatedV1(Message):
    """A video's name, region of interest or calibration changed; a run under way keeps its own."""

    name: ClassVar[str] = "video.updated"
    publisher: ClassVar[str] = "catalog"


class VideoDeletedV1(Message):
    """A video is gone; whoever keeps anything of it removes that."""

    name: ClassVar[str] = "video.deleted"
    publisher: ClassVar[str] = "catalog"


# --- demand --------------------------------------------------------------------------------------


class DemandWantedV1(Message):
    """Somebody wants this video processed. Said on 0 to 1 and then every heartbeat while it lasts."""

    name: ClassVar[str] = "demand.wanted"
    publisher: ClassVar[str] = "gateway, catalog"

    source_id: str
    """The gateway, or `catalog` for an analysis request."""
    kind: Literal["viewers", "analysis"]
    viewers: Count
    """Viewers who pressed Start Stream; 0 for an analysis."""
    requested_at: Moment
    """When this demand began: a run that finished later has answered it."""
    expires_at: Moment
    """Without another word until then, the demand is over."""


class DemandReleasedV1(Message):
    """A source wants the video no longer."""

    name: ClassVar[str] = "demand.released"
    publisher: ClassVar[str] = "gateway, catalog"

    source_id: str


# --- detector ------------------------------------------------------------------------------------


class RunStartingV1(Message):
    """A worker is busy getting ready. Said every second, so that a slow start is not taken for a stall."""

    name: ClassVar[str] = "run.starting"
    publisher: ClassVar[str] = "detector"

    worker_id: str
    phase: Literal["claiming", "loading", "seeking"]


class RunStartedV1(Message):
    """A worker holds the run and decodes."""

    name: ClassVar[str] = "run.started"
    publisher: ClassVar[str] = "detector"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    worker_id: str
    resumed: bool
    position_s: Seconds
    detector_model: str


class RunPausedV1(Message):
    """The worker has let the run go; it can be resumed where it stopped."""

    name: ClassVar[str] = "run.paused"
    publisher: ClassVar[str] = "detector"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    position_s: Seconds
    reason: Literal["no_demand", "shutdown", "abandoned"]


class RunFailedV1(Message):
    """The video cannot be processed; a person has to act before another start makes sense."""

    name: ClassVar[str] = "run.failed"
    publisher: ClassVar[str] = "detector"

    run_id: RunId | None
    code: str
    reason: str


class MetricsBatchV1(Message):
    """What happened since the last batch and the state to resume from, in one message."""

    name: ClassVar[str] = "metrics.batch"
    publisher: ClassVar[str] = "detector"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    batch_no: Annotated[int, Field(ge=1)]
    events: tuple[ZoneEvent, ...]
    checkpoint: Checkpoint
    releases: bool = False
    """The worker lets the run go with this batch: the lease ends at once."""
    final: bool = False
    """The video is at its end; every visit is closed."""


# --- aggregator ----------------------------------------------------------------------------------


class MetricsCommittedV1(Message):
    """A batch is in: the live numbers for viewers and, for the worker, proof."""

    name: ClassVar[str] = "metrics.committed"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    batch_no: Annotated[int, Field(ge=1)]
    totals: Totals
    coverage: Coverage


class MetricsRejectedV1(Message):
    """A batch was not applied; its worker must let the run go and claim anew."""

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


class RunLostV1(Message):
    """The lease of a run expired: no worker holds the run, and it can be resumed where it last committed."""

    name: ClassVar[str] = "run.lost"
    publisher: ClassVar[str] = "aggregator"

    run_id: RunId
    epoch: Annotated[int, Field(ge=1)]
    """The epoch whose lease expired."""
    position_s: Seconds
    """Video time up to which the run has committed."""


MESSAGES: tuple[type[Message], ...] = (
    VideoCreatedV1,
    VideoUpdatedV1,
    VideoDeletedV1,
    DemandWantedV1,
    DemandReleasedV1,
    RunStartingV1,
    RunStartedV1,
    RunPausedV1,
    RunFailedV1,
    MetricsBatchV1,
    MetricsCommittedV1,
    MetricsRejectedV1,
    VideoFinishedV1,
    VideoPersistedV1,
    RunLostV1,
)
