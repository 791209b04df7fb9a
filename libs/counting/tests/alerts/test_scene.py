"""What each picture of a log adds."""

from __future__ import annotations

from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME, Anchor
from onwatch_counting.alerts.scene import Entry, GatePassed, Scene, SceneReader
from onwatch_counting.log import CONFIDENCE_STEPS, RESOLUTION, LoggedBox, LoggedPicture

LEFT = SiteZone(zone_id="left", name="Left", polygon=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
MIDDLE = Gate(gate_id="middle", name="Middle", points=((0.5, 0.0), (0.5, 1.0)), anchor=Anchor.CENTER)
ROI = SiteZone(zone_id="roi", name="Region of interest", polygon=WHOLE_FRAME)
SITE = Site(zones=(ROI, LEFT), gates=(MIDDLE,))
FPS = 25.0


def box(x: float, y: float = 0.5, kind: str = "car", track_id: int = 1) -> LoggedBox:
    edges = (round(edge * RESOLUTION) for edge in (x - 0.05, y - 0.05, x + 0.05, y + 0.05))
    return LoggedBox(track_id, *edges, round(0.8 * CONFIDENCE_STEPS), kind)


def scenes(site: Site, frames: list[list[LoggedBox]]) -> list[Scene]:
    reader = SceneReader(site)
    return [reader.observe(LoggedPicture(n / FPS, tuple(boxes))) for n, boxes in enumerate(frames)]


def drive(site: Site, kind: str = "car") -> list[Scene]:
    """From the left to the right in two seconds, then 6 s of nothing."""
    return scenes(site, [[box(0.1 + 0.8 * n / 50, kind=kind)] for n in range(50)] + [[]] * 150)


def test_each_entry_and_crossing_is_told_once_when_it_is_known():
    seen = drive(SITE)
    entries = [(scene.timestamp_s, entry) for scene in seen for entry in scene.entries]
    assert [entry for _, entry in entries] == [Entry("roi", "car"), Entry("left", "car")]
    assert entries[0][0] == 0.2, "a vehicle has entered after 0.2 s"
    passed = [(scene.timestamp_s, one) for scene in seen for one in scene.passed]
    assert [one for _, one in passed] == [GatePassed("middle", "backward", "car")]
    assert 1.0 < passed[0][0] < 1.6, "a whole box beyond the line"


def test_a_vehicle_is_in_its_zones_until_its_visit_ends():
    present = [[len(scene.in_zones[zone_id]) for zone_id in ("roi", "left")] for scene in drive(SITE)]
    assert present[0] == [0, 0]
    assert present[10] == [1, 1]
    assert present[45] == [1, 0]
    assert present[-1] == [0, 0]


def test_a_vehicle_that_stands_is_told_since_when():
    still = scenes(SITE, [[box(0.2)]] * 100)
    (one,) = still[-1].in_zones["left"]
    assert (one.entered_at_s, one.stands_since_s) == (0.0, 0.0)
    assert drive(SITE)[20].in_zones["left"][0].stands_since_s is None


def test_a_crossing_is_told_also_if_the_vehicle_is_lost_beyond_the_line():
    """It is not a whole box beyond when it is seen last."""
    seen = scenes(SITE, [[box(0.1 + 0.45 * n / 50)] for n in range(50)] + [[]] * 150)
    assert [one.direction for scene in seen for one in scene.passed] == ["backward"]


def test_a_video_with_a_region_of_interest_only_has_scenes_too():
    seen = drive(Site())
    assert [entry for scene in seen for entry in scene.entries] == [Entry("roi", "car")]
    assert seen[10].seen_types == ("car",)
    assert seen[-1].seen_types == ()


def test_zones_and_gates_count_their_types_only():
    trucks = SITE.model_copy(
        update={
            "zones": (ROI, LEFT.model_copy(update={"vehicle_types": ("truck",)})),
            "gates": (MIDDLE.model_copy(update={"vehicle_types": ("truck",)}),),
        }
    )
    cars = drive(trucks)
    assert {entry.zone_id for scene in cars for entry in scene.entries} == {"roi"}
    assert not any(scene.passed or scene.in_zones["left"] for scene in cars)
    assert sum(len(scene.passed) for scene in drive(trucks, "truck")) == 1
