from __future__ import annotations

from typing import Any

from onwatch_catalog.mqtt.readings import TYPE_LABELS, Kind, Snapshot, readings
from onwatch_contracts.site import ROI_ZONE, Site
from onwatch_contracts.values import VehicleType


def snapshot(make: Any, **fields: Any) -> Snapshot:
    site = Site(zones=(ROI_ZONE, make.zone), gates=(make.gate,))
    return Snapshot(make.video, "Main street", "streaming", site, **fields)


def values(video: Snapshot) -> dict[str, str | None]:
    return {reading.path: reading.value for reading in readings(video)}


def test_every_number_has_a_topic_of_its_own(make: Any) -> None:
    video = snapshot(make, totals=make.metrics(1, total=5, current=2).totals, counts=make.counts(1, 4, 1).counts)

    assert values(video) == {
        "name": "Main street",
        "state": "streaming",
        "current": "2",
        "total": "5",
        "types/car": "5",
        "types/truck": "0",
        "types/bus": "0",
        "types/motorcycle": "0",
        "types/bicycle": "0",
        "types/vehicle": "0",
        "zones/north/current": "1",
        "zones/north/total": "4",
        "gates/g1/forward": "5",
        "gates/g1/backward": "2",
    }


def test_numbers_that_are_not_known_are_no_zeros(make: Any) -> None:
    known = {path for path, value in values(snapshot(make)).items() if value is not None}

    assert known == {"name", "state"}


def test_labels_are_the_names_that_people_gave(make: Any) -> None:
    labels = {reading.path: reading.label for reading in readings(snapshot(make))}

    assert labels["zones/north/total"] == "North total"
    assert (labels["gates/g1/forward"], labels["gates/g1/backward"]) == ("Bridge: in", "Bridge: out")


def test_only_what_never_falls_within_a_run_is_a_total(make: Any) -> None:
    totals = {reading.path for reading in readings(snapshot(make)) if reading.kind is Kind.TOTAL}

    assert totals == {"total", "zones/north/total", "gates/g1/forward", "gates/g1/backward"}


def test_every_type_has_a_label() -> None:
    assert set(TYPE_LABELS) == set(VehicleType)


def test_a_rule_is_raised_or_cleared_and_its_attributes_come_first(make: Any) -> None:
    alerts = (make.rule_alert("r1"), make.rule_alert("r2", "Wrong way", **make.cleared))
    found = [reading for reading in readings(snapshot(make, alerts=alerts)) if reading.path.startswith("alerts/")]

    assert [(reading.path, reading.kind) for reading in found] == [
        ("alerts/r1/attributes", Kind.ATTRIBUTES),
        ("alerts/r1/state", Kind.ALERT),
        ("alerts/r2/attributes", Kind.ATTRIBUTES),
        ("alerts/r2/state", Kind.ALERT),
    ]
    assert [reading.value for reading in found if reading.kind is Kind.ALERT] == ["raised", "cleared"]
    assert found[3].label == "Wrong way"
