"""How the status of a video follows the events of its runs: pure rules.

Messages come from several processes, late, repeated or reordered. Each rule returns the video unchanged when the
message is stale.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from onwatch_catalog.records import StoredVideo
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import RunFailedV1, RunLostV1, RunPausedV1, RunStartedV1, VideoPersistedV1

LOST = "Its detector was lost. The run resumes from the last commit."


def after_started(video: StoredVideo, message: RunStartedV1) -> StoredVideo:
    """A worker decodes. An epoch starts once, and every other message of it describes a later event."""
    if message.run_id == video.finished_run_id or message.epoch <= video.epoch:
        return video
    return _in_run(video, VideoStatus.STREAMING, message)


def after_paused(video: StoredVideo, message: RunPausedV1) -> StoredVideo:
    """A worker released the run. A failure of the same epoch stays visible."""
    if _is_stale(video, message) or _is_in_epoch(video, VideoStatus.FAILED, message):
        return video
    return _in_run(video, VideoStatus.PAUSED, message)


def after_lost(video: StoredVideo, message: RunLostV1) -> StoredVideo:
    """The lease of the run expired. Its epoch is fenced: only a `run.started` of a higher one resumes the run.

    A failure of the same epoch stays visible, and so does a pause: its worker released the run in order.
    """
    is_ended = _is_in_epoch(video, VideoStatus.FAILED, message) or _is_in_epoch(video, VideoStatus.PAUSED, message)
    if _is_stale(video, message) or is_ended:
        return video
    return replace(_in_run(video, VideoStatus.PAUSED, message), status_reason=LOST)


def after_lease_missing(video: StoredVideo, epoch: int, now: datetime) -> StoredVideo:
    """The aggregator knows no lease of the epoch, and has published no `run.lost` for it: its leases were deleted."""
    if video.status is not VideoStatus.STREAMING or video.epoch != epoch:
        return video
    return replace(video, status=VideoStatus.PAUSED, status_reason=LOST, status_at=now)


def after_failed(video: StoredVideo, message: RunFailedV1) -> StoredVideo:
    """The video cannot be processed. An analysis requested before would only fail again, so its request ends."""
    is_of_finished = message.run_id is not None and message.run_id == video.finished_run_id
    if is_of_finished or message.occurred_at < video.status_at:
        return video
    return replace(
        _answered(video, message.occurred_at),
        status=VideoStatus.FAILED,
        status_reason=message.reason,
        status_at=message.occurred_at,
    )


def after_persisted(video: StoredVideo, message: VideoPersistedV1) -> StoredVideo:
    """The run's results are in SQL. A run that ends after an analysis was requested answers it, whoever started it."""
    is_of_older_run = video.run_id not in (None, message.run_id) and message.occurred_at < video.status_at
    if message.run_id == video.finished_run_id or is_of_older_run:
        return video
    return replace(
        _answered(video, message.occurred_at),
        status=VideoStatus.FINISHED,
        status_reason=None,
        status_at=message.occurred_at,
        run_id=message.run_id,
        finished_run_id=message.run_id,
    )


def _is_stale(video: StoredVideo, message: RunPausedV1 | RunLostV1) -> bool:
    return message.run_id == video.finished_run_id or message.epoch < video.epoch


def _is_in_epoch(video: StoredVideo, status: VideoStatus, message: RunPausedV1 | RunLostV1) -> bool:
    return video.status is status and video.epoch == message.epoch


def _in_run(video: StoredVideo, status: VideoStatus, message: RunStartedV1 | RunPausedV1 | RunLostV1) -> StoredVideo:
    return replace(
        video,
        status=status,
        status_reason=None,
        status_at=message.occurred_at,
        run_id=message.run_id,
        epoch=message.epoch,
    )


def _answered(video: StoredVideo, at: datetime) -> StoredVideo:
    """The video without its analysis request, if that was made by then."""
    requested_at = video.analysis_requested_at
    if requested_at is None or requested_at > at:
        return video
    return replace(video, analysis_requested_at=None)
