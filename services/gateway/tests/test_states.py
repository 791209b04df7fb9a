"""What is known of a video, and for how long."""

from __future__ import annotations

from typing import get_args

import pytest

from onwatch_contracts.channel import State
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import RunPausedV1, RunStartingV1
from onwatch_gateway.states import FRESH_S, PAUSED_REASONS, STARTING_REASONS, RecentStates, of_catalog
from onwatch_gateway.videos import CatalogVideo


def state(video_id: str = "a") -> State:
    return State(video_id=video_id, state="streaming")


def test_a_state_is_news_for_a_few_seconds() -> None:
    recent = RecentStates()
    recent.hear(state(), now_s=10.0)
    assert recent.of("a", now_s=10.0 + FRESH_S - 0.1) == state()
    assert recent.of("a", now_s=10.0 + FRESH_S) is None
    assert recent.of("b", now_s=10.0) is None


def test_only_news_are_kept() -> None:
    recent = RecentStates()
    for number in range(1000):
        recent.hear(state(f"video-{number}"), now_s=float(number))
    assert len(recent._heard) == FRESH_S


def test_news_repeated_stay_news() -> None:
    recent = RecentStates()
    recent.hear(state("a"), now_s=0.0)
    recent.hear(state("b"), now_s=1.0)
    recent.hear(state("a"), now_s=4.0)
    assert recent.of("b", now_s=6.5) is None
    assert recent.of("a", now_s=6.5) == state("a")


@pytest.mark.parametrize("status", VideoStatus)
def test_the_catalogs_status_is_told_in_the_words_of_the_channel(status: VideoStatus) -> None:
    told = of_catalog("a", CatalogVideo(status=status, status_reason="why"))
    if status is VideoStatus.READY:
        assert told is None
    else:
        assert told == State(video_id="a", state=status.value, reason="why")


def test_every_phase_and_every_reason_has_its_words() -> None:
    assert set(STARTING_REASONS) == set(get_args(RunStartingV1.model_fields["phase"].annotation))
    assert set(PAUSED_REASONS) == set(get_args(RunPausedV1.model_fields["reason"].annotation))
