"""A worker that was killed says no more: the catalog finds out by itself, on a clock that the test owns."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from onwatch_catalog.settings import CatalogSettings
from onwatch_catalog.silence import Pulse
from onwatch_catalog.videos.status import SILENT
from onwatch_contracts.messages import (
    Message,
    MetricsCommittedV1,
    RunPausedV1,
    RunStartedV1,
    VideoFinishedV1,
    VideoPersistedV1,
)
from onwatch_contracts.values import Coverage, Totals
from onwatch_runtime.bus import BusUnavailable, Publisher

SILENCE_S = CatalogSettings().silence_s
LIMIT_S = 30.0  # of real time
FIELDS: dict[type[Message], dict[str, Any]] = {
    RunStartedV1: {"epoch": 1, "worker_id": "w", "resumed": False, "position_s": 0, "detector_model": "demo"},
    RunPausedV1: {"epoch": 1, "position_s": 1, "reason": "no_demand"},
    MetricsCommittedV1: {"epoch": 1, "batch_no": 1, "totals": Totals(), "coverage": Coverage()},
    VideoFinishedV1: {},
    VideoPersistedV1: {"totals": Totals(), "coverage": Coverage()},
}


async def say(stage: Any, message_class: type[Message], video_id: str) -> None:
    publisher = Publisher(stage.bus, stage.clock, lambda: "m")
    await publisher.publish(message_class, video_id=video_id, run_id="r", **FIELDS[message_class])
    await stage.bus.settle()


async def shown(stage: Any, video_id: str) -> tuple[str, str | None]:
    video = (await stage.http.get(f"/api/videos/{video_id}")).json()
    return video["status"], video["status_reason"]


async def passing(stage: Any, seconds: float) -> None:
    """In steps: a look takes real time in the database."""
    while seconds > 0:
        await stage.clock.advance(min(seconds, 2.5))
        await stage.http.get("/api/videos")
        seconds -= 2.5


async def becomes(stage: Any, video_id: str, expected: tuple[str, str | None]) -> bool:
    """Whether it is shown as expected before long; a look takes as much real time as the machine needs."""
    gives_up_s = time.monotonic() + LIMIT_S
    while await shown(stage, video_id) != expected:
        if time.monotonic() > gives_up_s:
            return False
        await passing(stage, SILENCE_S / 4)
    return True


async def streaming(stage: Any, clip: Path) -> str:
    video_id: str = await stage.add(clip)
    await say(stage, RunStartedV1, video_id)
    return video_id


async def test_a_stream_whose_worker_is_dead_is_paused_and_says_why(stage: Any, clip: Path) -> None:
    video_id = await streaming(stage, clip)

    await passing(stage, SILENCE_S - 1)
    assert await shown(stage, video_id) == ("streaming", None)

    assert await becomes(stage, video_id, ("paused", SILENT))


async def test_a_stream_that_is_heard_of_goes_on(stage: Any, clip: Path) -> None:
    video_id = await streaming(stage, clip)
    for _ in range(10):
        await say(stage, MetricsCommittedV1, video_id)
        await passing(stage, SILENCE_S / 3)

    assert await shown(stage, video_id) == ("streaming", None)


async def test_a_catalog_that_starts_gives_every_run_its_time_and_then_pauses_the_dead(
    staging: Any, clip: Path
) -> None:
    async with staging() as stage:
        video_id = await streaming(stage, clip)
    await stage.clock.advance(3600)

    async with staging() as again:
        await passing(again, SILENCE_S - 1)
        assert await shown(again, video_id) == ("streaming", None)
        assert await becomes(again, video_id, ("paused", SILENT))
    async with staging() as once_more:
        await passing(once_more, 2 * SILENCE_S)
        assert await shown(once_more, video_id) == ("paused", SILENT), "a start is no sign of life"


async def test_a_run_that_was_taken_for_silent_streams_again_once_it_is_heard(stage: Any, clip: Path) -> None:
    video_id = await streaming(stage, clip)
    assert await becomes(stage, video_id, ("paused", SILENT))

    await say(stage, MetricsCommittedV1, video_id)

    assert await becomes(stage, video_id, ("streaming", None))


async def test_a_late_commit_does_not_wake_a_run_that_was_let_go(stage: Any, clip: Path) -> None:
    video_id = await streaming(stage, clip)
    await say(stage, RunPausedV1, video_id)
    await say(stage, MetricsCommittedV1, video_id)
    await passing(stage, SILENCE_S)

    assert await shown(stage, video_id) == ("paused", None)


async def test_a_run_on_its_way_to_sql_is_not_taken_for_silent(stage: Any, clip: Path) -> None:
    video_id = await streaming(stage, clip)
    await say(stage, VideoFinishedV1, video_id)
    await passing(stage, 5 * SILENCE_S)
    assert await shown(stage, video_id) == ("streaming", None)

    await say(stage, VideoPersistedV1, video_id)

    assert await shown(stage, video_id) == ("finished", None)


async def test_who_cannot_hear_takes_nobody_for_silent(stage: Any, clip: Path, monkeypatch: Any) -> None:
    video_id = await streaming(stage, clip)

    async def not_reached() -> None:
        raise BusUnavailable("away")

    with monkeypatch.context() as bus_away:
        bus_away.setattr(stage.bus, "check", not_reached)
        await passing(stage, 5 * SILENCE_S)
    await passing(stage, SILENCE_S / 2 - 1)
    assert await shown(stage, video_id) == ("streaming", None), "the time without ears does not count"

    assert await becomes(stage, video_id, ("paused", SILENT))


def test_the_pulse_forgets_runs_that_are_silent_anyway() -> None:
    pulse = Pulse(10, listening_since_s=0)
    pulse.hear("old", 1)
    pulse.hear("new", 15)
    pulse.forget_old(20)

    assert set(pulse.heard_at_s) == {"new"}
    assert pulse.is_silent("old", 20)
    assert not pulse.is_silent("new", 20)
