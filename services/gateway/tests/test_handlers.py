"""Events of the bus, as viewers receive them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from onwatch_contracts.channel import Counts
from onwatch_contracts.messages import (
    AlertChangedV1,
    CountsCommittedV1,
    DemandReleasedV1,
    DemandWantedV1,
    Message,
    MetricsCommittedV1,
    RecountFinishedV1,
    RecountRequestedV1,
    RunFailedV1,
    RunLostV1,
    RunPausedV1,
    RunStartedV1,
    RunStartingV1,
    VideoDeletedV1,
    VideoFinishedV1,
    VideoPersistedV1,
)
from onwatch_contracts.samples import MESSAGES, SITE_COUNTS
from onwatch_contracts.values import Coverage, Totals
from onwatch_gateway.handlers import EVENTS, SUBSCRIPTIONS
from onwatch_testkit.clock import settle
from onwatch_testkit.websocket import Viewer

OpenGateway = Callable[..., Any]
RUN: dict[str, Any] = {"run_id": "run", "epoch": 1}
STARTED: dict[str, Any] = {"worker_id": "worker", "resumed": False, "position_s": 0.0, "detector_model": "demo"}
LOST = "The detector was lost. The run resumes from the last commit."
PERSISTED: dict[str, Any] = {"run_id": "run", "totals": Totals(), "coverage": Coverage()}


@asynccontextmanager
async def watching(gateway: Any, video_id: str = "a", *, started: bool = False) -> AsyncIterator[Viewer]:
    async with gateway.viewer() as viewer:
        await viewer.send({"type": "subscribe", "video_id": video_id})
        if started:
            await viewer.send({"type": "start", "video_id": video_id})
        await gateway.settle()
        viewer.received()
        yield viewer


def state(name: str, reason: str | None = None) -> dict[str, Any]:
    return {"type": "state", "video_id": "a", "state": name, "reason": reason}


async def test_frames_are_forwarded_unchanged_to_the_subscribers_of_their_video(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway, "a") as anna, watching(gateway, "b") as ben:
        body = await gateway.frame("a", 7)
        assert anna.received() == [body]
        assert ben.received() == []
        assert gateway.metric("frames_received_total") == 1
        assert gateway.metric("frames_sent_total") == 1


async def test_without_subscribers_the_bus_carries_no_frame(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway:
        async with watching(gateway, "a"):
            pass
        await gateway.settle()
        await gateway.frame("a")
        assert gateway.bus.frames_carried == 0
        assert gateway.metric("frames_received_total") == 0


async def test_counts_of_zones_and_gates_go_to_subscribers(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(CountsCommittedV1, "b", **RUN, batch_no=3, counts=SITE_COUNTS)
        await gateway.publish(CountsCommittedV1, "a", **RUN, batch_no=4, counts=SITE_COUNTS)
        counts = Counts(video_id="a", run_id="run", batch_no=4, counts=SITE_COUNTS)
        assert viewer.received() == [counts.model_dump(mode="json")]


async def test_a_recount_is_told_to_subscribers(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RecountRequestedV1, "a", run_id="run", revision=4)
        await gateway.publish(RecountFinishedV1, "b", run_id="run", revision=7)
        await gateway.publish(RecountFinishedV1, "a", run_id="run", revision=4)
        recount = {"type": "recount", "video_id": "a", "run_id": "run", "revision": 4}
        assert viewer.received() == [recount | {"state": "requested"}, recount | {"state": "finished"}]


async def test_an_alert_is_told_to_subscribers(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        alert = next(sample for sample in MESSAGES if isinstance(sample, AlertChangedV1))
        fields = alert.model_dump(exclude={"message_id", "occurred_at", "traceparent", "video_id"})
        await gateway.publish(AlertChangedV1, "b", **fields)
        await gateway.publish(AlertChangedV1, "a", **fields)
        assert viewer.received() == [
            {
                "type": "alert",
                "video_id": "a",
                "alert_id": alert.alert_id,
                "change": "cleared",
                "rule_name": "Queue at the light",
                "place_name": "Stop line",
                "raised_at_s": 42.2,
            }
        ]


async def test_metrics_go_to_subscribers(open_gateway: OpenGateway) -> None:
    totals = Totals(total_vehicles_count=3, current_vehicles_count=1)
    coverage = Coverage(analysed_s=2.0, duration_s=8.0, fraction=0.25)
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(MetricsCommittedV1, "a", **RUN, batch_no=4, totals=totals, coverage=coverage)
        await gateway.publish(MetricsCommittedV1, "b", **RUN, batch_no=9, totals=totals, coverage=coverage)
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
async def test_a_starting_run_is_notified_with_its_phase(open_gateway: OpenGateway, phase: str) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RunStartingV1, "a", worker_id="worker", phase=phase)
        (received,) = viewer.received()
        assert received["state"] == "starting"
        assert received["reason"].endswith(".")


async def test_a_started_run_is_notified_as_streaming(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RunStartedV1, "a", **RUN, **STARTED)
        assert viewer.received() == [state("streaming")]


@pytest.mark.parametrize("reason", ["no_demand", "shutdown", "abandoned"])
async def test_a_paused_run_is_notified_and_demand_stays(open_gateway: OpenGateway, reason: str) -> None:
    async with open_gateway() as gateway, watching(gateway, started=True) as viewer:
        await gateway.publish(RunPausedV1, "a", **RUN, position_s=3.0, reason=reason)
        (received,) = viewer.received()
        assert received["state"] == "paused"
        assert received["reason"].endswith(".")
        await gateway.clock.advance(2.0)
        await gateway.settle()
        assert [type(message) for message in gateway.demand] == [DemandWantedV1, DemandWantedV1]


async def test_a_lost_run_is_notified_as_paused_and_demand_stays(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway, started=True) as viewer:
        await gateway.publish(RunStartedV1, "a", **RUN, **STARTED)
        await gateway.publish(RunLostV1, "a", **RUN, position_s=3.0)
        assert viewer.received() == [state("streaming"), state("paused", LOST)]
        await gateway.clock.advance(2.0)
        await gateway.settle()
        assert [type(message) for message in gateway.demand] == [DemandWantedV1, DemandWantedV1]


async def test_a_lost_run_is_a_recent_state_for_new_subscribers(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, gateway.viewer() as viewer:
        gateway.catalog.add("a", "streaming")
        await gateway.publish(RunLostV1, "a", **RUN, position_s=3.0)
        await viewer.send({"type": "subscribe", "video_id": "a"})
        await gateway.settle()
        assert viewer.received() == [{"type": "subscribed", "video_id": "a"}, state("paused", LOST)]


ENDS: list[tuple[type[Message], dict[str, Any]]] = [
    (RunLostV1, {"position_s": 3.0}),
    (RunPausedV1, {"position_s": 3.0, "reason": "abandoned"}),
]


@pytest.mark.parametrize(("end", "fields"), ENDS)
async def test_a_late_end_of_an_older_epoch_is_not_notified(
    open_gateway: OpenGateway, end: type[Message], fields: dict[str, Any]
) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RunStartedV1, "a", run_id="run", epoch=2, **STARTED)
        await gateway.publish(end, "a", run_id="run", epoch=1, **fields)
        assert viewer.received() == [state("streaming")]
        async with gateway.viewer() as late:
            await late.send({"type": "subscribe", "video_id": "a"})
            await gateway.settle()
            assert late.received()[-1] == state("streaming")


async def test_metrics_of_a_newer_epoch_also_outdate_the_end_of_an_older_one(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        newer = {"run_id": "run", "epoch": 2, "batch_no": 1}
        await gateway.publish(MetricsCommittedV1, "a", **newer, totals=Totals(), coverage=Coverage())
        await gateway.publish(RunLostV1, "a", **RUN, position_s=3.0)
        assert [message["type"] for message in viewer.received()] == ["metrics"]


async def test_a_late_start_of_a_lost_epoch_is_not_notified(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RunLostV1, "a", **RUN, position_s=3.0)
        await gateway.publish(RunStartedV1, "a", **RUN, **STARTED)
        await gateway.publish(RunStartedV1, "a", run_id="run", epoch=2, **STARTED)
        assert viewer.received() == [state("paused", LOST), state("streaming")]


async def test_the_loss_of_a_paused_run_keeps_the_reason_of_the_pause(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RunPausedV1, "a", **RUN, position_s=3.0, reason="no_demand")
        await gateway.publish(RunLostV1, "a", **RUN, position_s=3.0)
        (received,) = viewer.received()
        assert received["reason"] != LOST


@pytest.mark.parametrize("run_id", ["run", None])
async def test_the_loss_of_a_failed_run_is_not_notified(open_gateway: OpenGateway, run_id: str | None) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RunStartedV1, "a", **RUN, **STARTED)
        await gateway.publish(RunFailedV1, "a", run_id=run_id, code="no_model", reason="no model was found")
        await gateway.publish(RunLostV1, "a", **RUN, position_s=3.0)
        assert viewer.received() == [state("streaming"), state("failed", "no model was found")]


async def test_the_loss_of_a_finished_run_is_not_notified(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway) as viewer:
        await gateway.publish(RunStartedV1, "a", **RUN, **STARTED)
        await gateway.publish(VideoPersistedV1, "a", **PERSISTED)
        await gateway.publish(RunLostV1, "a", **RUN, position_s=3.0)
        assert viewer.received() == [state("streaming"), state("finished")]


async def test_a_failed_run_is_notified_and_ends_demand(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway, started=True) as viewer:
        await gateway.publish(RunFailedV1, "a", run_id=None, code="no_model", reason="no model was found")
        assert viewer.received() == [state("failed", "no model was found")]
        await gateway.clock.advance(10.0)
        await gateway.settle()
        assert [type(message) for message in gateway.demand] == [DemandWantedV1, DemandReleasedV1]


async def test_demand_ends_when_results_are_persisted_not_when_the_video_is_finished(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway, started=True) as viewer:
        await gateway.clock.advance(1.0)
        await gateway.publish(VideoFinishedV1, "a", run_id="run")
        assert [type(message) for message in gateway.demand] == [DemandWantedV1]
        assert viewer.received() == []
        await gateway.publish(VideoPersistedV1, "a", **PERSISTED)
        assert [type(message) for message in gateway.demand] == [DemandWantedV1, DemandReleasedV1]
        assert viewer.received() == [state("finished")]


async def test_a_start_after_the_end_is_new_demand(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway, started=True) as viewer:
        await gateway.publish(VideoPersistedV1, "a", **PERSISTED)
        ended_at = gateway.clock.now()
        await viewer.send({"type": "start", "video_id": "a"})
        await gateway.settle()
        wanted = gateway.demand[-1]
        assert isinstance(wanted, DemandWantedV1)
        assert wanted.requested_at > ended_at


async def test_a_deleted_video_ends_its_subscriptions_and_demand(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway, watching(gateway, started=True) as anna, watching(gateway, "b") as ben:
        await gateway.publish(VideoDeletedV1, "a")
        assert anna.received() == [
            state("deleted", "The video was deleted."),
            {"type": "unsubscribed", "video_id": "a"},
        ]
        assert ben.received() == []
        assert isinstance(gateway.demand[-1], DemandReleasedV1)
        await gateway.publish(VideoDeletedV1, "a")
        await gateway.frame("a")
        assert anna.received() == []


async def test_events_without_subscribers_are_handled(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway:
        await gateway.publish(RunStartingV1, "a", worker_id="worker", phase="claiming")
        await gateway.publish(VideoDeletedV1, "a")
        await settle()
        assert gateway.bus.dead_letters == []


def test_one_queue_receives_every_handled_message() -> None:
    ((queue, _),) = SUBSCRIPTIONS
    assert set(queue.messages) == set(EVENTS)


def test_numbers_are_received_of_watched_videos_and_events_of_all() -> None:
    """States are kept for who subscribes later; numbers are read from the API then."""
    ((queue, _),) = SUBSCRIPTIONS
    assert set(queue.of_bound_videos) == {MetricsCommittedV1, CountsCommittedV1}


async def test_numbers_of_a_video_without_a_viewer_do_not_reach_the_gateway(open_gateway: OpenGateway) -> None:
    async with open_gateway() as gateway:
        (events,) = [consumer for consumer in gateway.bus._consumers if consumer.queue.name == "gateway.events"]
        numbers = f"{MetricsCommittedV1.name}.v{MetricsCommittedV1.version}"
        assert not events.queue.accepts(numbers, "a")
        async with watching(gateway, "a"):
            assert events.queue.accepts(numbers, "a")
            assert not events.queue.accepts(numbers, "b")
        await gateway.settle()
        assert not events.queue.accepts(numbers, "a")
