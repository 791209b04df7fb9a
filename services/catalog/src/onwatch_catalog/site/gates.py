"""Changes of gates: pure rules."""

from __future__ import annotations

from dataclasses import replace

from onwatch_catalog.errors import GateInUse, GateNotFound, InvalidGate
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site.items import ItemKind, checked_item_name, counted_types, free_color, given_fields
from onwatch_contracts.site import Gate
from onwatch_contracts.site_requests import GatePatch, NewGate
from onwatch_geometry import polyline_flaw

GATES = ItemKind[Gate]("gate", lambda gate: gate.gate_id, GateNotFound)
NAMES = ("name", "forward_name", "backward_name")


def with_gate(before: VideoSite, new: NewGate) -> VideoSite:
    gates = before.stored.gates
    gate = _checked(
        Gate(
            gate_id=new.gate_id or GATES.id_for(gates, new.name),
            name=new.name,
            color=new.color or free_color((*before.stored.zones, *gates)),
            points=new.points,
            anchor=new.anchor,
            vehicle_types=new.vehicle_types,
            forward_name=new.forward_name,
            backward_name=new.backward_name,
        )
    )
    return _with_gates(before, GATES.added(gates, gate, new.position))


def with_patched_gate(before: VideoSite, gate_id: str, patch: GatePatch) -> VideoSite:
    gates = before.stored.gates
    old = GATES.found(gates, gate_id)
    fields = given_fields(patch, may_be_null=frozenset({"vehicle_types"}))
    gate = _checked(Gate.model_validate({**dict(old), **fields}))
    return _with_gates(before, GATES.replaced(gates, gate, patch.position))


def without_gate(before: VideoSite, gate_id: str) -> VideoSite:
    gates = GATES.without(before.stored.gates, gate_id)
    users = [
        movement.name for movement in before.stored.movements if any(step.gate_id == gate_id for step in movement.steps)
    ]
    if users:
        raise GateInUse(gate_id, users)
    return _with_gates(before, gates)


def _with_gates(before: VideoSite, gates: tuple[Gate, ...]) -> VideoSite:
    return replace(before, stored=replace(before.stored, gates=gates))


def _checked(gate: Gate) -> Gate:
    names = {field: checked_item_name(getattr(gate, field), field) for field in NAMES}
    if flaw := polyline_flaw(gate.points):
        raise InvalidGate(names["name"], flaw)
    return gate.model_copy(update={**names, "vehicle_types": counted_types(gate.vehicle_types)})
