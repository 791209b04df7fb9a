from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from onwatch_catalog.errors import RevisionMismatch, VideoNotFound
from onwatch_catalog.outbox import OutboxRelay
from onwatch_catalog.records.site import VideoSite
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.site.gates import with_gate
from onwatch_catalog.site.sites import Sites, is_match, note_of_change
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import SiteChangedV1
from onwatch_contracts.site_requests import NewGate
from onwatch_runtime.bus import Publisher, decode
from onwatch_testkit.ids import counting_ids


@pytest.fixture
async def sites(store: SqlStore, memory_bus: Any, clock: Any, before: VideoSite) -> Sites:
    await store.add(before.video, site=before.stored)
    return Sites(store, Publisher(memory_bus, clock, counting_ids("m")), OutboxRelay(store, memory_bus, clock, 5, 1))


async def test_changes_of_several_people_follow_one_another(sites: Sites, store: SqlStore) -> None:
    async def add(number: int) -> None:
        new = NewGate(name=f"g{number}", points=((0.1, 0.5), (0.9, 0.5)))
        await sites.change("v", lambda before: with_gate(before, new))

    await asyncio.gather(*map(add, range(10)))

    messages = [decode(entry.routing_key, entry.body) for entry in await store.unsent(100)]
    sizes = [(each.revision, len(each.site.gates)) for each in messages if isinstance(each, SiteChangedV1)]
    assert sizes == [(revision, revision - 1) for revision in range(2, 12)]


async def test_of_two_changes_of_the_same_revision_one_is_refused(sites: Sites) -> None:
    async def add(name: str) -> None:
        new = NewGate(name=name, points=((0.1, 0.5), (0.9, 0.5)))
        await sites.change("v", lambda before: with_gate(before, new), '"1"')

    outcomes = await asyncio.gather(add("a"), add("b"), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if outcome] == [RevisionMismatch]
    assert len((await sites.get("v")).site.gates) == 1


async def test_an_unknown_video_is_not_found(sites: Sites) -> None:
    with pytest.raises(VideoNotFound):
        await sites.get("w")
    with pytest.raises(VideoNotFound):
        await sites.change("w", lambda before: before)
    assert await sites.change_if_found("w", lambda before: before) is None


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [('"7"', True), ('W/"7"', True), ("*", True), ('"6", "7"', True), ('"6"', False), ('"77"', False), ("", False)],
)
def test_a_header_names_the_revisions_that_match(if_match: str, expected: bool) -> None:
    assert is_match(if_match, 7) == expected


@pytest.mark.parametrize(
    ("status", "finished_run_id", "begins"),
    [
        (VideoStatus.READY, None, "The video is counted with this from its next run"),
        (VideoStatus.FAILED, None, "The video is counted with this from its next run"),
        (VideoStatus.STREAMING, "r", "The run in progress keeps"),
        (VideoStatus.PAUSED, None, "The run in progress keeps"),
        (VideoStatus.FINISHED, "r", "The video is counted again"),
    ],
)
def test_a_note_tells_when_a_change_counts(
    before: VideoSite, status: VideoStatus, finished_run_id: str | None, begins: str
) -> None:
    video = replace(before.video, status=status, finished_run_id=finished_run_id)

    assert note_of_change(video).startswith(begins)
