"""A recount has the rows of a count picture by picture, whatever is on the pictures."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME, Anchor
from onwatch_counting.log import RESOLUTION, LogColumns, LoggedBox, LoggedPicture, pack, unpack_columns
from onwatch_counting.recount import RecountCancelled, recount
from onwatch_counting.site import SiteCounter, SiteResults
from onwatch_testkit.slow import some_of

TYPES = ("car", "truck", "bus", "motorcycle", "bicycle", "tram")
THIN = ((0.0, 0.48), (1.0, 0.48), (1.0, 0.5), (0.0, 0.5))
CALIBRATION = CalibrateCoordinates(
    image_points=((0.3, 0.3), (0.7, 0.3), (0.9, 0.9), (0.1, 0.9)), side_lengths_m=(10, 30, 10, 30)
)


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - drawn scenes, the same in every run


def drawn_pictures(seed: int) -> list[LoggedPicture]:
    """Vehicles that drive, stop, are hidden, jump, change their track and their type."""
    noise = seeded(seed)
    fps = noise.choice([2, 5, 10, 25])
    pictures: list[dict[int, LoggedBox]] = [{} for _ in range(int(noise.uniform(5, 15) * fps))]
    next_track = 0
    for _ in range(noise.randrange(1, 10)):
        x, y, angle, speed = noise.random(), noise.random(), noise.uniform(0, 6.28), noise.choice([0, 0.02, 0.1, 0.4])
        width, height, jitter = noise.uniform(0.02, 0.12), noise.uniform(0.02, 0.15), noise.choice([0, 0.001, 0.01])
        missed, broken = noise.choice([0, 0.1, 0.5]), noise.choice([0, 0, 0.02, 0.1])
        kinds, stops = noise.choices(TYPES, k=noise.choice([1, 1, 3])), noise.random() < 0.4
        track, next_track, hidden = next_track, next_track + 1, 0
        start = noise.randrange(len(pictures))
        for number in range(start, min(len(pictures), start + int(noise.uniform(0.1, 15) * fps))):
            if not (stops and (number - start) % (6 * fps) > 2 * fps):
                x, y = x + math.cos(angle) * speed / fps, y + math.sin(angle) * speed / fps
            hidden = int(noise.uniform(0, 7) * fps) if noise.random() < 0.01 else max(0, hidden - 1)
            if hidden or noise.random() < missed:
                continue
            if noise.random() < broken:
                track, next_track = next_track, next_track + 1
            is_wrong = noise.random() < 0.01
            seen_x = noise.random() if is_wrong else x + noise.gauss(0, jitter)
            seen_y = noise.random() if is_wrong else y + noise.gauss(0, jitter)
            kind, confidence = noise.choice(kinds), noise.randrange(60, 256)
            scores = noise.choice([((kind, confidence),), (), ((kind, confidence), ("zebra", 20))])
            edges = (seen_x - width / 2, seen_y - height / 2, seen_x + width / 2, seen_y + height / 2)
            steps = [min(RESOLUTION, max(0, round(edge * RESOLUTION))) for edge in edges]
            pictures[number][track] = LoggedBox(track, *steps, confidence, kind, scores)
    return [LoggedPicture(n / fps, tuple(boxes[t] for t in sorted(boxes))) for n, boxes in enumerate(pictures)]


def drawn_site(seed: int) -> Site:
    noise = seeded(seed + 1000)

    def polygon() -> tuple[tuple[float, float], ...]:
        x, y, radius = noise.random(), noise.random(), noise.choice([0.05, 0.2, 0.4])
        angles = sorted(noise.uniform(0, 6.28) for _ in range(noise.randrange(3, 7)))
        corners = ((x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles)
        return tuple((min(1.0, max(0.0, round(a, 3))), min(1.0, max(0.0, round(b, 3)))) for a, b in corners)

    def zone(zone_id: str) -> SiteZone:
        shape = noise.choice([polygon(), polygon(), THIN, WHOLE_FRAME])
        return SiteZone(zone_id=zone_id, name="Zone", polygon=shape, anchor=noise.choice(list(Anchor)))

    def gate(gate_id: str) -> Gate:
        points = tuple((noise.random(), noise.random()) for _ in range(noise.choice([2, 2, 3, 6])))
        types = noise.choice([None, None, ("car", "tram")])
        anchor = noise.choice(list(Anchor))
        return Gate(gate_id=gate_id, name="Gate", points=points, anchor=anchor, vehicle_types=types)

    return Site(
        zones=(zone("roi"), *(zone(f"z{n}") for n in range(noise.randrange(4)))),
        gates=tuple(gate(f"g{n}") for n in range(noise.randrange(4))),
        calibration=noise.choice([None, CALIBRATION]),
    )


def chunks(pictures: Sequence[LoggedPicture], *cuts: int) -> Iterator[LogColumns]:
    bounds = [0, *sorted(cuts), len(pictures)]
    for start, end in pairwise(bounds):
        if start < end:
            yield unpack_columns(pack(pictures[start:end]))


def counted(site: Site, pictures: Sequence[LoggedPicture], end_s: float, keep_evidence: bool = False) -> SiteResults:
    counter = SiteCounter(site, keep_results=True, keep_evidence=keep_evidence)
    for picture in pictures:
        counter.observe(picture)
    counter.finish(end_s)
    return counter.results


@pytest.mark.parametrize("seed", some_of(range(0, 120, 10), kept=4))
def test_a_recount_has_the_rows_of_a_count_picture_by_picture(seed: int) -> None:
    rows = 0
    for each in range(seed, seed + 10):
        pictures, site, noise = drawn_pictures(each), drawn_site(each), seeded(each)
        end_s = pictures[-1].timestamp_s + noise.choice([0.0, 0.04, 3.0])
        expected = counted(site, pictures, end_s)
        cuts = [noise.randrange(len(pictures)) for _ in range(3)]
        assert recount(site, chunks(pictures, *cuts), end_s) == expected, each
        rows += len(expected.vehicles) + len(expected.visits) + len(expected.crossings)
    assert rows > 20


@pytest.mark.parametrize("seed", some_of(range(1000, 1040, 10), kept=2))
def test_a_recount_has_the_evidence_of_a_count_picture_by_picture(seed: int) -> None:
    visits = unconfirmed = 0
    for each in range(seed, seed + 10):
        site, noise = drawn_site(each), seeded(each)
        pictures = [replace(picture, is_inferred=noise.random() < 0.8) for picture in drawn_pictures(each)]
        end_s = pictures[-1].timestamp_s
        expected = counted(site, pictures, end_s, keep_evidence=True)
        found = recount(site, chunks(pictures, len(pictures) // 2), end_s, keep_evidence=True)
        assert found == expected, each
        assert found.evidence is not None
        assert replace(found, evidence=None) == counted(site, pictures, end_s)
        rows = [(visit.zone_id, visit.row_no, visit.visit_no) for visit in found.visits]
        assert [(one.zone_id, one.row_no, one.visit_no) for one in found.evidence.visits] == rows
        visits += len(rows)
        unconfirmed += sum((found.evidence.unconfirmed_tracks or {}).values())
    assert visits > 20
    assert unconfirmed > 0


def alternating(track_ids: Sequence[int]) -> list[LoggedPicture]:
    """A vehicle that looks like a car inside the region of interest, then like a bicycle outside, and is lost there."""
    pictures = []
    for n in range(60):
        is_inside = n < 15
        track_id = track_ids[0] if n < 40 else track_ids[1]
        x = 0.2 + 0.01 * n
        edges = [round(edge * RESOLUTION) for edge in (x - 0.05, 0.4, x + 0.05, 0.5)]
        kind, confidence = ("car", 100) if is_inside else ("bicycle", 200)
        box = LoggedBox(track_id, *edges, confidence, kind, ((kind, confidence),))
        pictures.append(LoggedPicture(n / 25, () if 36 <= n < 40 else (box,)))
    return pictures


def test_where_the_region_of_interest_sees_another_vehicle_it_is_counted_picture_by_picture() -> None:
    left = SiteZone(zone_id="roi", name="Left", polygon=((0.0, 0.0), (0.34, 0.0), (0.34, 1.0), (0.0, 1.0)))
    site, pictures = Site(zones=(left,)), alternating((1, 2))
    assert recount(site, chunks(pictures), 3.0) == counted(site, pictures, 3.0)


def test_boxes_without_a_track_are_treated_alike() -> None:
    site, pictures = Site(), alternating((1, -1))
    assert recount(site, chunks(pictures), 3.0) == counted(site, pictures, 3.0)


def test_an_empty_log_has_no_rows() -> None:
    assert recount(Site(), (), 0.0) == SiteResults()
    assert recount(Site(), chunks([LoggedPicture(0.0), LoggedPicture(1.0)]), 1.0) == SiteResults()


def test_progress_rises_to_1() -> None:
    shares: list[float] = []
    pictures = drawn_pictures(1)
    recount(drawn_site(1), chunks(pictures, 5, 20), pictures[-1].timestamp_s, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(set(shares)) > 4


def test_a_cancelled_recount_ends_at_once() -> None:
    read: list[int] = []

    def reading() -> Iterator[LogColumns]:
        for number, chunk in enumerate(chunks(drawn_pictures(1), 5, 20, 30)):
            read.append(number)
            yield chunk

    with pytest.raises(RecountCancelled):
        recount(Site(), reading(), 10.0, is_cancelled=lambda: len(read) == 2)
    assert read == [0, 1]


def test_a_log_in_which_time_runs_backwards_is_refused() -> None:
    late, early = (unpack_columns(pack([LoggedPicture(at_s)])) for at_s in (2.0, 1.0))
    with pytest.raises(ValueError, match="backwards"):
        recount(Site(), (late, early), 3.0)
