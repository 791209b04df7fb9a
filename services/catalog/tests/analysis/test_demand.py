"""Demand for analyses, over the built service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from onwatch_contracts.messages import (
    DemandReleasedV1,
    DemandWantedV1,
    DetectorSlotsV1,
    RunFailedV1,
    RunStartedV1,
    VideoPersistedV1,
)
from onwatch_contracts.values import Coverage, Totals
from onwatch_runtime.bus import Publisher
from onwatch_testkit.clock import until


async def wanted(stage: Any) -> DemandWantedV1:
    message = await stage.next_message()
    assert isinstance(message, DemandWantedV1), message
    return message


async def released(stage: Any) -> DemandReleasedV1:
    message = await stage.next_message()
    assert isinstance(message, DemandReleasedV1), message
    return message


async def test_demand_is_published_at_once_and_every_heartbeat(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    await stage.clock.advance(10)
    requested_at = stage.clock.now()

    answer = await stage.http.post(f"/api/videos/{video_id}/analysis")

    assert answer.status_code == 202
    first = await wanted(stage)
    assert (first.video_id, first.source_id, first.kind, first.viewers) == (video_id, "catalog", "analysis", 0)
    assert first.requested_at == requested_at
    assert first.expires_at == requested_at + timedelta(seconds=6)
    await stage.bus.settle()
    await stage.clock.advance(2)
    second = await wanted(stage)
    assert (second.requested_at, second.expires_at) == (requested_at, requested_at + timedelta(seconds=8))


async def test_a_repeated_request_is_the_same_request(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    first = await stage.http.post(f"/api/videos/{video_id}/analysis")
    await stage.clock.advance(1)

    second = await stage.http.post(f"/api/videos/{video_id}/analysis")

    assert second.json()["analysis"] == first.json()["analysis"] is not None


async def test_a_withdrawn_request_is_released(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    await stage.http.post(f"/api/videos/{video_id}/analysis")
    await wanted(stage)

    answers = [await stage.http.delete(f"/api/videos/{video_id}/analysis") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert (await released(stage)).video_id == video_id
    assert (await stage.http.get(f"/api/videos/{video_id}")).json()["analysis"] is None


async def test_the_oldest_request_comes_first(stage: Any, clip: Path) -> None:
    first, second = await stage.add(clip), await stage.add(clip)
    for video_id in (first, second):
        await stage.http.post(f"/api/videos/{video_id}/analysis")
        await stage.clock.advance(0.1)
    assert (await wanted(stage)).video_id == first

    publisher = Publisher(stage.bus, stage.clock, lambda: "m")
    stage.unread_messages()
    await publisher.publish(VideoPersistedV1, video_id=first, run_id="r", totals=Totals(), coverage=Coverage())

    while (message := await stage.next_message()).video_id == first:
        pass  # earlier heartbeats, and the release
    assert isinstance(message, DemandWantedV1)
    assert message.video_id == second
    assert (await stage.http.get(f"/api/videos/{first}")).json()["analysis"] is None


async def test_a_request_has_a_position_in_the_queue_until_it_has_begun(stage: Any, clip: Path) -> None:
    ids = [await stage.add(clip) for _ in range(3)]

    async def positions() -> dict[str, int]:
        answer = await stage.http.get("/api/analyses")
        return {item["video_id"]: item["position"] for item in answer.json()["items"]}

    for video_id in ids:
        await stage.http.post(f"/api/videos/{video_id}/analysis")
        await stage.clock.advance(0.1)
    assert await positions() == {ids[0]: 1, ids[1]: 2, ids[2]: 3}

    publisher = Publisher(stage.bus, stage.clock, lambda: "m")
    await publisher.publish(
        RunStartedV1,
        video_id=ids[0],
        run_id="r",
        epoch=1,
        worker_id="w",
        resumed=False,
        position_s=0,
        detector_model="motion",
    )
    await stage.bus.settle()

    assert await positions() == {ids[1]: 1, ids[2]: 2}


async def test_a_failed_run_ends_the_request(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    await stage.http.post(f"/api/videos/{video_id}/analysis")
    await wanted(stage)

    publisher = Publisher(stage.bus, stage.clock, lambda: "m")
    await publisher.publish(RunFailedV1, video_id=video_id, run_id=None, code="c", reason="No model.")

    await released(stage)
    video = (await stage.http.get(f"/api/videos/{video_id}")).json()
    assert (video["status"], video["status_reason"], video["analysis"]) == ("failed", "No model.", None)


async def test_the_request_of_a_deleted_video_is_released(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    await stage.http.post(f"/api/videos/{video_id}/analysis")
    await wanted(stage)

    await stage.http.delete(f"/api/videos/{video_id}")

    received = {type(await stage.next_message()).name for _ in range(2)}
    assert received == {"demand.released", "video.deleted"}


async def test_a_request_survives_a_restart(staging: Any, clip: Path) -> None:
    async with staging() as stage:
        video_id = await stage.add(clip)
        await stage.http.post(f"/api/videos/{video_id}/analysis")
        first = await wanted(stage)

    async with staging() as stage:
        again = await wanted(stage)
        assert (again.video_id, again.requested_at) == (video_id, first.requested_at)
        assert stage.unread_messages() == []


async def test_a_finished_video_can_be_analysed_again(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    publisher = Publisher(stage.bus, stage.clock, lambda: "m")
    await publisher.publish(VideoPersistedV1, video_id=video_id, run_id="r", totals=Totals(), coverage=Coverage())
    await stage.bus.settle()
    await stage.clock.advance(1)

    answer = await stage.http.post(f"/api/videos/{video_id}/analysis")

    assert (answer.status_code, answer.json()["status"]) == (202, "finished")
    assert (await wanted(stage)).requested_at == stage.clock.now()


async def detector(stage: Any, slots: int, detector_id: str = "d") -> None:
    now = stage.clock.now()
    publisher = Publisher(stage.bus, stage.clock, lambda: "m")
    expires_at = now + timedelta(seconds=600)
    await publisher.publish(DetectorSlotsV1, video_id=detector_id, slots=slots, expires_at=expires_at)
    await stage.bus.settle()


async def viewer(stage: Any, video_id: str) -> None:
    now = stage.clock.now()
    await Publisher(stage.bus, stage.clock, lambda: "m").publish(
        DemandWantedV1,
        video_id=video_id,
        source_id="gateway",
        kind="viewers",
        viewers=1,
        requested_at=now,
        expires_at=now + timedelta(seconds=600),
    )


async def until_analysed(stage: Any, told: dict[str, bool], wanted: list[str], waiting: int) -> None:
    """The newest message about each video says whether it is wanted."""

    def is_so() -> bool:
        for message in stage.unread_messages():
            if getattr(message, "source_id", None) == "catalog":
                told[message.video_id] = isinstance(message, DemandWantedV1)
        gauge = stage.service.registry.get_sample_value("onwatch_catalog_analyses_waiting")
        return [video_id for video_id, is_wanted in told.items() if is_wanted] == wanted and gauge == waiting

    await until(stage.clock, is_so, f"{wanted} are wanted, and {waiting} wait", limit_s=20)


async def test_analyses_fill_the_slots_of_all_detectors_but_one_and_give_way_to_viewers(stage: Any, clip: Path) -> None:
    told: dict[str, bool] = {}
    videos = [await stage.add(clip) for _ in range(4)]
    for video_id in videos:
        await stage.http.post(f"/api/videos/{video_id}/analysis")
        await stage.clock.advance(0.1)
    await until_analysed(stage, told, videos[:1], 3)  # no detector is known

    await detector(stage, 2)
    await detector(stage, 2, "e")
    await until_analysed(stage, told, videos[:3], 1)

    await viewer(stage, "w")  # takes the free slot: the newest analysis makes room for the next viewer
    await until_analysed(stage, told, videos[:2], 2)

    await detector(stage, 0, "e")  # it stops: one analysis is left, and waits
    await until_analysed(stage, told, videos[:1], 3)
