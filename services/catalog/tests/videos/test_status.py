"""Events of runs: in order, late, repeated and reordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from onwatch_catalog.records.video import StoredVideo
from onwatch_catalog.videos.status import (
    LOST,
    after_failed,
    after_lease_missing,
    after_lost,
    after_paused,
    after_persisted,
    after_started,
)
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import Message, RunFailedV1, RunLostV1, RunPausedV1, RunStartedV1, VideoPersistedV1
from onwatch_contracts.values import Coverage, Totals

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def envelope(second: float) -> dict[str, Any]:
    return {"message_id": f"m-{second}", "occurred_at": at(second), "video_id": "v"}


def started(second: float, epoch: int = 1, run: str = "run-a") -> RunStartedV1:
    return RunStartedV1(
        **envelope(second), run_id=run, epoch=epoch, worker_id="w", resumed=False, position_s=0, detector_model="demo"
    )


def paused(second: float, epoch: int = 1, run: str = "run-a") -> RunPausedV1:
    return RunPausedV1(**envelope(second), run_id=run, epoch=epoch, position_s=1, reason="no_demand")


def lost(second: float, epoch: int = 1, run: str = "run-a") -> RunLostV1:
    return RunLostV1(**envelope(second), run_id=run, epoch=epoch, position_s=1)


def failed(second: float, run: str | None = "run-a") -> RunFailedV1:
    return RunFailedV1(**envelope(second), run_id=run, code="c", reason="No model.")


def persisted(second: float, run: str = "run-a") -> VideoPersistedV1:
    return VideoPersistedV1(**envelope(second), run_id=run, totals=Totals(), coverage=Coverage())


RULES: dict[type[Message], Any] = {
    RunStartedV1: after_started,
    RunPausedV1: after_paused,
    RunLostV1: after_lost,
    RunFailedV1: after_failed,
    VideoPersistedV1: after_persisted,
}


def after(video: StoredVideo, *messages: Message) -> StoredVideo:
    for message in messages:
        video = RULES[type(message)](video, message)
    return video


@pytest.fixture
def video(make_video: Any) -> StoredVideo:
    made: StoredVideo = make_video("v", created_at=NOON)
    return made


def test_a_run_from_start_to_end(video: StoredVideo) -> None:
    assert after(video, started(1)).status is VideoStatus.STREAMING
    assert after(video, started(1), paused(2)).status is VideoStatus.PAUSED
    assert after(video, started(1), paused(2), started(3, epoch=2)).status is VideoStatus.STREAMING
    assert after(video, started(1), persisted(4)).status is VideoStatus.FINISHED


def test_a_failure_shows_its_reason_until_a_run_starts(video: StoredVideo) -> None:
    broken = after(video, failed(1, run=None))

    assert (broken.status, broken.status_reason) == (VideoStatus.FAILED, "No model.")
    repaired = after(broken, started(2))
    assert (repaired.status, repaired.status_reason) == (VideoStatus.STREAMING, None)


@pytest.mark.parametrize("ended", [paused(2), lost(2)])
def test_a_run_is_finished_in_whatever_order_its_events_arrive(video: StoredVideo, ended: Message) -> None:
    for order in permutations([started(1), ended, started(3, epoch=2), persisted(4)]):
        assert after(video, *order).status is VideoStatus.FINISHED


@pytest.mark.parametrize(
    "events",
    [[started(1)], [started(1), paused(2)], [started(1), lost(2)], [started(1), persisted(2)], [failed(1)]],
)
def test_repeated_events_change_nothing(video: StoredVideo, events: list[Message]) -> None:
    once = after(video, *events)
    assert after(once, *events) == once


def test_a_pause_of_an_older_epoch_does_not_stop_a_newer_one(video: StoredVideo) -> None:
    assert after(video, started(1), started(3, epoch=2), paused(2, epoch=1)).status is VideoStatus.STREAMING


def test_a_failure_stays_visible_after_a_pause_of_its_epoch(video: StoredVideo) -> None:
    assert after(video, started(1), failed(2), paused(3)).status is VideoStatus.FAILED


def test_a_late_failure_does_not_hide_a_newer_start(video: StoredVideo) -> None:
    assert after(video, started(3, epoch=2), failed(2)).status is VideoStatus.STREAMING


def test_the_end_of_an_older_run_does_not_hide_a_newer_one(video: StoredVideo) -> None:
    newer = after(video, started(5, epoch=2, run="run-b"))

    assert after(newer, persisted(4)) == newer


def test_an_end_that_is_republished_during_the_next_run_changes_nothing(video: StoredVideo) -> None:
    newer = after(video, started(1), persisted(2), started(3, epoch=2, run="run-b"))

    assert after(newer, persisted(9)) == newer


def test_a_finished_video_can_be_run_again(video: StoredVideo) -> None:
    events = started(1), persisted(2), started(3, epoch=2, run="run-b"), persisted(4, run="run-b")

    assert [after(video, *events[:count]).status for count in (2, 3, 4)] == ["finished", "streaming", "finished"]


def test_the_end_of_a_run_answers_an_analysis_requested_before(video: StoredVideo) -> None:
    requested = replace(video, analysis_requested_at=at(2))

    assert after(requested, started(1), persisted(3)).analysis_requested_at is None
    assert after(requested, started(1), failed(3)).analysis_requested_at is None
    assert after(requested, started(1), paused(3)).analysis_requested_at == at(2)


def test_the_end_of_a_run_does_not_answer_an_analysis_requested_after(video: StoredVideo) -> None:
    requested = replace(after(video, started(1)), analysis_requested_at=at(4))

    answered = after(requested, persisted(3))
    assert (answered.status, answered.analysis_requested_at) == (VideoStatus.FINISHED, at(4))
    assert after(answered, persisted(9)).analysis_requested_at == at(4)
    assert after(requested, failed(3)).analysis_requested_at == at(4)


def test_a_lost_run_is_paused_and_the_reason_is_shown(video: StoredVideo) -> None:
    paused_by_loss = after(video, started(1), lost(20))

    assert (paused_by_loss.status, paused_by_loss.status_reason) == (VideoStatus.PAUSED, LOST)
    assert paused_by_loss.status_at == at(20)


def test_a_lost_run_streams_again_from_the_next_epoch(video: StoredVideo) -> None:
    for order in permutations([started(1), lost(2), started(3, epoch=2)]):
        resumed = after(video, *order)
        assert (resumed.status, resumed.status_reason, resumed.epoch) == (VideoStatus.STREAMING, None, 2)


def test_a_start_of_a_lost_epoch_that_arrives_late_changes_nothing(video: StoredVideo) -> None:
    assert after(video, lost(2), started(1)) == after(video, lost(2))


def test_a_lost_epoch_leaves_a_finished_run_finished(video: StoredVideo) -> None:
    for order in permutations([started(1), persisted(2), lost(3)]):
        assert after(video, *order).status is VideoStatus.FINISHED


def test_a_failure_or_a_pause_stays_visible_after_the_loss_of_its_epoch(video: StoredVideo) -> None:
    for ended in (failed(2), paused(2)):
        shown = after(video, started(1), ended)
        assert after(shown, lost(3)) == shown


def test_a_pause_and_the_loss_of_an_epoch_give_the_same_in_either_order(video: StoredVideo) -> None:
    assert after(video, started(1), lost(3), paused(2)) == after(video, started(1), paused(2), lost(3))


def test_the_loss_of_a_newer_epoch_replaces_a_failure_and_a_pause(video: StoredVideo) -> None:
    for ended in (failed(2), paused(2)):
        assert after(video, started(1), ended, lost(4, epoch=2)).status_reason == LOST


def test_a_missing_lease_pauses_only_what_streams_in_its_epoch(video: StoredVideo) -> None:
    paused_by_doctor = after_lease_missing(after(video, started(1)), 1, at(20))
    assert (paused_by_doctor.status, paused_by_doctor.status_reason) == (VideoStatus.PAUSED, LOST)
    assert paused_by_doctor.status_at == at(20)
    for other in (video, after(video, started(1), paused(2)), after(video, started(1), started(3, epoch=2))):
        assert after_lease_missing(other, 1, at(20)) == other
