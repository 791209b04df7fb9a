from __future__ import annotations

import base64
import contextlib
import lzma
import struct
import zlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.messages import MetricsBatchV2
from onwatch_contracts.samples import MESSAGES
from onwatch_contracts.values import VehicleType
from onwatch_counting.log import LoggedBox, LoggedPicture, MalformedLog, pack, unpack, unpack_columns
from onwatch_counting.log.boxes import CONFIDENCE_STEPS, RESOLUTION
from onwatch_counting.log.packing import _FILTERS, HEADER, MAGIC, _payload

EXAMPLES = settings(max_examples=200)

EDGES = st.integers(0, RESOLUTION)
STEPS = st.integers(0, CONFIDENCE_STEPS)
NAMES = st.sampled_from([*(kind.value for kind in VehicleType), "tuk-tuk", "поезд", 'a "quoted"\nname'])
SCORES = st.dictionaries(NAMES, STEPS, max_size=4).map(lambda scores: tuple(sorted(scores.items())))
NUMBERS = st.lists(st.integers(1, 2**40) | st.integers(1, 9), unique=True, max_size=6).map(sorted)
TIMES = st.floats(width=64, allow_nan=False) | st.integers(0, 10**6).map(lambda n: n / 25)


@st.composite
def boxes(draw: st.DrawFn, track_id: int) -> LoggedBox:
    confidence, kind = draw(STEPS), draw(NAMES)
    usual = ((kind, confidence),)
    return LoggedBox(track_id, *(draw(EDGES) for _ in range(4)), confidence, kind, draw(st.just(usual) | SCORES))


@st.composite
def pictures(draw: st.DrawFn) -> LoggedPicture:
    seen = tuple(draw(boxes(track_id)) for track_id in draw(NUMBERS))
    return LoggedPicture(draw(TIMES), seen, is_inferred=draw(st.booleans()))


def traffic(seed: int, count: int, per_picture: int = 10) -> list[LoggedPicture]:
    """Vehicles that pass one after the other, with the jitter of a detector and some boxes missed."""
    random = np.random.default_rng(seed)
    shown = []
    for n in range(count):
        found = []
        for lane in range(per_picture):
            passed, along = divmod(n * 70 + lane * 3000, 33_000)
            if random.random() < 0.05:
                continue
            place = np.array([along, 1000 + lane * 3000, along + 2000, 3000 + lane * 3000])
            edges = place + np.rint(random.normal(0, 15, 4))
            confidence = int(random.integers(150, CONFIDENCE_STEPS))
            left, top, right, bottom = (min(RESOLUTION, max(0, int(edge))) for edge in edges)
            number = 1 + passed * per_picture + lane
            found.append(LoggedBox(number, left, top, right, bottom, confidence, "car", (("car", confidence),)))
        shown.append(LoggedPicture(n / 25, tuple(sorted(found))))
    return shown


@EXAMPLES
@given(st.lists(pictures(), max_size=12))
def test_unpacking_gives_what_was_packed(given_pictures: list[LoggedPicture]) -> None:
    assert unpack(pack(given_pictures)) == tuple(given_pictures)


@EXAMPLES
@given(st.lists(TIMES | st.floats(width=64), max_size=20))
def test_timestamps_are_exact_to_the_bit(times: list[float]) -> None:
    back = [picture.timestamp_s for picture in unpack(pack([LoggedPicture(at) for at in times]))]
    assert struct.pack(f"{len(times)}d", *back) == struct.pack(f"{len(times)}d", *times)


@pytest.mark.parametrize("per_second", [1_000, 90_000, 12_800, 15_360, 16_000, 24_000, 30_000, 1_000_000])
def test_timestamps_in_a_usual_time_base_take_almost_no_space(per_second: int) -> None:
    shown = [LoggedPicture(round(n * per_second / 25) / per_second) for n in range(250)]
    assert unpack(pack(shown)) == tuple(shown)
    assert len(pack(shown)) < 100


def test_timestamps_in_other_time_bases_take_a_few_bytes() -> None:
    shown = [LoggedPicture(n / 7) for n in range(250)]
    assert unpack(pack(shown)) == tuple(shown)
    assert len(pack(shown)) < 4 * 250


def test_the_same_pictures_give_the_same_bytes() -> None:
    shown = traffic(1, 60)
    assert pack(shown) == pack([LoggedPicture(one.timestamp_s, tuple(one.boxes)) for one in shown])


