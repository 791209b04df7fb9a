"""The HTTP API of movements."""

from __future__ import annotations

from fastapi import FastAPI, Response

from onwatch_catalog import errors
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site import (
    MOVEMENTS,
    Sites,
    note_of_change,
    with_movement,
    with_patched_movement,
    without_movement,
)
from onwatch_catalog.site_api.parameters import (
    ADD_ERRORS,
    CHANGE_ERRORS,
    PATCH_ERRORS,
    IfMatch,
    tell_revision,
)
from onwatch_catalog.video_path import PathVideoId
from onwatch_contracts.site import Movement
from onwatch_contracts.site_requests import MovementList, MovementPatch, NewMovement, PlacedMovement
from onwatch_runtime.http import documented


def add_movement_routes(app: FastAPI, sites: Sites) -> None:
    _add_collection(app, sites)
    _add_movement(app, sites)


def _add_collection(app: FastAPI, sites: Sites) -> None:
    @app.get("/api/videos/{video_id}/movements", responses=documented(errors.VideoNotFound))
    async def list_movements(video_id: PathVideoId, response: Response) -> MovementList:
        """In order."""
        found = await sites.get(video_id)
        tell_revision(response, found)
        return MovementList(items=tuple(_placed(found, movement) for movement in _movements(found)))

    @app.post(
        "/api/videos/{video_id}/movements", status_code=201, responses=documented(*ADD_ERRORS, errors.UnknownGate)
    )
    async def add_movement(
        video_id: PathVideoId, new: NewMovement, response: Response, if_match: IfMatch = None
    ) -> PlacedMovement:
        """Add a movement, a sequence of gates that is counted, like a left turn."""
        changed = await sites.change(video_id, lambda before: with_movement(before, new), if_match)
        tell_revision(response, changed)
        movement = MOVEMENTS.named(_movements(changed), new.name)
        response.headers["location"] = f"/api/videos/{video_id}/movements/{movement.movement_id}"
        return _placed(changed, movement, note_of_change(changed.video))


def _add_movement(app: FastAPI, sites: Sites) -> None:
    @app.get(
        "/api/videos/{video_id}/movements/{movement_id}",
        responses=documented(errors.VideoNotFound, errors.MovementNotFound),
    )
    async def get_movement(video_id: PathVideoId, movement_id: str, response: Response) -> PlacedMovement:
        found = await sites.get(video_id)
        tell_revision(response, found)
        return _placed(found, MOVEMENTS.found(_movements(found), movement_id))

    @app.patch(
        "/api/videos/{video_id}/movements/{movement_id}",
        responses=documented(*PATCH_ERRORS, errors.MovementNotFound, errors.UnknownGate),
    )
    async def edit_movement(
        video_id: PathVideoId, movement_id: str, patch: MovementPatch, response: Response, if_match: IfMatch = None
    ) -> PlacedMovement:
        """Change the fields that are present."""
        changed = await sites.change(
            video_id, lambda before: with_patched_movement(before, movement_id, patch), if_match
        )
        tell_revision(response, changed)
        return _placed(changed, MOVEMENTS.found(_movements(changed), movement_id), note_of_change(changed.video))

    @app.delete(
        "/api/videos/{video_id}/movements/{movement_id}",
        status_code=204,
        responses=documented(*CHANGE_ERRORS, errors.MovementNotFound),
    )
    async def delete_movement(
        video_id: PathVideoId, movement_id: str, response: Response, if_match: IfMatch = None
    ) -> None:
        """Delete the movement."""
        changed = await sites.change(video_id, lambda before: without_movement(before, movement_id), if_match)
        tell_revision(response, changed)


def _movements(found: VideoSite) -> tuple[Movement, ...]:
    return found.stored.movements


def _placed(found: VideoSite, movement: Movement, note: str | None = None) -> PlacedMovement:
    place = MOVEMENTS.place(_movements(found), MOVEMENTS.id_of(movement))
    return PlacedMovement(**dict(movement), position=place, note=note)
