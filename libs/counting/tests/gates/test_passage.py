"""The state of a passage."""

from __future__ import annotations

import json

from onwatch_counting.gates import GateCrossing, GateLine, GateRules, Passage, Sighting

LINE, RULES = GateLine(((0.2, 0.5), (0.8, 0.5))), GateRules()


def sighting(n: int, y: float) -> Sighting:
    return Sighting(n / 10, n, (0.5, y), (0.45, y - 0.1, 0.55, y))


def test_a_state_goes_on_as_the_passage_would_have() -> None:
    ways = [0.45, 0.48, 0.51, 0.49, 0.52, 0.55, 0.58, 0.62, 0.7]
    whole = Passage()
    resumed = Passage()
    for n in range(1, len(ways)):
        for passage in (whole, resumed):
            passage.see(sighting(n - 1, ways[n - 1]), sighting(n, ways[n]), LINE, RULES, lambda: True)
        resumed = Passage.from_json(json.loads(json.dumps(resumed.to_json())))
        assert resumed == whole
    [crossing] = whole.crossings
    assert isinstance(resumed.crossings[0], GateCrossing)
    assert (crossing.sign, round(crossing.at_s, 4)) == (1, 0.3333)


def test_what_is_pending_is_decided_once() -> None:
    passage = Passage()
    for n, y in enumerate((0.48, 0.52, 0.55), 1):
        passage.see(sighting(n - 1, y - 0.03), sighting(n, y), LINE, RULES, lambda: True)
    assert (len(passage.pending), passage.crossings) == (1, [])
    for _ in range(2):
        passage.finish(sighting(3, 0.55), LINE, RULES, stands=False)
    assert (passage.pending, len(passage.crossings)) == ([], 1)