def test_a_box_with_the_jitter_of_a_detector_takes_six_bytes() -> None:
    shown = traffic(2, 250)
    assert len(pack(shown)) <= 6 * sum(len(one.boxes) for one in shown)


def test_the_sample_of_the_contract_is_a_chunk() -> None:
    (sample,) = (message for message in MESSAGES if isinstance(message, MetricsBatchV2))
    assert [picture.timestamp_s for picture in unpack(base64.b64decode(sample.detections))] == [32.16, 32.2]


def test_columns_have_the_values_of_the_pictures() -> None:
    shown = traffic(3, 30)
    columns = unpack_columns(pack(shown))
    every = [(index, box) for index, one in enumerate(shown) for box in one.boxes]
    assert columns.timestamps_s.tolist() == [one.timestamp_s for one in shown]
    assert columns.picture.tolist() == [index for index, _ in every]
    assert columns.track_id.tolist() == [box.track_id for _, box in every]
    assert columns.edges.tolist() == [list(box[1:5]) for _, box in every]
    assert columns.confidence.tolist() == [box.confidence for _, box in every]
    assert [columns.type_names[kind] for kind in columns.type_index] == [box.vehicle_type for _, box in every]
    assert columns.own_scores == {}


def test_other_scores_than_the_type_with_its_confidence_are_kept_by_box() -> None:
    plain, tied, none = (
        LoggedBox(n, 0, 0, 9, 9, 99, "car", s) for n, s in enumerate(((("car", 99),), (("bus", 99), ("car", 99)), ()))
    )
    columns = unpack_columns(pack([LoggedPicture(0.0, (plain,)), LoggedPicture(0.04, (plain, tied, none))]))
    assert columns.own_scores == {2: tied.scores, 3: ()}


@pytest.mark.parametrize("numbers", [(2, 1), (1, 1)])
def test_boxes_out_of_order_are_refused(numbers: Sequence[int]) -> None:
    shown = LoggedPicture(0.0, tuple(LoggedBox(n, 0, 0, 9, 9, 99, "car") for n in numbers))
    with pytest.raises(ValueError, match="not ordered by track id, or two have the same"):
        pack([shown])


def with_payload(change: Callable[[bytes], bytes]) -> bytes:
    """A chunk whose payload is changed, with the right checksum."""
    payload = change(_payload(traffic(4, 10)))
    packed = lzma.compress(payload, lzma.FORMAT_RAW, filters=_FILTERS)
    return HEADER.pack(MAGIC, len(payload), zlib.crc32(payload)) + packed


@pytest.mark.parametrize(
    ("chunk", "reason"),
    [
        (b"", "0 bytes do not start with the header"),
        (b"OWD2" + bytes(20), "do not start with the header of a log: b'OWD2'"),
        (pack(traffic(4, 10))[:-9], "the log is damaged"),
        (HEADER.pack(MAGIC, 3, 0) + b"\xff" * 9, "cannot be decompressed"),
        (HEADER.pack(MAGIC, 10**9, 0) + pack(traffic(4, 10))[HEADER.size :], "the log is damaged"),
        (with_payload(lambda payload: payload + b"more"), "4 bytes are left over"),
        (with_payload(lambda payload: payload[:-1]), "columns of the log do not fit"),
        (with_payload(lambda payload: payload[:5]), "columns of the log do not fit"),
        (with_payload(lambda payload: payload.replace(b'["car"]', b"[]     ")), "numbers up to 0 as type, there are 0"),
        (with_payload(lambda payload: payload.replace(b'"car"', b'{"x":')), "columns of the log do not fit"),
    ],
)
def test_what_is_no_chunk_is_refused_with_the_reason(chunk: bytes, reason: str) -> None:
    with pytest.raises(MalformedLog, match=reason):
        unpack(chunk)


@EXAMPLES
@given(st.data())
def test_a_damaged_chunk_is_refused_whatever_the_damage(data: st.DataObject) -> None:
    chunk = bytearray(pack(traffic(5, 20, per_picture=3)))
    place = data.draw(st.integers(0, len(chunk) - 1))
    chunk[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(MalformedLog):  # unless it is a bit of the stream that decides nothing
        assert unpack(bytes(chunk)) == tuple(traffic(5, 20, per_picture=3))
