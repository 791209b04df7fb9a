from __future__ import annotations

import pytest
from pydantic import ValidationError

from onwatch_contracts.site import ROI_ZONE, Gate, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME

LINE = ((0.1, 0.5), (0.9, 0.5))


def test_a_site_without_anything_counts_in_the_whole_frame() -> None:
    site = Site()

    assert (site.zones, site.is_roi_only) == ((ROI_ZONE,), True)
    assert (site.zones[0].zone_id, site.zones[0].polygon) == ("roi", WHOLE_FRAME)


def test_a_second_zone_or_a_gate_is_more_than_the_region_of_interest() -> None:
    zone = SiteZone(zone_id="queue", name="Queue", polygon=WHOLE_FRAME)

    assert not Site(zones=(ROI_ZONE, zone)).is_roi_only
    assert not Site(gates=(Gate(gate_id="north", name="North", points=LINE),)).is_roi_only


@pytest.mark.parametrize(
    "gate",
    [
        {"gate_id": "no rth", "name": "North", "points": LINE},
        {"gate_id": "north", "name": "North", "points": LINE[:1]},
        {"gate_id": "north", "name": "North", "points": LINE * 9},
        {"gate_id": "north", "name": "North", "points": LINE, "color": "red"},
        {"gate_id": "north", "name": "North", "points": LINE, "vehicle_types": ()},
    ],
)
def test_a_gate_of_another_form_is_refused(gate: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Gate.model_validate(gate)
