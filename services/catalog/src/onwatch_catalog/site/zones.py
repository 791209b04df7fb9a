"""Changes of zones: pure rules. The region of interest is the first, and is kept in the record of the video."""

from __future__ import annotations

from dataclasses import replace

from onwatch_catalog.errors import InvalidRoi, InvalidZone, RegionOfInterestFixed, ZoneNotFound
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site.items import ItemKind, checked_item_name, counted_types, free_color, given_fields
from onwatch_contracts.site import SiteZone
from onwatch_contracts.site_requests import NewZone, ZonePatch
from onwatch_contracts.values import DEFAULT_ZONE_ID, WHOLE_FRAME, Point
from onwatch_geometry import polygon_flaw

ZONES = ItemKind[SiteZone]("zone", lambda zone: zone.zone_id, ZoneNotFound)
AFTER_ROI = 2


def with_zone(before: VideoSite, new: NewZone) -> VideoSite:
    zones = before.site.zones
    name = checked_item_name(new.name)
    zone = SiteZone(
        zone_id=new.zone_id or ZONES.id_for(zones, name),
        name=name,
        color=new.color or free_color((*zones, *before.stored.gates)),
        polygon=_checked(name, new.polygon),
        anchor=new.anchor,
        vehicle_types=counted_types(new.vehicle_types),
    )
    place = new.position and max(new.position, AFTER_ROI)
    return _with_zones(before, ZONES.added(zones, zone, place))


def with_patched_zone(before: VideoSite, zone_id: str, patch: ZonePatch) -> VideoSite:
    zones = before.site.zones
    old = ZONES.found(zones, zone_id)
    fields = given_fields(patch, may_be_null=frozenset({"vehicle_types"}))
    if zone_id == DEFAULT_ZONE_ID:
        return _with_zones(before, ZONES.replaced(zones, _patched_roi(old, patch, fields), 1))
    place = patch.position and max(patch.position, AFTER_ROI)
    return _with_zones(before, ZONES.replaced(zones, _patched(old, fields), place))


def without_zone(before: VideoSite, zone_id: str) -> VideoSite:
    """The region of interest becomes the whole frame instead."""
    if zone_id == DEFAULT_ZONE_ID:
        return replace(before, video=replace(before.video, roi=None))
    return _with_zones(before, ZONES.without(before.site.zones, zone_id))


def _patched_roi(old: SiteZone, patch: ZonePatch, fields: dict[str, object]) -> SiteZone:
    if patch.vehicle_types is not None:
        raise RegionOfInterestFixed("vehicle_types")
    if patch.position not in (None, 1):
        raise RegionOfInterestFixed("position")
    if patch.polygon is not None and (flaw := polygon_flaw(patch.polygon)):
        raise InvalidRoi(flaw)
    return _patched(old, fields)


def _patched(old: SiteZone, fields: dict[str, object]) -> SiteZone:
    zone = SiteZone.model_validate({**dict(old), **fields})
    name = checked_item_name(zone.name)
    changes = {"name": name, "vehicle_types": counted_types(zone.vehicle_types)}
    _checked(name, zone.polygon)
    return zone.model_copy(update=changes)


def _with_zones(before: VideoSite, zones: tuple[SiteZone, ...]) -> VideoSite:
    """The first is the region of interest."""
    roi = zones[0]
    polygon = None if roi.polygon == WHOLE_FRAME else roi.polygon
    video = replace(before.video, roi=polygon, anchor=roi.anchor)
    return replace(before, video=video, stored=replace(before.stored, zones=zones))


def _checked(name: str, polygon: tuple[Point, ...]) -> tuple[Point, ...]:
    if flaw := polygon_flaw(polygon):
        raise InvalidZone(name, flaw)
    return polygon
