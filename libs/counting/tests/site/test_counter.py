"""Gates and zones of a site, picture by picture: each known way to count wrongly is a test of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME, Anchor, ExitReason
from onwatch_counting.log import CONFIDENCE_STEPS, RESOLUTION, LoggedBox, LoggedPicture
from onwatch_counting.site import SiteCounter, SiteResults, SiteStateError

ROI = SiteZone(zone_id="roi", name="Region of interest", polygon=WHOLE_FRAME)
ACROSS = Gate(gate_id="g", name="Gate", points=((0.2, 0.5), (0.8, 0.5)), anchor=Anchor.CENTER)
"""Horizontal, walked from left to right: forward is downwards."""
SITE = Site(zones=(ROI,), gates=(ACROSS,))
SIZE = 0.1
Place = tuple[float, float] | None


def box(track_id: int, x: float, y: float, kind: str = "car", size: float = SIZE, confidence: float = 0.8) -> LoggedBox:
    """A square around the point."""
    left, top, right, bottom = (
        min(RESOLUTION, max(0, round(edge * RESOLUTION)))
        for edge in (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
    )
    return LoggedBox(track_id, left, top, right, bottom, round(confidence * CONFIDENCE_STEPS), kind)


def pictures(frames: Iterable[Sequence[LoggedBox]], fps: float) -> list[LoggedPicture]:
    return [LoggedPicture(n / fps, tuple(boxes)) for n, boxes in enumerate(frames)]


def count(site: Site, given: Sequence[LoggedPicture], end_s: float | None = None) -> SiteResults:
    counter = SiteCounter(site, keep_results=True)
    for picture in given:
        counter.observe(picture)
    counter.finish(given[-1].timestamp_s if end_s is None else end_s)
    return counter.results


def drive(places: Iterable[Place], fps: float = 25.0, site: Site = SITE, track_id: int = 1) -> list[tuple[str, float]]:
    """The crossings of one vehicle alone; the video goes on for 10 s without it."""
    frames = [[box(track_id, *place)] if place else [] for place in places]
    frames += [[]] * round(10 * fps)
    return [(crossing.direction, crossing.at_s) for crossing in count(site, pictures(frames, fps)).crossings]


def directions(places: Iterable[Place], fps: float = 25.0, site: Site = SITE) -> list[str]:
    return [direction for direction, _ in drive(places, fps, site)]


def way(y_from: float, y_to: float, steps: int, x: float = 0.5) -> list[Place]:
    return [(x, y_from + (y_to - y_from) * n / steps) for n in range(steps + 1)]


# --- crossings that count ----------------------------------------------------------------------------


@pytest.mark.parametrize("fps", [1, 2, 5, 12.5, 25, 30, 60])
def test_it_crosses_once_at_the_interpolated_time_whatever_the_frame_rate(fps: float) -> None:
    [(direction, at_s)] = drive(way(0.1, 0.9, round(4 * fps)), fps)
    assert direction == "forward"
    assert at_s == pytest.approx(2.0, abs=1e-4)


def test_the_other_way_is_backward() -> None:
    assert directions(way(0.9, 0.1, 50)) == ["backward"]


def test_a_gate_drawn_the_other_way_round_has_the_directions_exchanged() -> None:
    mirrored = Site(gates=(ACROSS.model_copy(update={"points": ACROSS.points[::-1]}),))
    assert directions(way(0.1, 0.9, 50), site=mirrored) == ["backward"]


def test_two_pictures_a_second_count_what_jumps_over_the_line() -> None:
    """0.4 of the picture from one to the next, four boxes."""
    assert directions([(0.5, 0.1), (0.5, 0.3), (0.5, 0.7), (0.5, 0.95)], fps=2) == ["forward"]


def test_a_vehicle_that_is_seen_twice_at_two_pictures_a_second_counts() -> None:
    assert directions([(0.5, 0.3), (0.5, 0.7)], fps=2) == ["forward"]


def test_a_fast_vehicle_that_is_lost_right_after_the_line_counts() -> None:
    assert directions([(0.5, 0.1), (0.5, 0.2), (0.5, 0.3), (0.5, 0.4), (0.5, 0.55)], fps=12.5) == ["forward"]


def test_a_gate_close_to_the_border_counts_what_leaves_the_picture_there() -> None:
    close = Site(gates=(ACROSS.model_copy(update={"points": ((0.2, 0.93), (0.8, 0.93))}),))
    assert directions([(0.5, 0.6 + 0.02 * n) for n in range(19)], site=close) == ["forward"]


def test_a_track_that_is_lost_on_the_line_and_found_again_under_another_id_counts_once() -> None:
    frames = [[box(1, 0.5, 0.1 + 0.01 * n)] if n < 38 else [] for n in range(45)]
    frames += [[box(2, 0.5, 0.1 + 0.01 * n)] for n in range(45, 80)]
    [crossing] = count(SITE, pictures(frames, 25)).crossings
    assert (crossing.direction, crossing.crossing_no) == ("forward", 1)
    assert crossing.at_s == pytest.approx(40 / 25, abs=1e-3)


def test_a_vehicle_that_comes_in_where_another_has_just_left_is_another_one() -> None:
    """Without the rule the second is the first, which turned round out of sight."""
    gate = ACROSS.model_copy(update={"points": ((0.8, 0.2), (0.8, 0.8))})
    lanes = SiteZone(zone_id="z", name="Lanes", polygon=((0.7, 0.3), (0.9, 0.3), (0.9, 0.8), (0.7, 0.8)))
    away = [[box(1, 0.3 + 0.01 * n, 0.5)] if n < 75 else [] for n in range(82)]
    coming = [[box(2, 1.045 - 0.01 * n, 0.54)] for n in range(70)]
    results = count(Site(zones=(ROI, lanes), gates=(gate,)), pictures([*away, *coming], 25))
    assert [(c.vehicle_id, c.direction) for c in results.crossings] == [(1, "backward"), (2, "forward")]
    assert Counter(visit.zone_id for visit in results.visits if visit.visit_no == 1) == {"roi": 2, "z": 2}


def test_a_real_u_turn_far_beyond_the_line_is_two_crossings() -> None:
    assert directions([*way(0.2, 0.85, 60), *way(0.85, 0.2, 60)]) == ["forward", "backward"]


def test_over_the_line_and_back_around_its_end_is_one_crossing() -> None:
    places = [*way(0.3, 0.7, 40), *[(0.5 + 0.01 * n, 0.7) for n in range(41)], *way(0.7, 0.3, 40, x=0.9)]
    assert directions(places) == ["forward"]


def test_every_corner_of_a_bent_gate_is_met_once() -> None:
    bent = ACROSS.model_copy(update={"points": ((0.2, 0.5), (0.5, 0.5), (0.6, 0.4), (0.8, 0.5))})
    for x in (0.5, 0.6, 0.3, 0.7):
        assert directions(way(0.1, 0.9, 64, x=x), site=Site(gates=(bent,))) == ["forward"], x


def test_a_vehicle_that_stops_beyond_the_line_until_the_end_has_crossed() -> None:
    assert directions([*way(0.3, 0.53, 23), *[(0.5, 0.53)] * 100]) == ["forward"]


# --- what does not count -----------------------------------------------------------------------------


def test_beyond_the_end_of_the_line_nothing_counts() -> None:
    assert directions(way(0.1, 0.9, 50, x=0.81)) == []
    assert directions(way(0.1, 0.9, 50, x=0.19)) == []


def test_touching_the_line_does_not_count() -> None:
    assert directions([*way(0.3, 0.5, 20), *way(0.5, 0.3, 20)]) == []


def test_a_stopped_vehicle_whose_box_trembles_over_the_line_does_not_count() -> None:
    trembling = [(0.5, 0.5 + (0.004 if n % 3 else -0.004)) for n in range(300)]
    assert directions([*way(0.3, 0.5, 20), *trembling]) == []


def test_a_vehicle_that_stopped_on_the_line_and_goes_on_counts_once() -> None:
    trembling = [(0.5, 0.5 + (0.004 if n % 3 else -0.004)) for n in range(300)]
    [(direction, at_s)] = drive([*way(0.3, 0.5, 20), *trembling, *way(0.5, 0.8, 30)])
    assert direction == "forward"
    assert at_s == pytest.approx(321 / 25, abs=0.2)


@pytest.mark.parametrize("fps", [2, 5, 12.5, 25])
def test_one_wrong_picture_in_seven_is_no_crossing(fps: float) -> None:
    """A A A B A A A: the box is on the other side in one picture, again and again."""
    places: list[Place] = [(0.5, 0.75 if n % 7 == 3 else 0.3) for n in range(70)]
    assert directions(places, fps) == []


def test_a_wrong_box_that_lasts_for_two_pictures_is_no_crossing() -> None:
    assert directions([*[(0.5, 0.3)] * 30, *[(0.5, 0.75)] * 2, *[(0.5, 0.3)] * 30]) == []


def test_a_wrong_box_as_the_last_of_a_standing_vehicle_is_no_crossing() -> None:
    assert directions([*[(0.5, 0.3)] * 30, (0.5, 0.75)]) == []


@pytest.mark.parametrize("beyond", [0.02, 0.05, 0.09])
def test_a_vehicle_that_noses_over_the_line_and_turns_back_does_not_count(beyond: float) -> None:
    places = [*way(0.3, 0.5 + beyond, 40), *[(0.5, 0.5 + beyond)] * 100, *way(0.5 + beyond, 0.3, 40)]
    assert directions(places) == []


def test_unconfirmed_tracks_count_nothing_even_if_they_share_an_id() -> None:
    """Each is detected once, on either side in turn, as a tracker does that gives all unconfirmed boxes one id."""
    frames = [[box(-1, 0.3 + 0.04 * (n % 10), 0.3 if n % 2 else 0.7)] for n in range(97)]
    assert count(SITE, pictures(frames, 25)).crossings == ()
    frames = [[box(n, 0.3 + 0.04 * (n % 10), 0.3 if n % 2 else 0.7)] if n % 9 == 0 else [] for n in range(97)]
    assert count(SITE, pictures(frames, 25)).crossings == ()


def test_two_detections_in_a_row_are_not_a_vehicle() -> None:
    results = count(SITE, pictures([[box(1, 0.5, 0.45)], [box(1, 0.5, 0.56)], *[[]] * 50], 25))
    assert (results.crossings, results.vehicles, results.unconfirmed_tracks_count) == ((), (), 1)


# --- rows --------------------------------------------------------------------------------------------


def test_the_final_type_of_the_vehicle_is_that_of_all_its_rows() -> None:
    zone = SiteZone(zone_id="z", name="Z", polygon=((0.3, 0.1), (0.7, 0.1), (0.7, 0.4), (0.3, 0.4)), anchor="center")
    site = Site(zones=(ROI, zone), gates=(ACROSS,))
    frames = [[box(1, 0.5, 0.1 + 0.01 * n, "car" if n < 30 else "truck")] for n in range(80)]
    results = count(site, pictures(frames, 25))
    rows = (*results.vehicles, *[v for v in results.visits if v.zone_id == "z"], *results.crossings)
    assert [row.vehicle_type for row in rows] == ["truck"] * 3


def test_a_class_of_a_custom_model_is_counted_under_its_own_name() -> None:
    results = count(SITE, pictures([[box(1, 0.5, 0.1 + 0.01 * n, "tram")] for n in range(80)], 25))
    assert [row.vehicle_type for row in (*results.vehicles, *results.crossings)] == ["tram", "tram"]


def test_types_that_do_not_count_have_no_rows_but_are_followed() -> None:
    site = Site(gates=(ACROSS.model_copy(update={"vehicle_types": ("truck",)}),))
    frames = [[box(1, 0.5, 0.1 + 0.01 * n)] for n in range(80)]
    results = count(site, pictures(frames, 25))
    assert (len(results.vehicles), results.crossings) == (1, ())


def test_headway_is_the_time_since_the_vehicle_before_in_the_same_direction() -> None:
    frames = [
        [
            box(number, 0.3 + 0.2 * number, y)
            for number, start in ((0, 0), (1, 25), (2, 75))
            if 0.1 <= (y := 0.1 + 0.01 * (n - start)) < 0.9
        ]
        for n in range(180)
    ]
    crossings = count(SITE, pictures(frames, 25)).crossings
    assert [crossing.headway_s for crossing in crossings] == [None, pytest.approx(1.0), pytest.approx(2.0)]


def test_stops_split_a_visit_into_moving_and_standing_time() -> None:
    places = [*way(0.1, 0.5, 50), *[(0.5, 0.5)] * 75, *way(0.5, 0.9, 50)]
    results = count(SITE, pictures([[box(1, *place)] for place in places], 25))
    [vehicle], [visit] = results.vehicles, results.visits
    assert vehicle.stops_count == visit.stops_count == 1
    assert vehicle.standing_s == pytest.approx(75 / 25, abs=0.2)
    assert visit.standing_s == sum(end - start for start, end in visit.standing_spans_s)
    assert visit.moving_s + visit.standing_s == pytest.approx(visit.left_at_s - visit.entered_at_s)
    assert [row.is_parked for row in (vehicle, visit)] == [False, False]


def test_a_vehicle_that_stands_from_before_the_video_to_its_end_is_parked() -> None:
    results = count(SITE, pictures([[box(1, 0.5, 0.3)] for _ in range(100)], 25))
    assert [row.is_parked for row in (*results.vehicles, *results.visits)] == [True, True]


def test_a_vehicle_that_waits_from_before_the_video_and_then_drives_is_not_parked() -> None:
    results = count(SITE, pictures([[box(1, *place)] for place in [*[(0.5, 0.3)] * 100, *way(0.3, 0.9, 60)]], 25))
    assert [row.is_parked for row in (*results.vehicles, *results.visits)] == [False, False]


def test_a_vehicle_that_stands_longer_than_any_queue_is_parked() -> None:
    places = [*way(0.1, 0.3, 10), *[(0.5, 0.3)] * 605, *way(0.3, 0.9, 10)]
    results = count(SITE, pictures([[box(1, *place)] for place in places], 2))
    assert [row.is_parked for row in (*results.vehicles, *results.visits)] == [True, True]


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        (way(0.1, 0.98, 50), ExitReason.LEFT),
        (way(0.1, 0.6, 50), ExitReason.TRACK_LOST),
    ],
)
def test_why_a_vehicle_is_not_seen_any_more(places: list[Place], reason: ExitReason) -> None:
    frames = [[box(1, *place)] if place else [] for place in places]
    assert [row.end_reason for row in count(SITE, pictures([*frames, *[[]] * 200], 25)).vehicles] == [reason]
    assert [row.end_reason for row in count(SITE, pictures(frames, 25)).vehicles] == [ExitReason.END_OF_VIDEO]


# --- state -------------------------------------------------------------------------------------------


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(SiteStateError, match="version 0"):
        SiteCounter.from_json({"version": 0}, SITE)


def test_a_damaged_state_or_that_of_another_site_is_refused() -> None:
    state = json.loads(json.dumps(SiteCounter(SITE).to_json()))
    with pytest.raises(SiteStateError, match="and 1 gates"):
        SiteCounter.from_json(state, Site())
    del state["journeys"]
    with pytest.raises(SiteStateError, match="damaged"):
        SiteCounter.from_json(state, SITE)


def test_live_counts_are_those_of_the_rows_so_far() -> None:
    counter = SiteCounter(SITE)
    for picture in pictures([[box(1, 0.5, 0.1 + 0.01 * n)] for n in range(80)], 25):
        counter.observe(picture)
    counts = counter.counts()
    assert Counter(counts.gates[0].forward) == {"car": 1}
    assert (counts.zones[0].total_vehicles_count, counts.zones[0].current_vehicles_count) == (1, 1)
    counter.finish(80 / 25)
    assert counter.counts().zones[0].current_vehicles_count == 0
