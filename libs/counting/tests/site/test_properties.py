"""Invariants of a site's numbers, for any traffic and any detector faults."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME, Zone
from onwatch_counting.log import RESOLUTION, LoggedBox, LoggedPicture
from onwatch_counting.site import SiteCounter, SiteResults
from onwatch_counting.zones import ZoneCounter

PICTURES = 50
EXAMPLES = settings(max_examples=120)
ZONES = (
    SiteZone(zone_id="roi", name="All", polygon=WHOLE_FRAME),
    SiteZone(zone_id="a", name="A", polygon=((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))),
    SiteZone(zone_id="b", name="B", polygon=((0.0, 0.48), (1.0, 0.48), (1.0, 0.52), (0.0, 0.52))),
)
GATES = (
    Gate(gate_id="g", name="G", points=((0.1, 0.5), (0.9, 0.5))),
    Gate(gate_id="h", name="H", points=((0.5, 0.1), (0.4, 0.5), (0.6, 0.9))),
)
SITE = Site(zones=ZONES, gates=GATES)
MIRRORED = Site(zones=ZONES, gates=tuple(g.model_copy(update={"points": g.points[::-1]}) for g in GATES))
Rows = list[list[LoggedBox]]


@st.composite
def scenes(draw: st.DrawFn) -> Rows:
    rows: Rows = [[] for _ in range(PICTURES)]
    for number in range(1, draw(st.integers(1, 5)) + 1):
        start, steps = draw(st.integers(0, PICTURES - 1)), draw(st.integers(1, PICTURES))
        x0, y0, x1, y1 = draw(st.tuples(*[st.integers(0, 20)] * 4))
        missed, breaks = draw(st.frozensets(st.integers(0, steps), max_size=9)), draw(st.integers(1, steps))
        kinds = draw(st.lists(st.sampled_from(["car", "truck", "bicycle", "tram"]), min_size=1, max_size=3))
        for step in range(min(steps, PICTURES - start)):
            if step in missed:
                continue
            share = step / steps
            x, y = (round((a + (b - a) * share) / 20 * RESOLUTION) for a, b in ((x0, x1), (y0, y1)))
            edges = (x - 1600, y - 3000, x + 1600, y)
            left, top, right, bottom = (min(RESOLUTION, max(0, edge)) for edge in edges)
            track_id, kind = number * 10 + (step >= breaks), kinds[step % len(kinds)]
            rows[start + step].append(LoggedBox(track_id, left, top, right, bottom, 150, kind, ((kind, 150),)))
    return rows


rates = st.sampled_from([2.0, 5.0, 25.0])


def counted(site: Site, rows: Rows, fps: float) -> SiteResults:
    counter = SiteCounter(site, keep_results=True)
    for n, boxes in enumerate(rows):
        counter.observe(LoggedPicture(n / fps, tuple(boxes)))
    counter.finish(len(rows) / fps)
    return counter.results


@EXAMPLES
@given(scenes(), rates)
def test_the_rows_add_up(rows: Rows, fps: float) -> None:
    results = counted(SITE, rows, fps)
    vehicles = {row.vehicle_id: row for row in results.vehicles}
    assert list(vehicles) == list(range(1, len(vehicles) + 1))
    for row in results.vehicles:
        assert row.moving_s + row.standing_s == pytest.approx(row.last_seen_s - row.first_seen_s)
    for visit in results.visits:
        assert 0 <= visit.entered_at_s <= visit.left_at_s <= len(rows) / fps
        assert visit.standing_s == sum(end - start for start, end in visit.standing_spans_s)
        assert (
            visit.zone_id == "roi"
            or visit.vehicle_id is None
            or visit.vehicle_type == vehicles[visit.vehicle_id].vehicle_type
        )
    for zone in ZONES:
        numbers = [visit.row_no for visit in results.visits if visit.zone_id == zone.zone_id]
        assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1))
    for crossing in results.crossings:
        vehicle = vehicles[crossing.vehicle_id]
        assert vehicle.first_seen_s <= crossing.at_s <= vehicle.last_seen_s
        assert crossing.vehicle_type == vehicle.vehicle_type


@EXAMPLES
@given(scenes(), rates)
def test_the_events_of_the_region_of_interest_are_those_of_the_zone_counter(rows: Rows, fps: float) -> None:
    site, zone = SiteCounter(SITE), ZoneCounter(Zone())
    for n, boxes in enumerate(rows):
        seen = [box.observation(ZONES[0].anchor) for box in boxes]
        assert site.observe(LoggedPicture(n / fps, tuple(boxes))) == zone.observe(n / fps, seen)
    assert site.finish(len(rows) / fps) == zone.finish(len(rows) / fps)


@EXAMPLES
@given(scenes(), rates, st.frozensets(st.integers(0, PICTURES), max_size=4))
def test_resumed_anywhere_the_numbers_are_the_same(rows: Rows, fps: float, cuts: frozenset[int]) -> None:
    whole, resumed = SiteCounter(SITE), SiteCounter(SITE)
    for n, boxes in enumerate(rows):
        if n in cuts:
            resumed = SiteCounter.from_json(json.loads(json.dumps(resumed.to_json())), SITE)
        picture = LoggedPicture(n / fps, tuple(boxes))
        assert resumed.observe(picture) == whole.observe(picture)
        assert resumed.counts() == whole.counts()
    assert resumed.finish(len(rows) / fps) == whole.finish(len(rows) / fps)
    assert json.dumps(resumed.to_json()) == json.dumps(whole.to_json())


@EXAMPLES
@given(scenes(), rates)
def test_live_counts_at_the_end_are_those_of_the_rows(rows: Rows, fps: float) -> None:
    counter = SiteCounter(SITE, keep_results=True)
    for n, boxes in enumerate(rows):
        counter.observe(LoggedPicture(n / fps, tuple(boxes)))
    counter.finish(len(rows) / fps)
    counts, results = counter.counts(), counter.results
    for zone in counts.zones:
        visits = [visit for visit in results.visits if visit.zone_id == zone.zone_id]
        assert zone.visits_count == zone.vehicle_dwell_time.visits == len(visits)
        assert zone.vehicle_type == Counter(visit.vehicle_type for visit in visits if visit.visit_no == 1)
        assert zone.total_vehicles_count == len({visit.row_no for visit in visits})
        assert zone.current_vehicles_count == 0
    for gate in counts.gates:
        crossed = Counter((c.direction, c.vehicle_type) for c in results.crossings if c.gate_id == gate.gate_id)
        live = {("forward", kind): n for kind, n in gate.forward.items()}
        assert live | {("backward", kind): n for kind, n in gate.backward.items()} == crossed


@EXAMPLES
@given(scenes(), rates)
def test_gates_drawn_the_other_way_round_have_the_directions_exchanged(rows: Rows, fps: float) -> None:
    exchanged = {"forward": "backward", "backward": "forward"}
    one, other = counted(SITE, rows, fps).crossings, counted(MIRRORED, rows, fps).crossings
    seen = sorted((c.gate_id, c.vehicle_id, c.crossing_no, exchanged[c.direction], c.at_s) for c in one)
    assert sorted((c.gate_id, c.vehicle_id, c.crossing_no, c.direction, c.at_s) for c in other) == seen


@EXAMPLES
@given(scenes())
def test_a_vehicle_alternates_between_the_sides_of_a_gate_it_cannot_go_around(rows: Rows) -> None:
    across = Gate(gate_id="g", name="G", points=((0.0, 0.5), (1.0, 0.5)))
    directions: dict[int, str] = {}
    for crossing in counted(Site(gates=(across,)), rows, 25.0).crossings:
        assert directions.get(crossing.vehicle_id) != crossing.direction
        directions[crossing.vehicle_id] = crossing.direction
