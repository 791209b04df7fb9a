"""The benchmarks of the doors count what arrives, write what they compare, and put tables where they belong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from websockets.frames import Frame, Opcode

from bench.doors.committer import LIFETIMES, WAYS, measured
from bench.doors.obeying import FRAME_BYTES, new_frame
from bench.doors.report import table, write
from bench.doors.result_writer import VIDEO_ID, put_final_run, rows
from bench.doors.viewers import PONG, SUBSCRIBE, Audience, Viewer, masked, percentile
from onwatch_aggregator.counting import check_consistent
from onwatch_aggregator.live import RedisLiveStore


class Written(asyncio.Transport):
    """Keeps what a viewer sends."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 8000)})
        self.data: list[bytes] = []

    def write(self, data: Any) -> None:
        self.data.append(bytes(data))


def received(viewer: Viewer, data: bytes, part_bytes: int) -> None:
    for start in range(0, len(data), part_bytes):
        part = data[start : start + part_bytes]
        viewer.get_buffer(len(part))[: len(part)] = part
        viewer.buffer_updated(len(part))


@pytest.mark.parametrize("part_bytes", [7, 4096, 200_000])
async def test_a_viewer_counts_frames_however_they_are_split(part_bytes: int):
    audience, transport = Audience(), Written()
    viewer = Viewer(audience)
    viewer.connection_made(transport)
    upgraded = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    frames = [
        Frame(Opcode.TEXT, b'{"type":"subscribed"}'),
        Frame(Opcode.BINARY, new_frame()),
        Frame(Opcode.PING, b"abcd"),
        Frame(Opcode.BINARY, new_frame()),
        Frame(Opcode.BINARY, b"of another size"),
    ]
    received(viewer, upgraded + b"".join(frame.serialize(mask=False) for frame in frames), part_bytes)
    assert viewer.subscribed.done()
    assert audience.frames == len(audience.delays_ms) == 2
    assert 0 <= max(audience.delays_ms) < 60_000
    assert transport.data[1:] == [SUBSCRIBE, masked(PONG, b"abcd")]


async def test_a_viewer_that_is_refused_says_so():
    viewer = Viewer(Audience())
    viewer.connection_made(Written())
    with pytest.raises(ValueError, match="403"):
        received(viewer, b"HTTP/1.1 403 Forbidden\r\n\r\n", 100)


def test_percentiles_of_few_values():
    assert percentile([], 0.99) == 0.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_a_part_of_the_document_is_replaced_and_the_rest_stays(tmp_path: Path):
    document = tmp_path / "performance.md"
    document.write_text("before\n<!-- begin a -->\nold\n<!-- end a -->\n<!-- begin b -->\n<!-- end b -->\nafter\n")
    write("a", table(["viewers", "µs"], [["1", "2.0"]]), document)
    assert document.read_text() == (
        "before\n<!-- begin a -->\n| viewers | µs |\n| --- | ---: |\n| 1 | 2.0 |\n<!-- end a -->\n"
        "<!-- begin b -->\n<!-- end b -->\nafter\n"
    )
    with pytest.raises(ValueError, match="begin c"):
        write("c", "text", document)


def test_frames_are_as_large_as_measured_ones():
    assert len(new_frame()) == FRAME_BYTES


async def test_both_ways_of_committing_batches_write_the_same():
    found = []
    for way in WAYS:
        redis = FakeAsyncRedis(server=FakeServer())
        await measured(redis, way, 2, 3)
        live = RedisLiveStore(redis, LIFETIMES)
        found.append(
            [(run.batch_no, run.record.totals) for number in range(2) if (run := await live.run(f"video-{number}"))]
        )
        await redis.aclose()
    assert found[0] == found[1]
    assert [batch_no for batch_no, _ in found[0]] == [4, 4], "one before the measurement"


async def test_the_run_whose_results_are_stored_is_consistent():
    redis = FakeAsyncRedis(server=FakeServer())
    run_id = await put_final_run(redis, 20)
    live = RedisLiveStore(redis, LIFETIMES)
    run = await live.run(VIDEO_ID)
    assert run is not None
    stored = await live.rows(VIDEO_ID, run_id, await live.visits(VIDEO_ID, run_id))
    check_consistent(run.record.totals, stored)
    assert list(stored) == list(rows(20))
    await redis.aclose()
