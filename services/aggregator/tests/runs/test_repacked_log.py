from __future__ import annotations

from collections.abc import Sequence

import pytest

from onwatch_aggregator.runs.repacked_log import UnusableLog, repacked_log
from onwatch_counting.log import LoggedBox, LoggedPicture, pack, unpack

PICTURES = [LoggedPicture(n / 25, (LoggedBox(1, n, 0, n + 9, 9, 99, "car"),)) for n in range(600)]


class FakeLog:
    """The log of a live store, read in portions of two chunks."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self.chunks = chunks

    async def log(self, video_id: str, run_id: str, start: int) -> Sequence[bytes]:
        assert (video_id, run_id) == ("video", "run-1")
        return self.chunks[start : start + 2]


async def test_all_portions_are_packed_into_chunks_of_ten_seconds():
    live = FakeLog([pack(PICTURES[n : n + 7]) for n in range(0, 600, 7)])
    found = await repacked_log(live, "video", "run-1")
    assert [(chunk.chunk_no, chunk.pictures_count) for chunk in found] == [(0, 250), (1, 250), (2, 100)]
    assert [picture for chunk in found for picture in unpack(chunk.body)] == PICTURES


@pytest.mark.parametrize("chunks", [[b"no chunk"], [pack(PICTURES), pack(PICTURES)]])
async def test_a_log_that_cannot_be_read_is_told(chunks: Sequence[bytes]):
    with pytest.raises(UnusableLog, match="its log of detections cannot be read"):
        await repacked_log(FakeLog(chunks), "video", "run-1")
