"""The demand of the whole system, over the built service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from onwatch_catalog.demand import PEAK_WINDOW_S
from onwatch_contracts.messages import DemandReleasedV1, DemandWantedV1
from onwatch_runtime.bus import Publisher


def gauges(stage: Any) -> tuple[float | None, float | None]:
    """(videos demanded now, the peak)."""
    value = stage.service.registry.get_sample_value
    return value("onwatch_catalog_videos_demanded"), value("onwatch_catalog_videos_demanded_peak")


async def wanted(stage: Any, video_id: str, gateway_id: str) -> None:
    now = stage.clock.now()
    await Publisher(stage.bus, stage.clock, lambda: f"{gateway_id}-{video_id}").publish(
        DemandWantedV1,
        video_id=video_id,
        source_id=gateway_id,
        kind="viewers",
        viewers=1,
        requested_at=now,
        expires_at=now + timedelta(seconds=6),
    )
    await stage.bus.settle()


async def test_a_video_watched_through_two_gateways_is_one(stage: Any) -> None:
    assert gauges(stage) == (0, 0)
    await wanted(stage, "v", "gateway-1")
    await wanted(stage, "v", "gateway-2")
    assert gauges(stage) == (1, 1)
    await wanted(stage, "w", "gateway-2")
    assert gauges(stage) == (2, 2)

    publisher = Publisher(stage.bus, stage.clock, lambda: "m")
    await publisher.publish(DemandReleasedV1, video_id="w", source_id="gateway-2")
    await stage.bus.settle()
    assert gauges(stage) == (1, 2)


async def test_demand_of_a_gateway_that_died_expires(stage: Any) -> None:
    await wanted(stage, "v", "gateway-1")
    await stage.clock.advance(6)
    assert gauges(stage) == (0, 1)
    await stage.clock.advance(PEAK_WINDOW_S)
    assert gauges(stage) == (0, 0)


async def test_an_analysis_is_demand_too(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    assert (await stage.http.post(f"/api/videos/{video_id}/analysis")).status_code == 202
    assert isinstance(await stage.next_message(), DemandWantedV1)
    await stage.bus.settle()
    assert gauges(stage) == (1, 1)
    await wanted(stage, video_id, "gateway-1")
    assert gauges(stage) == (1, 1), "it is watched as well, and still one video"
