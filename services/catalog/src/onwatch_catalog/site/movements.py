"""Changes of movements: pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onwatch_catalog.errors import MovementNotFound, UnknownGate
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site.items import ItemKind, checked_item_name, given_fields
from onwatch_contracts.site import Gate, Movement
from onwatch_contracts.site_requests import MovementPatch, NewMovement

MOVEMENTS = ItemKind[Movement]("movement", lambda movement: movement.movement_id, MovementNotFound)


def with_movement(before: VideoSite, new: NewMovement) -> VideoSite:
    movements = before.stored.movements
    movement_id = new.movement_id or MOVEMENTS.id_for(movements, new.name)
    movement = _checked(Movement(movement_id=movement_id, name=new.name, steps=new.steps), before.stored.gates)
    return _with_movements(before, MOVEMENTS.added(movements, movement, new.position))


def with_patched_movement(before: VideoSite, movement_id: str, patch: MovementPatch) -> VideoSite:
    movements = before.stored.movements
    old = MOVEMENTS.found(movements, movement_id)
    movement = _checked(Movement.model_validate({**dict(old), **given_fields(patch)}), before.stored.gates)
    return _with_movements(before, MOVEMENTS.replaced(movements, movement, patch.position))


def without_movement(before: VideoSite, movement_id: str) -> VideoSite:
    return _with_movements(before, MOVEMENTS.without(before.stored.movements, movement_id))


def _with_movements(before: VideoSite, movements: tuple[Movement, ...]) -> VideoSite:
    return replace(before, stored=replace(before.stored, movements=movements))


def _checked(movement: Movement, gates: Sequence[Gate]) -> Movement:
    existing = [gate.gate_id for gate in gates]
    name = checked_item_name(movement.name)
    for step in movement.steps:
        if step.gate_id not in existing:
            raise UnknownGate(name, step.gate_id, existing)
    return movement.model_copy(update={"name": name})
