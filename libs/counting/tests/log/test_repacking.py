from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_counting.log import LogChunk, LoggedBox, LoggedPicture, MalformedLog, Repacker, pack, unpack


def picture(at_s: float) -> LoggedPicture:
    n = round(at_s * 25)
    return LoggedPicture(at_s, tuple(LoggedBox(track, n, 5, n + 9, 9, 99, "car") for track in range(1, 1 + n % 4)))


PICTURES = [picture(n / 25) for n in range(1000) if not 500 <= n < 700]


def repacked(chunks: list[bytes], span_s: float = 4.0) -> list[LogChunk]:
    repacker = Repacker(span_s)
    return [*(one for chunk in chunks for one in repacker.add(chunk)), *repacker.finish()]


def cut(pictures: list[LoggedPicture], lengths: list[int]) -> list[bytes]:
    chunks, rest = [], pictures
    for length in lengths:
        chunks.append(pack(rest[:length]))
        rest = rest[length:]
    return [*chunks, pack(rest)]


WHOLE = repacked([pack(PICTURES)])


def test_each_chunk_has_the_pictures_of_one_interval() -> None:
    assert [(one.chunk_no, one.starts_s, one.ends_s, one.pictures_count) for one in WHOLE] == [
        (0, 0.0, 3.96, 100), (1, 4.0, 7.96, 100), (2, 8.0, 11.96, 100), (3, 12.0, 15.96, 100), (4, 16.0, 19.96, 100),
        (5, 28.0, 31.96, 100), (6, 32.0, 35.96, 100), (7, 36.0, 39.96, 100),
    ]  # fmt: skip
    assert [picture for one in WHOLE for picture in unpack(one.body)] == PICTURES
    assert [one.boxes_count for one in WHOLE] == [sum(len(p.boxes) for p in unpack(one.body)) for one in WHOLE]


@settings(max_examples=60)
@given(st.lists(st.integers(0, 180), max_size=12))
def test_chunks_are_the_same_bytes_however_the_log_was_cut(lengths: list[int]) -> None:
    assert repacked(cut(PICTURES, lengths)) == WHOLE


def test_a_log_of_one_picture_each_gives_the_same_chunks() -> None:
    assert repacked([pack([one]) for one in PICTURES]) == WHOLE


def test_chunks_are_given_as_soon_as_they_are_complete() -> None:
    repacker = Repacker(1.0)
    assert list(repacker.add(pack(PICTURES[:25]))) == []
    assert [one.chunk_no for one in repacker.add(pack(PICTURES[25:76]))] == [0, 1, 2]


def test_an_empty_log_has_no_chunks() -> None:
    assert repacked([]) == repacked([pack([])]) == []


def test_time_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match=r"picture at 0.0 s after one at 0.96 s in the log"):
        repacked([pack(PICTURES[:25]), pack(PICTURES[:25])])


def test_a_chunk_that_is_none_is_refused() -> None:
    with pytest.raises(MalformedLog):
        repacked([b"no chunk"])
