"""States of a video, and how long they are kept."""

from __future__ import annotations

from typing import get_args

import pytest

from onwatch_contracts.channel import State
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import RunPausedV1, RunStartingV1
from onwatch_gateway.catalog_client import CatalogVideo
from onwatch_gateway.states import FRESH_S, PAUSED_REASONS, STARTING_REASONS, RecentStates, from_catalog


def state(video_id: str = "a") -> State:
    return State(video_id=video_id, state="streaming")


def test_a_state_is_recent_for_a_few_seconds() -> None:
    recent = RecentStates()
    recent.record(state(), now_s=10.0)
    assert recent.get("a", now_s=10.0 + FRESH_S - 0.1) == state()
    assert recent.get("a", now_s=10.0 + FRESH_S) is None
    assert recent.get("b", now_s=10.0) is None


def test_only_recent_states_are_kept() -> None:
    recent = RecentStates()
    for number in range(1000):
        recent.record(state(f"video-{number}"), now_s=float(number))
    assert len(recent._recorded) == FRESH_S


def test_a_repeated_state_stays_recent() -> None:
    recent = RecentStates()
    recent.record(state("a"), now_s=0.0)
    recent.record(state("b"), now_s=1.0)
    recent.record(state("a"), now_s=4.0)
    assert recent.get("b", now_s=6.5) is None
    assert recent.get("a", now_s=6.5) == state("a")


@pytest.mark.parametrize("status", VideoStatus)
def test_a_status_of_the_catalog_becomes_a_state_of_the_channel(status: VideoStatus) -> None:
    converted = from_catalog("a", CatalogVideo(status=status, status_reason="why"))
    if status is VideoStatus.READY:
        assert converted is None
    else:
        assert converted == State(video_id="a", state=status.value, reason="why")


def test_every_phase_and_every_pause_has_a_text() -> None:
    assert set(STARTING_REASONS) == set(get_args(RunStartingV1.model_fields["phase"].annotation))
    assert set(PAUSED_REASONS) == set(get_args(RunPausedV1.model_fields["reason"].annotation))
