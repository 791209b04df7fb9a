from __future__ import annotations

import pytest

from onwatch_catalog.errors import GateNotFound, IdTaken, InvalidItemName, InvalidPatch, NameTaken, TooManyItems
from onwatch_catalog.site.items import PALETTE, ItemKind, checked_item_name, counted_types, free_color, given_fields
from onwatch_contracts.site import MAX_ITEMS, Gate
from onwatch_contracts.site_requests import GatePatch

GATES = ItemKind[Gate]("gate", lambda gate: gate.gate_id, GateNotFound)


def gate(gate_id: str, name: str | None = None, color: str = PALETTE[0]) -> Gate:
    return Gate(gate_id=gate_id, name=name or gate_id, color=color, points=((0.1, 0.5), (0.9, 0.5)))


def ids(gates: tuple[Gate, ...]) -> str:
    return "".join(each.gate_id for each in gates)


ABC = (gate("a"), gate("b"), gate("c"))


@pytest.mark.parametrize(("place", "expected"), [(None, "abcx"), (1, "xabc"), (2, "axbc"), (4, "abcx"), (64, "abcx")])
def test_an_item_is_added_at_its_place(place: int | None, expected: str) -> None:
    assert ids(GATES.added(ABC, gate("x"), place)) == expected


@pytest.mark.parametrize(("place", "expected"), [(None, "abc"), (1, "bac"), (2, "abc"), (3, "acb"), (64, "acb")])
def test_an_item_is_moved_to_its_place(place: int | None, expected: str) -> None:
    assert ids(GATES.replaced(ABC, gate("b", "B"), place)) == expected


def test_a_full_list_a_taken_id_and_a_taken_name_are_refused() -> None:
    full = tuple(gate(f"g{number}") for number in range(MAX_ITEMS))

    with pytest.raises(TooManyItems):
        GATES.added(full, gate("x"), None)
    with pytest.raises(IdTaken):
        GATES.added(ABC, gate("a", "Other"), None)
    with pytest.raises(NameTaken, match="The gate a is named 'a' already"):
        GATES.replaced(ABC, gate("b", "A"), None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("North Entry", "north-entry"), ("Süd/West!", "sud-west"), ("東", "gate"), ("a", "a-2"), ("x" * 100, "x" * 56)],
)
def test_an_id_from_a_name_is_free(name: str, expected: str) -> None:
    assert GATES.id_for(ABC, name) == expected


def test_an_item_is_found_by_id_and_by_name() -> None:
    assert GATES.found(ABC, "b") is ABC[1]
    assert GATES.named(ABC, " B ") is ABC[1]
    assert GATES.place(ABC, "c") == 3
    with pytest.raises(GateNotFound, match="no gate x; it has a, b, c"):
        GATES.found(ABC, "x")
    with pytest.raises(GateNotFound, match="no gate x; it has none"):
        GATES.without((), "x")


def test_each_gets_another_color_while_there_are_some() -> None:
    gates: tuple[Gate, ...] = ()
    for number in range(len(PALETTE) + 1):
        gates = (*gates, gate(f"g{number}", color=free_color(gates)))

    assert [each.color for each in gates] == [*PALETTE, PALETTE[0]]


def test_names_are_printable() -> None:
    assert checked_item_name(" a\u200eb\u00a0c\n") == "ab c"
    with pytest.raises(InvalidItemName, match="`forward_name` is empty"):
        checked_item_name("\n", "forward_name")


def test_types_count_once() -> None:
    assert counted_types(("car", "bus", "car")) == ("car", "bus")
    assert counted_types(None) is None


def test_a_patch_changes_what_it_has() -> None:
    patch = GatePatch.model_validate({"name": "N", "vehicle_types": None, "position": 3})

    assert given_fields(patch, may_be_null=frozenset({"vehicle_types"})) == {"name": "N", "vehicle_types": None}
    with pytest.raises(InvalidPatch, match="`vehicle_types`"):
        given_fields(patch)
