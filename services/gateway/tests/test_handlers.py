"""What viewers hear of what happens on the bus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from onwatch_contracts.messages import (
    DemandReleasedV1,
    DemandWantedV1,
    MetricsCommittedV1,
    RunFailedV1,
    RunPausedV1,
    RunStartedV1,
    RunStartingV1,
    VideoDeletedV1,
    VideoFinishedV1,
    VideoPersistedV1,
)
from onwatch_contracts.values import Coverage, Totals
from onwatch_gateway.handlers import NEWS, SUBSCRIPTIONS
from onwatch_testkit.clock import settle
from onwatch_testkit.websocket import Viewer

OpenStage = Callable[..., Any]
RUN: dict[str, Any] = {"run_id": "run", "epoch": 1}
PERSISTED: dict[str, Any] = {"run_id": "run", "totals": Totals(), "coverage": Coverage()}


@asynccontextmanager
async def watching(stage: Any, video_id: str = "a", *, started: bool = False) -> AsyncIterator[Viewer]:
    async with stage.viewer() as viewer:
        await viewer.send({"type": "subscribe", "video_id": video_id})
        if started:
            await viewer.send({"type": "start", "video_id": video_id})
        await stage.settle()
        viewer.received()
        yield viewer


def state(name: str, reason: str | None = None) -> dict[str, Any]:
    return {"type": "state", "video_id": "a", "state": name, "reason": reason}


async def test_frames_are_passed_on_unchanged_to_the_subscribers_of_their_video(open_stage: OpenStage) -> None:
    async with open_stage() as stage, watching(stage, "a") as anna, watching(stage, "b") as ben:
        body = await stage.frame("a", 7)
        assert anna.received() == [body]
        assert ben.received() == []
        assert stage.count("frames_received_total") == 1
        assert stage.count("frames_sent_total") == 1


async def test_with_nobody_subscribed_the_bus_carries_no_frame(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        async with watching(stage, "a"):
            pass
        await stage.settle()
        await stage.frame("a")
        assert stage.bus.frames_carried == 0
        assert stage.count("frames_received_total") == 0


async def test_metrics_go_to_subscribers(open_stage: OpenStage) -> None:
    totals = Totals(total_vehicles_count=3, current_vehicles_count=1)
    coverage = Coverage(analysed_s=2.0, duration_s=8.0, fraction=0.25)
    async with open_stage() as stage, watching(stage) as viewer:
        await stage.publish(MetricsCommittedV1, "a", **RUN, batch_no=4, totals=totals, coverage=coverage)
        await stage.publish(MetricsCommittedV1, "b", **RUN, batch_no=9, totals=totals, coverage=coverage)
        assert viewer.received() == [
            {
                "type": "metrics",
                "video_id": "a",
                "run_id": "run",
                "batch_no": 4,
                "totals": totals.model_dump(mode="json"),
                "coverage": coverage.model_dump(mode="json"),
            }
        ]


@pytest.mark.parametrize("phase", ["claiming", "loading", "seeking"])
async def test_a_start_under_way_is_told_with_its_phase(open_stage: OpenStage, phase: str) -> None:
    async with open_stage() as stage, watching(stage) as viewer:
        await stage.publish(RunStartingV1, "a", worker_id="worker", phase=phase)
        (told,) = viewer.received()
        assert told["state"] == "starting"
        assert told["reason"].endswith(".")


async def test_a_run_that_streams_is_told(open_stage: OpenStage) -> None:
    async with open_stage() as stage, watching(stage) as viewer:
        await stage.publish(
            RunStartedV1, "a", **RUN, worker_id="worker", resumed=False, position_s=0.0, detector_model="demo"
        )
        assert viewer.received() == [state("streaming")]


@pytest.mark.parametrize("reason", ["no_demand", "shutdown", "abandoned"])
async def test_a_pause_is_told_and_demand_goes_on(open_stage: OpenStage, reason: str) -> None:
    async with open_stage() as stage, watching(stage, started=True) as viewer:
        await stage.publish(RunPausedV1, "a", **RUN, position_s=3.0, reason=reason)
        (told,) = viewer.received()
        assert told["state"] == "paused"
        assert told["reason"].endswith(".")
        await stage.clock.advance(2.0)
        await stage.settle()
        assert [type(message) for message in stage.demand] == [DemandWantedV1, DemandWantedV1]


async def test_a_failure_is_told_and_ends_demand(open_stage: OpenStage) -> None:
    async with open_stage() as stage, watching(stage, started=True) as viewer:
        await stage.publish(RunFailedV1, "a", run_id=None, code="no_model", reason="no model was found")
        assert viewer.received() == [state("failed", "no model was found")]
        await stage.clock.advance(10.0)
        await stage.settle()
        assert [type(message) for message in stage.demand] == [DemandWantedV1, DemandReleasedV1]


async def test_results_end_demand_and_the_stream_and_a_run_without_them_does_not(open_stage: OpenStage) -> None:
    async with open_stage() as stage, watching(stage, started=True) as viewer:
        await stage.clock.advance(1.0)
        await stage.publish(VideoFinishedV1, "a", run_id="run")
        assert [type(message) for message in stage.demand] == [DemandWantedV1]
        assert viewer.received() == []
        await stage.publish(VideoPersistedV1, "a", **PERSISTED)
        assert [type(message) for message in stage.demand] == [DemandWantedV1, DemandReleasedV1]
        assert viewer.received() == [state("finished")]


async def test_a_start_after_the_end_is_a_new_wish(open_stage: OpenStage) -> None:
    async with open_stage() as stage, watching(stage, started=True) as viewer:
        await stage.publish(VideoPersistedV1, "a", **PERSISTED)
        ended_at = stage.clock.now()
        await viewer.send({"type": "start", "video_id": "a"})
        await stage.settle()
        wanted = stage.demand[-1]
        assert isinstance(wanted, DemandWantedV1)
        assert wanted.requested_at > ended_at


async def test_a_deleted_video_ends_its_subscriptions_and_demand(open_stage: OpenStage) -> None:
    async with open_stage() as stage, watching(stage, started=True) as anna, watching(stage, "b") as ben:
        await stage.publish(VideoDeletedV1, "a")
        assert anna.received() == [
            state("deleted", "The video was deleted."),
            {"type": "unsubscribed", "video_id": "a"},
        ]
        assert ben.received() == []
        assert isinstance(stage.demand[-1], DemandReleasedV1)
        await stage.publish(VideoDeletedV1, "a")
        await stage.frame("a")
        assert anna.received() == []


async def test_news_for_nobody_are_no_trouble(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        await stage.publish(RunStartingV1, "a", worker_id="worker", phase="claiming")
        await stage.publish(VideoDeletedV1, "a")
        await settle()
        assert stage.bus.dead_letters == []


def test_one_queue_brings_every_message_that_is_handled() -> None:
    ((queue, _),) = SUBSCRIPTIONS
    assert set(queue.messages) == set(NEWS)
    assert not queue.per_video
