"""The HTTP API of gates."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI, Response

from onwatch_catalog import errors
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site import GATES, Sites, note_of_change, with_gate, with_patched_gate, without_gate
from onwatch_catalog.site_api.parameters import (
    ADD_ERRORS,
    CHANGE_ERRORS,
    PATCH_ERRORS,
    IfMatch,
    tell_revision,
)
from onwatch_catalog.video_path import PathVideoId
from onwatch_contracts.site import Gate
from onwatch_contracts.site_requests import GateList, GatePatch, NewGate, PlacedGate
from onwatch_runtime.http import documented


def add_gate_routes(app: FastAPI, sites: Sites) -> None:
    _add_collection(app, sites)
    _add_gate(app, sites)


def _add_collection(app: FastAPI, sites: Sites) -> None:
    @app.get("/api/videos/{video_id}/gates", responses=documented(errors.VideoNotFound))
    async def list_gates(video_id: PathVideoId, response: Response) -> GateList:
        """In order."""
        found = await sites.get(video_id)
        tell_revision(response, found)
        return GateList(items=tuple(_placed(found, gate) for gate in _gates(found)))

    @app.post("/api/videos/{video_id}/gates", status_code=201, responses=documented(*ADD_ERRORS, errors.InvalidGate))
    async def add_gate(video_id: PathVideoId, new: NewGate, response: Response, if_match: IfMatch = None) -> PlacedGate:
        """Add a gate, a line whose crossings are counted by direction."""
        changed = await sites.change(video_id, lambda before: with_gate(before, new), if_match)
        tell_revision(response, changed)
        gate = GATES.named(_gates(changed), new.name)
        response.headers["location"] = f"/api/videos/{video_id}/gates/{gate.gate_id}"
        return _placed(changed, gate, note_of_change(changed.video))


def _add_gate(app: FastAPI, sites: Sites) -> None:
    @app.get(
        "/api/videos/{video_id}/gates/{gate_id}",
        responses=documented(errors.VideoNotFound, errors.GateNotFound),
    )
    async def get_gate(video_id: PathVideoId, gate_id: str, response: Response) -> PlacedGate:
        found = await sites.get(video_id)
        tell_revision(response, found)
        return _placed(found, GATES.found(_gates(found), gate_id))

    @app.patch(
        "/api/videos/{video_id}/gates/{gate_id}",
        responses=documented(*PATCH_ERRORS, errors.GateNotFound, errors.InvalidGate),
    )
    async def edit_gate(
        video_id: PathVideoId, gate_id: str, patch: GatePatch, response: Response, if_match: IfMatch = None
    ) -> PlacedGate:
        """Change the fields that are present."""
        rule = partial(with_patched_gate, gate_id=gate_id, patch=patch)
        changed = await sites.change(video_id, rule, if_match)
        tell_revision(response, changed)
        return _placed(changed, GATES.found(_gates(changed), gate_id), note_of_change(changed.video))

    @app.delete(
        "/api/videos/{video_id}/gates/{gate_id}",
        status_code=204,
        responses=documented(*CHANGE_ERRORS, errors.GateNotFound, errors.GateInUse),
    )
    async def delete_gate(video_id: PathVideoId, gate_id: str, response: Response, if_match: IfMatch = None) -> None:
        """Delete the gate, unless a movement crosses it."""
        changed = await sites.change(video_id, lambda before: without_gate(before, gate_id), if_match)
        tell_revision(response, changed)


def _gates(found: VideoSite) -> tuple[Gate, ...]:
    return found.stored.gates


def _placed(found: VideoSite, gate: Gate, note: str | None = None) -> PlacedGate:
    place = GATES.place(_gates(found), GATES.id_of(gate))
    return PlacedGate(**dict(gate), position=place, note=note)
