from __future__ import annotations

import pytest

from onwatch_catalog.errors import InvalidGate
from onwatch_catalog.records.site import VideoSite
from onwatch_catalog.site.gates import with_gate, with_patched_gate, without_gate
from onwatch_contracts.site_requests import GatePatch, NewGate

LINE = ((0.1, 0.5), (0.9, 0.5))


def test_a_patched_line_is_checked(before: VideoSite) -> None:
    added = with_gate(before, NewGate(name="North", points=LINE))

    with pytest.raises(InvalidGate, match="The line of the gate 'North' is not simple: its length is zero"):
        with_patched_gate(added, "north", GatePatch(points=(LINE[0], LINE[0])))


def test_a_deleted_gate_leaves_the_others(before: VideoSite) -> None:
    added = with_gate(with_gate(before, NewGate(name="North", points=LINE)), NewGate(name="South", points=LINE))

    assert [gate.gate_id for gate in without_gate(added, "north").stored.gates] == ["south"]


def test_gates_and_zones_have_different_colors(before: VideoSite) -> None:
    added = with_gate(before, NewGate(name="North", points=LINE))

    assert added.stored.gates[0].color != added.stored.zones[0].color
