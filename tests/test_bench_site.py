"""The benchmark of gates, flows, intervals and speeds: its truth, and that Onwatch finds it."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.accuracy.site.__main__ import speeds_table, wrong
from bench.accuracy.site.junction import Junction
from bench.accuracy.site.pipelines import onwatch
from bench.accuracy.site.road import Drive
from bench.accuracy.site.road import onwatch as speed_at_gate
from bench.recount.traffic import SITE

pytestmark = pytest.mark.slow


def test_every_vehicle_crosses_the_gates_of_its_two_roads_and_is_counted_so() -> None:
    junction = Junction(seed=1, minutes=1)
    true = junction.truth()
    gates = [gate.gate_id for gate in SITE.gates]
    whole = [trip for trip in junction.trips if trip.places[-1][0] < 55 * 25]
    assert true.cells.total() >= 2 * len(whole) > 50
    assert true.flows >= Counter((gates[trip.origin], gates[trip.destination]) for trip in whole)
    assert onwatch(junction) == true


def test_the_speed_of_a_vehicle_is_found() -> None:
    assert speed_at_gate(Drive(50, "car", goes_away=True, fps=12.5, seed=1)) == pytest.approx(50, rel=0.02)


def test_what_is_too_much_and_too_little_does_not_cancel_out() -> None:
    assert wrong(Counter(a=3, b=1), Counter(a=1, c=2)) == 5


def test_a_vehicle_without_a_speed_is_missing() -> None:
    assert "| 5 | nobody | 0 of 30 | - | - | - |" in speeds_table({"nobody": [None] * 90})
