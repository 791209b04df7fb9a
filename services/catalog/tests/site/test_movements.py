from __future__ import annotations

import pytest

from onwatch_catalog.errors import UnknownGate
from onwatch_catalog.records.site import VideoSite
from onwatch_catalog.site.gates import with_gate
from onwatch_catalog.site.movements import with_movement, with_patched_movement
from onwatch_contracts.site import MovementStep
from onwatch_contracts.site_requests import MovementPatch, NewGate, NewMovement


def test_a_patched_movement_crosses_gates_of_the_video(before: VideoSite) -> None:
    gated = with_gate(before, NewGate(name="North", points=((0.1, 0.5), (0.9, 0.5))))
    added = with_movement(gated, NewMovement(name="In", steps=(MovementStep(gate_id="north"),)))

    with pytest.raises(UnknownGate, match="its gates are north"):
        with_patched_movement(added, "in", MovementPatch(steps=(MovementStep(gate_id="south"),)))


def test_a_video_without_gates_has_no_movements(before: VideoSite) -> None:
    with pytest.raises(UnknownGate, match="it has none"):
        with_movement(before, NewMovement(name="In", steps=(MovementStep(gate_id="north"),)))
