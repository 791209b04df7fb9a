"""The process that counts: the same results as in this process, and what happens when it ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from onwatch_aggregator.errors import StoreUnavailable
from onwatch_aggregator.recounts.recounter import ProcessRecounter, RecountImpossible, RecountLost
from onwatch_aggregator.recounts.store import Job
from onwatch_contracts.site import Site
from onwatch_counting.log import pack, unpack
from onwatch_counting.site import SiteCounter


@pytest.fixture
def job(site: Site) -> Job:
    return Job("video", "run-1", 3, "attempt", site, end_s=10.0, period_s=0.04, boxes_count=250)


async def log(chunks: Sequence[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def endless(chunk: bytes, after: Callable[[], None]) -> AsyncIterator[bytes]:
    """The same pictures again and again would run backwards: the log waits instead."""
    yield chunk
    after()
    await asyncio.Event().wait()


def ignored(share: float) -> None:
    assert 0 <= share <= 1


def children() -> set[int]:
    """Processes that this one has started."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found


@pytest.mark.parametrize("boxes_at_once", [250, 249], ids=["at once", "picture by picture"])
async def test_it_counts_as_this_process_does(job: Job, chunks: tuple[bytes, ...], boxes_at_once: int) -> None:
    counter = SiteCounter(job.site, keep_results=True)
    for chunk in chunks:
        for picture in unpack(chunk):
            counter.observe(picture)
    counter.finish(job.end_s)

    found = await ProcessRecounter(boxes_at_once).recount(job, log(chunks), ignored)

    assert found.results == counter.results
    assert len(found.results.crossings) == 1
    assert found.observed == ((0.0, 10.0),)


async def test_what_the_log_lacks_is_not_observed(job: Job, chunks: tuple[bytes, ...]) -> None:
    found = await ProcessRecounter().recount(job, log((chunks[0], chunks[4])), ignored)

    assert found.observed == ((0.0, 2.0), (8.0, 10.0))


async def test_a_log_without_pictures_is_counted(job: Job) -> None:
    found = await ProcessRecounter().recount(job, log((pack(()),)), ignored)

    assert (found.results.vehicles, found.observed) == ((), ())


async def test_a_damaged_log_cannot_be_counted(job: Job, chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(RecountImpossible, match="the log of detections is damaged: "):
        await ProcessRecounter().recount(job, log((chunks[0], b"\x00\x01\x02")), ignored)


async def test_a_process_that_is_killed_is_lost_and_no_process_stays(job: Job, chunks: tuple[bytes, ...]) -> None:
    before = children()

    def kill() -> None:
        for pid in children() - before:
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(RecountLost, match="ended with code -9"):
        await ProcessRecounter().recount(job, endless(chunks[0], kill), ignored)
    assert children() == before


async def test_a_log_whose_time_runs_backwards_cannot_be_counted(job: Job, chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(RecountImpossible, match="the log of detections is damaged: "):
        await ProcessRecounter().recount(job, log((chunks[1], chunks[0])), ignored)


async def test_a_process_that_fails_is_lost_with_what_it_wrote_last(job: Job, chunks: tuple[bytes, ...]) -> None:
    without_zones = job.site.model_copy(update={"zones": ()})

    with pytest.raises(RecountLost, match=r"(?s)ended with code 1: .*zones"):
        await ProcessRecounter().recount(replace(job, site=without_zones), log(chunks), ignored)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_recount_that_is_cancelled_ends_its_process(job: Job, chunks: tuple[bytes, ...], times: int) -> None:
    before, is_reading = children(), asyncio.Event()
    counting = asyncio.create_task(ProcessRecounter().recount(job, endless(chunks[0], is_reading.set), ignored))
    await is_reading.wait()
    assert len(children() - before) == 1

    for _ in range(times):
        counting.cancel()
        await asyncio.sleep(0)  # it begins to end
    await asyncio.gather(counting, return_exceptions=True)

    assert counting.cancelled()
    assert children() == before


async def test_a_log_that_cannot_be_read_ends_the_process(job: Job, chunks: tuple[bytes, ...]) -> None:
    before = children()

    async def unavailable() -> AsyncIterator[bytes]:
        yield chunks[0]
        raise StoreUnavailable(ConnectionError("refused"))

    with pytest.raises(StoreUnavailable):
        await ProcessRecounter().recount(job, unavailable(), ignored)
    assert children() == before


async def test_the_environment_of_the_process_has_no_secrets(
    job: Job, chunks: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONWATCH_AGGREGATOR_DATABASE_URL", "postgresql://user:secret@host/database")
    seen: list[str] = []
    before = children()

    def look() -> None:
        (pid,) = children() - before
        seen.append(Path(f"/proc/{pid}/environ").read_bytes().decode())
        os.kill(pid, signal.SIGKILL)

    with pytest.raises(RecountLost):
        await ProcessRecounter().recount(job, endless(chunks[0], look), ignored)
    assert "PATH=" in seen[0]
    assert "secret" not in seen[0]
