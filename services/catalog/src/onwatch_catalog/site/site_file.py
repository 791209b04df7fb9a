"""A whole site as a file, and from one or from another video: pure rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onwatch_catalog.errors import IdTaken, InvalidCalibration, InvalidSiteFile, InvalidZone
from onwatch_catalog.records import VideoSite
from onwatch_catalog.site.gates import with_gate
from onwatch_catalog.site.movements import with_movement
from onwatch_catalog.site.recording import with_patched_recording
from onwatch_catalog.site.zones import with_patched_zone, with_zone
from onwatch_catalog.videos import calibration_flaw
from onwatch_contracts.http import CalibrateCoordinates
from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.site_requests import (
    FeatureProperties,
    LineGeometry,
    NewGate,
    NewMovement,
    NewZone,
    PolygonGeometry,
    RecordingPatch,
    SiteFeature,
    SiteFile,
    ZonePatch,
)
from onwatch_contracts.values import DEFAULT_ZONE_ID, Point

MIN_POINTS, MAX_POINTS = 3, 64
ABSENT_IS_KEPT = ("recorded_at", "time_zone")


def file_of(site: Site) -> SiteFile:
    """What `with_file` reads; without the time of recording, so that it can be given to another video."""
    return SiteFile(
        type="FeatureCollection",
        features=(*map(_zone_feature, site.zones), *map(_gate_feature, site.gates)),
        movements=site.movements,
        calibration=site.calibration,
        time_zone=site.time_zone,
    )


def with_file(before: VideoSite, file: SiteFile) -> VideoSite:
    """All zones, gates and movements of the file, each checked as if it was added; the rest where the file has it."""
    stored = replace(before.stored, zones=before.site.zones[:1], gates=(), movements=())
    after = replace(before, stored=stored)
    if sum(feature.id == DEFAULT_ZONE_ID for feature in _polygons(file)) > 1:
        raise IdTaken("zone", DEFAULT_ZONE_ID)
    for feature in file.features:
        after = _with_feature(after, feature)
    for movement in file.movements:
        after = with_movement(after, NewMovement(**dict(movement)))
    if "calibration" in file.model_fields_set:
        after = _with_calibration(after, file.calibration)
    given = {name: getattr(file, name) for name in ABSENT_IS_KEPT if name in file.model_fields_set}
    return with_patched_recording(after, RecordingPatch(**given)) if given else after


def with_copy(before: VideoSite, source: VideoSite) -> VideoSite:
    """What is counted, as in another video; when it was recorded stays."""
    of = source.stored
    video = replace(
        before.video, roi=source.video.roi, anchor=source.video.anchor, calibration=source.video.calibration
    )
    stored = replace(before.stored, zones=of.zones, gates=of.gates, movements=of.movements)
    return replace(before, video=video, stored=stored)


def _polygons(file: SiteFile) -> Iterator[SiteFeature]:
    return (feature for feature in file.features if isinstance(feature.geometry, PolygonGeometry))


def _with_calibration(before: VideoSite, calibration: CalibrateCoordinates | None) -> VideoSite:
    if calibration is not None and (flaw := calibration_flaw(calibration)):
        raise InvalidCalibration(flaw)
    return replace(before, video=replace(before.video, calibration=calibration))


def _with_feature(before: VideoSite, feature: SiteFeature) -> VideoSite:
    # Programs for maps write null for each property that a feature does not have.
    properties = feature.properties.model_dump(exclude_unset=True, exclude_none=True)
    if isinstance(feature.geometry, LineGeometry):
        return with_gate(before, NewGate(gate_id=feature.id, points=feature.geometry.coordinates, **properties))
    for name in ("forward_name", "backward_name"):
        if name in properties:
            raise InvalidSiteFile(
                feature.properties.name, f"is a polygon, which has no `{name}`; a gate is a LineString"
            )
    polygon = _opened(feature.properties.name, feature.geometry.coordinates[0])
    if feature.id == DEFAULT_ZONE_ID:
        return with_patched_zone(before, DEFAULT_ZONE_ID, ZonePatch(polygon=polygon, **properties))
    return with_zone(before, NewZone(zone_id=feature.id, polygon=polygon, **properties))


def _opened(name: str, ring: tuple[Point, ...]) -> tuple[Point, ...]:
    """Without the last point if that repeats the first, as in GeoJSON."""
    points = ring[:-1] if ring[0] == ring[-1] else ring
    if not MIN_POINTS <= len(points) <= MAX_POINTS:
        raise InvalidZone(name, f"it has {len(points)} points, and {MIN_POINTS} to {MAX_POINTS} are expected")
    return points


def _zone_feature(zone: SiteZone) -> SiteFeature:
    return SiteFeature(
        type="Feature",
        id=zone.zone_id,
        properties=FeatureProperties(
            name=zone.name, color=zone.color, anchor=zone.anchor, vehicle_types=zone.vehicle_types
        ),
        geometry=PolygonGeometry(type="Polygon", coordinates=((*zone.polygon, zone.polygon[0]),)),
    )


def _gate_feature(gate: Gate) -> SiteFeature:
    named = {name: getattr(gate, name) for name in FeatureProperties.model_fields}
    return SiteFeature(
        type="Feature",
        id=gate.gate_id,
        properties=FeatureProperties(**named),
        geometry=LineGeometry(type="LineString", coordinates=gate.points),
    )
