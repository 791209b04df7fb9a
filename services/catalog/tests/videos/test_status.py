"""News of runs, also late, twice and in the wrong order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from onwatch_catalog.videos.status import (
    SILENT,
    after_failed,
    after_paused,
    after_persisted,
    after_silence,
    after_silence_broken,
    after_started,
)
from onwatch_catalog.videos.video import StoredVideo
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import Message, RunFailedV1, RunPausedV1, RunStartedV1, VideoPersistedV1
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


def failed(second: float, run: str | None = "run-a") -> RunFailedV1:
    return RunFailedV1(**envelope(second), run_id=run, code="c", reason="No model.")


def persisted(second: float, run: str = "run-a") -> VideoPersistedV1:
    return VideoPersistedV1(**envelope(second), run_id=run, totals=Totals(), coverage=Coverage())


RULES: dict[type[Message], Any] = {
    RunStartedV1: after_started,
    RunPausedV1: after_paused,
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


def test_in_whatever_order_the_news_of_a_run_comes_it_ends_finished(video: StoredVideo) -> None:
    news = [started(1), paused(2), started(3, epoch=2), persisted(4)]
    for order in permutations(news):
        assert after(video, *order).status is VideoStatus.FINISHED


def test_news_twice_is_the_same_as_once(video: StoredVideo) -> None:
    for news in ([started(1)], [started(1), paused(2)], [started(1), persisted(2)], [failed(1)]):
        once = after(video, *news)
        assert after(once, *news) == once


def test_a_pause_of_an_older_epoch_does_not_stop_a_newer_one(video: StoredVideo) -> None:
    assert after(video, started(1), started(3, epoch=2), paused(2, epoch=1)).status is VideoStatus.STREAMING


def test_a_pause_leaves_the_failure_of_its_epoch_to_be_seen(video: StoredVideo) -> None:
    assert after(video, started(1), failed(2), paused(3)).status is VideoStatus.FAILED


def test_a_late_failure_does_not_cover_a_newer_start(video: StoredVideo) -> None:
    assert after(video, started(3, epoch=2), failed(2)).status is VideoStatus.STREAMING


def test_the_end_of_an_older_run_does_not_cover_a_newer_one(video: StoredVideo) -> None:
    newer = after(video, started(5, epoch=2, run="run-b"))

    assert after(newer, persisted(4)) == newer


def test_an_end_that_is_announced_again_during_the_next_run_changes_nothing(video: StoredVideo) -> None:
    newer = after(video, started(1), persisted(2), started(3, epoch=2, run="run-b"))

    assert after(newer, persisted(9)) == newer


def test_a_finished_video_can_be_run_again(video: StoredVideo) -> None:
    news = started(1), persisted(2), started(3, epoch=2, run="run-b"), persisted(4, run="run-b")

    assert [after(video, *news[:count]).status for count in (2, 3, 4)] == ["finished", "streaming", "finished"]


def test_the_end_of_a_run_answers_an_analysis_asked_for_before(video: StoredVideo) -> None:
    asked = replace(video, analysis_requested_at=at(2))

    assert after(asked, started(1), persisted(3)).analysis_requested_at is None
    assert after(asked, started(1), failed(3)).analysis_requested_at is None
    assert after(asked, started(1), paused(3)).analysis_requested_at == at(2)


def test_the_end_of_a_run_does_not_answer_an_analysis_asked_for_after(video: StoredVideo) -> None:
    asked = replace(after(video, started(1)), analysis_requested_at=at(4))

    answered = after(asked, persisted(3))
    assert (answered.status, answered.analysis_requested_at) == (VideoStatus.FINISHED, at(4))
    assert after(answered, persisted(9)).analysis_requested_at == at(4)
    assert after(asked, failed(3)).analysis_requested_at == at(4)


def test_silence_pauses_only_what_streams(video: StoredVideo) -> None:
    silent = after_silence(after(video, started(1)), at(20))
    assert (silent.status, silent.status_reason, silent.status_at) == (VideoStatus.PAUSED, SILENT, at(20))
    for other in (video, after(video, started(1), paused(2)), after(video, started(1), persisted(2))):
        assert after_silence(other, at(20)) == other


def test_a_sign_of_life_brings_back_only_what_was_taken_for_silent(video: StoredVideo) -> None:
    silent = after_silence(after(video, started(1)), at(20))
    assert after_silence_broken(silent, at(21)).status is VideoStatus.STREAMING
    let_go = after(silent, paused(22))
    assert after_silence_broken(let_go, at(23)) == let_go
    assert after(silent, started(25, epoch=2)).status_reason is None
