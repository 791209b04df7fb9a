"""Sites in the database, with their videos."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from onwatch_catalog.records.site import StoredSite, VideoSite, messages_of_change, messages_of_creation
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_contracts.messages import Message, SiteChangedV1, VideoCreatedV1, VideoDeletedV1, VideoUpdatedV1
from onwatch_contracts.site import ROI_ZONE, Gate, Movement, MovementStep, SiteZone
from onwatch_runtime.bus import Publisher, decode
from onwatch_testkit.ids import counting_ids

LINE = ((0.1, 0.5), (1 / 3, 0.5))
TRIANGLE = ((0.1, 0.2), (0.3, 0.4), (1 / 3, 0.9))
FULL = StoredSite(
    revision=3,
    zones=(ROI_ZONE, SiteZone(zone_id="queue", name="Queue", polygon=TRIANGLE, vehicle_types=("car", "Großer Bus"))),
    gates=(Gate(gate_id="north", name="North", points=LINE, forward_name="in", backward_name="out"),),
    movements=(Movement(movement_id="left", name="Left", steps=(MovementStep(gate_id="north", direction="forward"),)),),
    recorded_at=datetime(2026, 5, 1, 7, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
    time_zone="Europe/Berlin",
    recorded_source="person",
)


@pytest.fixture
def publisher(memory_bus: Any, clock: Any) -> Publisher:
    return Publisher(memory_bus, clock, counting_ids("m"))


async def sent(store: SqlStore) -> list[Message]:
    return [decode(entry.routing_key, entry.body) for entry in await store.unsent(100)]


def made(video: Any, site: StoredSite = StoredSite()) -> VideoSite:  # noqa: B008 a value
    return VideoSite(video, site).created()


async def test_a_site_is_read_as_it_was_written(store: SqlStore, make_video: Any) -> None:
    video = replace(make_video("v"), roi=TRIANGLE)
    await store.add(video, site=FULL)

    assert await store.find_site("v") == VideoSite(video, FULL)
    found = await store.find_site("v")
    assert found is not None
    assert found.site.recorded_at is not None
    assert found.site.recorded_at.isoformat() == "2026-05-01T07:00:00.123456+02:00"
    assert found.site.zones[0].polygon == TRIANGLE
    assert await store.find_site("w") is None


async def test_a_video_without_a_row_counts_in_its_region_of_interest(store: SqlStore, make_video: Any) -> None:
    video = replace(make_video("v"), roi=TRIANGLE)
    await store.add(video)

    found = await store.find_site("v")

    assert found == VideoSite(video, StoredSite())
    assert found.site.is_roi_only
    assert found.site.aspect_ratio == 64 / 48
    assert await store.videos_without_site(10) == [video]


async def test_a_new_video_is_published_with_its_site(store: SqlStore, make_video: Any, publisher: Publisher) -> None:
    created = made(make_video("v"), FULL)
    await store.add(created.video, *messages_of_creation(created, publisher), site=created.stored)

    first, second = await sent(store)

    assert isinstance(first, VideoCreatedV1)
    assert isinstance(second, SiteChangedV1)
    assert (second.revision, second.site) == (1, created.site)
    assert await store.videos_without_site(10) == []


async def test_a_change_of_the_site_has_the_next_revision(
    store: SqlStore, make_video: Any, publisher: Publisher
) -> None:
    await store.add(make_video("v"), site=made(make_video("v")).stored)

    def messages(before: VideoSite, after: VideoSite) -> tuple[Message, ...]:
        return messages_of_change(before, after, publisher)

    async def change(**fields: Any) -> None:
        changed = await store.change_site(
            "v", lambda before: replace(before, video=replace(before.video, **fields)), messages
        )
        assert changed == await store.find_site("v")

    await change(name="New")
    await change(name="New")
    await change(roi=TRIANGLE)
    gate = await store.change_site(
        "v", lambda old: replace(old, stored=replace(old.stored, gates=FULL.gates)), messages
    )

    assert gate is not None
    assert (gate.revision, gate.site.gates) == (3, FULL.gates)
    kinds = [(type(message), getattr(message, "revision", None)) for message in await sent(store)]
    assert kinds == [(VideoUpdatedV1, None), (VideoUpdatedV1, None), (SiteChangedV1, 2), (SiteChangedV1, 3)]
    assert await store.change_site("w", lambda old: old, messages) is None


def test_the_same_moment_on_another_clock_is_a_change(make_video: Any) -> None:
    before = VideoSite(make_video("v"), FULL)
    utc = replace(before, stored=replace(FULL, recorded_at=datetime(2026, 5, 1, 5, 0, 0, 123456, tzinfo=UTC)))

    assert utc.after(before).revision == before.revision + 1
    assert before.after(before) == before


async def test_a_rule_that_fails_changes_neither_video_nor_site(
    store: SqlStore, make_video: Any, publisher: Publisher
) -> None:
    await store.add(make_video("v"), site=FULL)

    def fail(before: VideoSite) -> VideoSite:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.change_site("v", fail, lambda before, after: messages_of_change(before, after, publisher))

    assert await store.find_site("v") == VideoSite(make_video("v"), FULL)
    assert await sent(store) == []


async def test_a_site_is_removed_with_its_video(store: SqlStore, make_video: Any, publisher: Publisher) -> None:
    await store.add(make_video("v"), site=FULL)

    await store.remove("v", publisher.make(VideoDeletedV1, video_id="v"))
    await store.add(make_video("v"))

    found = await store.find_site("v")
    assert found is not None
    assert found.stored == StoredSite()
