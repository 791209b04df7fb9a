"""Movements over HTTP."""

from __future__ import annotations

from typing import Any

STEPS = [{"gate_id": "north", "direction": "forward"}, {"gate_id": "east", "direction": None}]


async def test_a_movement_is_a_sequence_of_gates(site: Any) -> None:
    await site.gate("north", 0.1)
    await site.gate("east", 0.9)

    answer = await site.post("movements", {"name": "Left turn", "steps": STEPS})

    movement = answer.json()
    assert answer.headers["location"] == site.address("movements/left-turn")
    assert (movement["movement_id"], movement["steps"], movement["position"]) == ("left-turn", STEPS, 1)
    assert (await site.get("movements/left-turn")).json() == movement | {"note": None}
    assert (await site.patch("movements/left-turn", {"name": "Left"})).json()["name"] == "Left"
    assert (await site.delete("movements/left-turn")).status_code == 204
    assert (await site.get("movements")).json() == {"items": []}
    assert (await site.get("movements/left-turn")).json()["code"] == "movement_not_found"


async def test_a_movement_over_an_unknown_gate_is_refused(site: Any) -> None:
    await site.gate("north", 0.1)

    answer = await site.post("movements", {"name": "Left turn", "steps": STEPS})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_gate")
    expected = "The movement 'Left turn' crosses gate east, which the video does not have: its gates are north."
    assert answer.json()["detail"] == expected
