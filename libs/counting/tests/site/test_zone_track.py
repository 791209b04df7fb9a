"""The state of a vehicle in a zone."""

from __future__ import annotations

import json

from onwatch_contracts.values import ExitReason
from onwatch_counting.site import ZoneTrack
from onwatch_counting.zones import Step, ZoneRules
from onwatch_geometry import Area

AREA, RULES = Area(((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))), ZoneRules()


def test_a_state_goes_on_as_the_track_would_have() -> None:
    whole, resumed = ZoneTrack(), ZoneTrack()
    entered = []
    for n in range(60):
        step = Step(n / 10, (0.2 + 0.01 * n, 0.5), (n + 1) / 10, (0.21 + 0.01 * n, 0.5))
        box = (step.end[0] - 0.05, 0.4, step.end[0] + 0.05, 0.5)
        results = [track.see(step, box, AREA, RULES) for track in (whole, resumed)]
        assert results[0] == results[1]
        entered += [n] if results[0] else []
        resumed = ZoneTrack.from_json(json.loads(json.dumps(resumed.to_json())))
        assert resumed == whole
    assert len(entered) == 1
    [visit] = whole.closed
    assert visit.exit_reason is ExitReason.LEFT
    assert not whole.is_open


def test_a_vehicle_that_was_never_near_leaves_nothing() -> None:
    track = ZoneTrack()
    assert not track.see(Step(0.0, (0.1, 0.1), 0.1, (0.2, 0.1)), (0.1, 0.0, 0.2, 0.1), AREA, RULES)
    assert track.is_nothing
