"""The HTTP API of zones."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI, Response

from onwatch_catalog import errors
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site import ZONES, Sites, note_of_change, with_patched_zone, with_zone, without_zone
from onwatch_catalog.site_api.parameters import (
    ADD_ERRORS,
    CHANGE_ERRORS,
    PATCH_ERRORS,
    IfMatch,
    tell_revision,
)
from onwatch_catalog.video_path import PathVideoId
from onwatch_contracts.site import SiteZone
from onwatch_contracts.site_requests import NewZone, PlacedZone, ZoneList, ZonePatch
from onwatch_runtime.http import documented

PATCH_ZONE_ERRORS = (
    *PATCH_ERRORS,
    errors.ZoneNotFound,
    errors.InvalidZone,
    errors.InvalidRoi,
    errors.RegionOfInterestFixed,
)


def add_zone_routes(app: FastAPI, sites: Sites) -> None:
    _add_collection(app, sites)
    _add_zone(app, sites)


def _add_collection(app: FastAPI, sites: Sites) -> None:
    @app.get("/api/videos/{video_id}/zones", responses=documented(errors.VideoNotFound))
    async def list_zones(video_id: PathVideoId, response: Response) -> ZoneList:
        """In order; the first is the region of interest, `roi`."""
        found = await sites.get(video_id)
        tell_revision(response, found)
        return ZoneList(items=tuple(_placed(found, zone) for zone in _zones(found)))

    @app.post("/api/videos/{video_id}/zones", status_code=201, responses=documented(*ADD_ERRORS, errors.InvalidZone))
    async def add_zone(video_id: PathVideoId, new: NewZone, response: Response, if_match: IfMatch = None) -> PlacedZone:
        """Add a zone, in which vehicles are counted as in the region of interest."""
        changed = await sites.change(video_id, lambda before: with_zone(before, new), if_match)
        tell_revision(response, changed)
        zone = ZONES.named(_zones(changed), new.name)
        response.headers["location"] = f"/api/videos/{video_id}/zones/{zone.zone_id}"
        return _placed(changed, zone, note_of_change(changed.video))


def _add_zone(app: FastAPI, sites: Sites) -> None:
    @app.get(
        "/api/videos/{video_id}/zones/{zone_id}",
        responses=documented(errors.VideoNotFound, errors.ZoneNotFound),
    )
    async def get_zone(video_id: PathVideoId, zone_id: str, response: Response) -> PlacedZone:
        found = await sites.get(video_id)
        tell_revision(response, found)
        return _placed(found, ZONES.found(_zones(found), zone_id))

    @app.patch(
        "/api/videos/{video_id}/zones/{zone_id}",
        responses=documented(*PATCH_ZONE_ERRORS),
    )
    async def edit_zone(
        video_id: PathVideoId, zone_id: str, patch: ZonePatch, response: Response, if_match: IfMatch = None
    ) -> PlacedZone:
        """Change the fields that are present. The polygon and anchor of `roi` are those of the video."""
        rule = partial(with_patched_zone, zone_id=zone_id, patch=patch)
        changed = await sites.change(video_id, rule, if_match)
        tell_revision(response, changed)
        return _placed(changed, ZONES.found(_zones(changed), zone_id), note_of_change(changed.video))

    @app.delete(
        "/api/videos/{video_id}/zones/{zone_id}",
        status_code=204,
        responses=documented(*CHANGE_ERRORS, errors.ZoneNotFound),
    )
    async def delete_zone(video_id: PathVideoId, zone_id: str, response: Response, if_match: IfMatch = None) -> None:
        """Delete the zone; the region of interest becomes the whole frame instead."""
        changed = await sites.change(video_id, lambda before: without_zone(before, zone_id), if_match)
        tell_revision(response, changed)


def _zones(found: VideoSite) -> tuple[SiteZone, ...]:
    return found.site.zones


def _placed(found: VideoSite, zone: SiteZone, note: str | None = None) -> PlacedZone:
    place = ZONES.place(_zones(found), ZONES.id_of(zone))
    return PlacedZone(**dict(zone), position=place, note=note)
