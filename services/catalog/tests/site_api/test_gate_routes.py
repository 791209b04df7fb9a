"""Gates over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

LINE = [[0.1, 0.5], [0.5, 0.6], [0.9, 0.5]]


async def test_an_added_gate_is_announced(site: Any) -> None:
    body = {"name": "North", "points": LINE, "forward_name": "in", "backward_name": "out"}

    answer = await site.post("gates", body)

    gate = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == site.address("gates/north")
    assert (gate["gate_id"], gate["points"], gate["position"]) == ("north", LINE, 1)
    assert (gate["forward_name"], gate["backward_name"]) == ("in", "out")
    message = await site.published()
    assert [each.gate_id for each in message.site.gates] == ["north"]
    assert (await site.get("gates/north")).json() == gate | {"note": None}
    assert (await site.get("gates")).json()["items"] == [gate | {"note": None}]


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([[0.5, 0.5], [0.5, 0.5]], "its length is zero"),
        ([[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]], "crosses or touches the part from point 3 to point 4"),
    ],
)
async def test_a_line_without_two_sides_is_refused(site: Any, points: Any, why: str) -> None:
    answer = await site.post("gates", {"name": "North", "points": points})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_gate")
    assert why in answer.json()["detail"]


async def test_gates_are_changed_moved_and_deleted(site: Any) -> None:
    await site.gate("north", 0.1)
    await site.gate("south", 0.9)

    changed = (await site.patch("gates/south", {"forward_name": "to town", "position": 1})).json()

    assert (changed["forward_name"], changed["name"], changed["position"]) == ("to town", "South", 1)
    assert [gate["gate_id"] for gate in (await site.get("gates")).json()["items"]] == ["south", "north"]
    assert (await site.delete("gates/north")).status_code == 204
    missing = await site.get("gates/north")
    assert (missing.status_code, missing.json()["detail"]) == (404, "The video has no gate north; it has south.")
    assert (await site.patch("gates/south", {"backward_name": "\u200e"})).json()["code"] == "invalid_item_name"


async def test_a_gate_of_a_movement_is_not_deleted(site: Any) -> None:
    await site.gate("north", 0.1)
    await site.gate("south", 0.9)
    steps = [{"gate_id": "north"}, {"gate_id": "south", "direction": "forward"}]
    await site.post("movements", {"name": "Through", "steps": steps})

    answer = await site.delete("gates/south")

    assert (answer.status_code, answer.json()["code"]) == (409, "gate_in_use")
    assert "'Through'" in answer.json()["detail"]
    await site.patch("movements/through", {"steps": [{"gate_id": "north"}]})
    assert (await site.delete("gates/south")).status_code == 204
