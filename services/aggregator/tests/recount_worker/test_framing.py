from __future__ import annotations

import io

import pytest

from onwatch_aggregator.recount_worker.framing import END, LogIncomplete, chunks, framed


def test_chunks_are_read_as_they_were_written() -> None:
    written = [b"one", b"two" * 100_000, b"\x00"]

    assert list(chunks(io.BytesIO(b"".join(map(framed, written)) + END + b"more"))) == written


@pytest.mark.parametrize("cut", [1, 4, 5, 8])
def test_a_log_that_is_cut_off_is_no_log(cut: int) -> None:
    whole = framed(b"chunk") + END

    with pytest.raises(LogIncomplete):
        list(chunks(io.BytesIO(whole[: len(whole) - cut])))
