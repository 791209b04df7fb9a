"""What a video's status becomes when something is heard of a run.

Messages come from several processes, late, twice or in another order than they were said. Each rule gives the
video unchanged when the news is old. Rules without I/O.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from onwatch_catalog.videos.video import StoredVideo
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import RunFailedV1, RunPausedV1, RunStartedV1, VideoPersistedV1

SILENT = "Its detector fell silent. The run goes on from the last commit."


def after_started(video: StoredVideo, message: RunStartedV1) -> StoredVideo:
    """A worker decodes. An epoch starts once, and whatever else is heard of it comes after."""
    if message.run_id == video.finished_run_id or message.epoch <= video.epoch:
        return video
    return _in_run(video, VideoStatus.STREAMING, message)


def after_paused(video: StoredVideo, message: RunPausedV1) -> StoredVideo:
    """A worker let the run go. A failure of the same epoch stays to be seen."""
    failed_in_it = video.status is VideoStatus.FAILED and message.epoch == video.epoch
    if message.run_id == video.finished_run_id or message.epoch < video.epoch or failed_in_it:
        return video
    return _in_run(video, VideoStatus.PAUSED, message)


def after_failed(video: StoredVideo, message: RunFailedV1) -> StoredVideo:
    """The video cannot be processed: an analysis asked for before would only fail again."""
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
    """The run's results are in SQL. A run that ends after an analysis was asked for answers it, whoever began it."""
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


def after_silence(video: StoredVideo, now: datetime) -> StoredVideo:
    """Nothing was heard of the run for so long that no worker can hold it."""
    if video.status is not VideoStatus.STREAMING:
        return video
    return replace(video, status=VideoStatus.PAUSED, status_reason=SILENT, status_at=now)


def after_silence_broken(video: StoredVideo, now: datetime) -> StoredVideo:
    """A run that was taken for silent is heard. One that was let go stays paused: its last commits come late."""
    if video.status is not VideoStatus.PAUSED or video.status_reason != SILENT:
        return video
    return replace(video, status=VideoStatus.STREAMING, status_reason=None, status_at=now)


def _in_run(video: StoredVideo, status: VideoStatus, message: RunStartedV1 | RunPausedV1) -> StoredVideo:
    return replace(
        video,
        status=status,
        status_reason=None,
        status_at=message.occurred_at,
        run_id=message.run_id,
        epoch=message.epoch,
    )


def _answered(video: StoredVideo, at: datetime) -> StoredVideo:
    """Without the analysis request, if it was made by then."""
    requested_at = video.analysis_requested_at
    if requested_at is None or requested_at > at:
        return video
    return replace(video, analysis_requested_at=None)
