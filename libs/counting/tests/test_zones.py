"""The counting rules, frame by frame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import pytest

from onwatch_contracts.values import WHOLE_FRAME, Entered, ExitReason, Left, VehicleType, Zone, ZoneEvent
from onwatch_counting.zones import Observation, ZoneCounter, ZoneRules, ZoneStateError

SQUARE = Zone(polygon=((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)))
IN, OUT = (0.5, 0.5), (0.3, 0.5)
Anchor = tuple[float, float]


def at(
    x: float,
    y: float,
    track_id: int = 1,
    kind: VehicleType = VehicleType.CAR,
    confidence: float = 0.8,
    size: float = 0.1,
) -> Observation:
    """A square box with its bottom centre at the point."""
    box = (x - size / 2, y - size, x + size / 2, y)
    return Observation(track_id, (x, y), box, kind, confidence)


def play(
    counter: ZoneCounter, frames: Iterable[Sequence[Observation]], fps: float, start_frame: int = 0
) -> list[ZoneEvent]:
    return [event for n, frame in enumerate(frames, start_frame) for event in counter.observe(n / fps, frame)]


def drive(path: Iterable[Anchor | None], track_id: int = 1) -> list[list[Observation]]:
    """One vehicle alone: its anchor in each frame, None if it is not seen."""
    return [[] if point is None else [at(*point, track_id)] for point in path]


def count(path: Iterable[Anchor | None], fps: float = 10.0, zone: Zone = SQUARE) -> list[ZoneEvent]:
    """All events of one vehicle on the path; the video ends with the path."""
    counter = ZoneCounter(zone)
    frames = drive(path)
    return [*play(counter, frames, fps), *counter.finish(len(frames) / fps)]


def entered(events: Iterable[ZoneEvent]) -> list[Entered]:
    return [event for event in events if isinstance(event, Entered)]


def left(events: Iterable[ZoneEvent]) -> list[Left]:
    return [event for event in events if isinstance(event, Left)]


def across(x_from: float, x_to: float, frames: int, y: float = 0.5) -> list[Anchor]:
    return [(x_from + (x_to - x_from) * n / (frames - 1), y) for n in range(frames)]


# --- 1: inside ---------------------------------------------------------------------------------------


def test_the_border_belongs_to_the_zone() -> None:
    on_corner, on_edge, beside = [(0.4, 0.4)] * 3, [(0.6, 0.47)] * 3, [(0.6001, 0.47)] * 3
    assert len(entered(count(on_corner))) == 1
    assert len(entered(count(on_edge))) == 1
    assert entered(count(beside)) == []


def test_without_a_zone_the_whole_picture_counts_to_its_last_pixel() -> None:
    assert len(entered(count([(0.5, 1.0)] * 3, zone=Zone()))) == 1
    assert Zone().polygon == WHOLE_FRAME


# --- 3: entered --------------------------------------------------------------------------------------


def test_it_has_entered_after_two_tenths_of_a_second_at_its_first_detection_inside() -> None:
    counter = ZoneCounter(SQUARE)
    decided = [counter.observe(n / 10, frame) for n, frame in enumerate(drive([OUT, OUT, IN, IN, IN, IN]))]
    assert decided[:4] == [(), (), (), ()]
    assert decided[4] == (Entered(vehicle_id=1, visit_no=1, vehicle_type=VehicleType.CAR, entered_at_s=0.2),)
    assert decided[5] == ()


@pytest.mark.parametrize("fps", [5, 10, 12.5, 15, 24, 25, 29.97, 30, 60])
def test_the_threshold_is_time_whatever_the_frame_rate(fps: float) -> None:
    frames = [n for n in range(round(3 * fps)) if 1.0 <= n / fps <= 2.0]
    path = [IN if n in frames else OUT for n in range(round(3 * fps))]
    [visit] = left(count(path, fps))
    assert visit.entered_at_s == frames[0] / fps
    assert visit.left_at_s == frames[-1] / fps


def test_exactly_the_threshold_is_enough_whatever_the_rounding_of_timestamps() -> None:
    for first in range(200):
        counter = ZoneCounter(SQUARE)
        events = play(counter, drive([IN] * 6), 25, start_frame=first)
        assert [event.entered_at_s for event in entered(events)] == [first / 25]


def test_one_detection_is_not_enough_however_slow_the_video() -> None:
    assert count([IN], fps=1) == []
    assert count([OUT, IN, None, None], fps=1) == []


def test_two_detections_are_not_enough_however_slow_the_video() -> None:
    """A false box may persist for a second frame, which at 5 frames per second is as long as the threshold."""
    assert count([OUT, IN, IN, None, None, None, None, None, None], fps=5) == []
    [event] = entered(count([OUT, IN, IN, IN], fps=5))
    assert event.entered_at_s == 0.2


def test_too_short_inside_is_not_counted() -> None:
    assert count([OUT, IN, IN, OUT, OUT, OUT, OUT, OUT, OUT, OUT, OUT], fps=10) == []


def test_detections_inside_that_are_broken_by_one_outside_do_not_confirm() -> None:
    assert count([OUT, IN, OUT, IN, OUT, IN, OUT, IN, OUT], fps=10) == []


def test_a_missing_detection_does_not_break_the_time_inside() -> None:
    [event] = entered(count([OUT, IN, None, None, IN, IN], fps=10))
    assert event.entered_at_s == 0.1


def test_a_visit_that_begins_with_a_flicker_is_dated_back_to_the_first_time_inside() -> None:
    [event] = entered(count([OUT, IN, OUT, IN, IN, IN, IN], fps=10))
    assert event.entered_at_s == 0.1


def test_false_boxes_that_recur_at_one_place_do_not_enter() -> None:
    seldom = [IN, IN, *[None] * 7, IN, *[None] * 7, IN, IN]
    assert entered(count([OUT, *seldom], fps=10)) == []
    mostly_unseen = [IN, None, None, None, IN, None, None, None, IN]
    assert entered(count([OUT, *mostly_unseen], fps=10)) == []


def test_a_break_before_it_is_counted_only_delays() -> None:
    [event] = entered(count([OUT, IN, *[None] * 6, IN, IN, IN], fps=10))
    assert event.entered_at_s == 0.1


# --- 4: left -----------------------------------------------------------------------------------------


def test_it_has_left_after_half_a_second_outside_at_the_last_moment_it_was_inside() -> None:
    counter = ZoneCounter(SQUARE)
    decided = [counter.observe(n / 10, frame) for n, frame in enumerate(drive([IN] * 5 + [OUT] * 8))]
    [leaving] = decided[10]
    assert leaving == Left(
        vehicle_id=1,
        visit_no=1,
        vehicle_type=VehicleType.CAR,
        entered_at_s=0.0,
        left_at_s=0.4,
        exit_reason=ExitReason.LEFT,
    )
    assert decided[5:10] == [()] * 5
    assert decided[11:] == [(), ()]


def test_a_lost_track_has_left_after_one_second_at_its_last_detection() -> None:
    counter = ZoneCounter(SQUARE)
    decided = [counter.observe(n / 10, frame) for n, frame in enumerate(drive([IN] * 5 + [None] * 12))]
    [leaving] = decided[14]
    assert isinstance(leaving, Left)
    assert (leaving.left_at_s, leaving.exit_reason) == (0.4, ExitReason.TRACK_LOST)
    assert [len(events) for events in decided[5:14]] == [0] * 9


def test_a_track_that_is_lost_outside_has_left() -> None:
    [leaving] = left(count([IN] * 5 + [OUT] * 2 + [None] * 12))
    assert (leaving.left_at_s, leaving.exit_reason) == (0.4, ExitReason.LEFT)


def test_a_track_that_is_found_again_within_the_second_never_left() -> None:
    [leaving] = left(count([IN] * 5 + [None] * 9 + [IN] * 3 + [OUT] * 6))
    assert (leaving.entered_at_s, leaving.left_at_s) == (0.0, 1.6)


def test_a_gap_in_the_frames_longer_than_the_grace_ends_the_track() -> None:
    counter = ZoneCounter(SQUARE)
    play(counter, drive([IN] * 5), 10)
    [leaving] = counter.observe(5.0, [at(*IN)])
    assert isinstance(leaving, Left)
    assert leaving.exit_reason is ExitReason.TRACK_LOST
    assert counter.vehicle_id_of(1) is None


def test_the_end_of_the_video_closes_every_visit_at_the_last_detection_inside() -> None:
    counter = ZoneCounter(SQUARE)
    play(counter, [[at(*IN, 1), at(0.45, 0.45, 2)]] * 5, 10)
    closed = left(counter.finish(0.5))
    assert [(e.vehicle_id, e.left_at_s, e.exit_reason) for e in closed] == [
        (1, 0.4, ExitReason.END_OF_VIDEO),
        (2, 0.4, ExitReason.END_OF_VIDEO),
    ]
    assert counter.finish(0.6) == ()


def test_a_vehicle_seen_outside_at_the_end_of_the_video_has_left() -> None:
    [leaving] = left(count([IN] * 5 + [OUT]))
    assert (leaving.left_at_s, leaving.exit_reason) == (0.4, ExitReason.LEFT)


def test_an_unconfirmed_vehicle_is_not_counted_by_the_end_of_the_video() -> None:
    assert count([OUT, IN, IN], fps=25) == []


def test_near_the_border_a_vehicle_has_left_only_after_the_longer_grace() -> None:
    at_border, clear = (0.603, 0.5), (0.61, 0.5)  # its box is 0.1 wide: 3 and 10 hundredths of it
    waits = [OUT, *[IN] * 4, *[at_border] * 12, *[IN] * 2]
    [visit] = left(count([*waits, *[clear] * 8], fps=10))
    assert visit.left_at_s == pytest.approx(1.8)
    [first, _] = left(count([OUT, *[IN] * 4, *[clear] * 12, *[IN] * 4], fps=10))
    assert first.left_at_s == pytest.approx(0.4)


def test_a_vehicle_that_stays_just_outside_left_when_it_was_last_inside() -> None:
    [visit] = left(count([OUT, *[IN] * 4, *[(0.603, 0.5)] * 40], fps=10))
    assert visit.left_at_s == pytest.approx(0.4)


# --- 5: the path -------------------------------------------------------------------------------------


def test_a_vehicle_detected_once_on_each_side_is_counted_with_the_time_its_path_was_inside() -> None:
    events = count([(0.3, 0.5), (0.7, 0.5)] + [(0.7, 0.5)] * 8, fps=10)
    assert [type(event) for event in events] == [Entered, Left]
    [visit] = left(events)
    assert visit.entered_at_s == pytest.approx(0.025)
    assert visit.left_at_s == pytest.approx(0.075)
    assert visit.exit_reason is ExitReason.LEFT


def test_a_jump_is_counted_even_if_the_track_ends_right_after_it() -> None:
    assert len(left(count([(0.3, 0.5), (0.7, 0.5), *[None] * 12], fps=10))) == 1
    assert len(left(count([(0.3, 0.5), (0.7, 0.5)], fps=10))) == 1


def test_one_detection_inside_counts_if_the_way_led_through() -> None:
    [visit] = left(count([(0.3, 0.5), (0.5, 0.5), (0.7, 0.5)] + [(0.7, 0.5)] * 5, fps=5))
    assert visit.entered_at_s == pytest.approx(0.1)
    assert visit.left_at_s == pytest.approx(0.3)


def test_one_detection_inside_does_not_count_if_it_came_back_out_where_it_went_in() -> None:
    assert count([(0.35, 0.5), (0.41, 0.5), (0.35, 0.5)] + [(0.3, 0.5)] * 8, fps=10) == []


@pytest.mark.parametrize("fps", [5, 8, 12.5, 25, 30, 60])
def test_a_fast_vehicle_through_a_short_zone_counts_once_at_any_frame_rate(fps: float) -> None:
    path = [(-0.2 + 1.5 * n / fps, 0.5) for n in range(round(fps * 1.2))]
    [visit] = left(count([p if p[0] >= 0 else None for p in path], fps))
    assert visit.left_at_s - visit.entered_at_s == pytest.approx(0.2 / 1.5, abs=2 / fps)


def test_a_path_that_only_touches_a_corner_is_not_a_visit() -> None:
    assert count([(0.3, 0.5), (0.5, 0.3)] + [(0.5, 0.3)] * 8, fps=10) == []


@pytest.mark.parametrize(("offset", "visits"), [(0.004, 0), (0.02, 1)])
def test_a_way_over_a_corner_counts_if_a_detector_can_tell_it_from_one_beside(offset: float, visits: int) -> None:
    start, end = (0.5 + offset, 0.3), (0.7 + offset, 0.5)  # beside the corner (0.6, 0.4) at an offset of 0
    assert len(left(count([start, (start[0] - 2 * offset, start[1]), (end[0] - 2 * offset, end[1]), end]))) == visits


def test_a_path_through_the_notch_of_a_concave_zone_is_not_inside() -> None:
    bent = Zone(polygon=((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.7, 0.8), (0.7, 0.3), (0.2, 0.3)))
    assert count([(0.3, 0.5), (0.6, 0.7)] + [(0.6, 0.7)] * 8, fps=10, zone=bent) == []
    assert len(left(count([(0.3, 0.5), (0.9, 0.5)] + [(0.9, 0.5)] * 8, fps=10, zone=bent))) == 1


def test_a_jump_over_the_zone_while_out_of_sight_is_seen() -> None:
    [visit] = left(count([(0.3, 0.5)] * 3 + [None] * 4 + [(0.7, 0.5)] * 8, fps=10))
    assert 0.2 < visit.entered_at_s < visit.left_at_s < 0.7


# --- 6: one vehicle, two tracks ----------------------------------------------------------------------


def test_a_new_track_in_the_place_of_a_lost_one_is_the_same_vehicle() -> None:
    counter = ZoneCounter(SQUARE)
    frames = [[at(*IN, 1)]] * 5 + [[]] * 5 + [[at(0.51, 0.5, 2)]] * 5 + [[at(0.7, 0.5, 2)]] * 6
    events = play(counter, frames, 10)
    assert len(entered(events)) == 1
    [leaving] = left(events)
    assert (leaving.vehicle_id, leaving.left_at_s) == (1, 1.4)


def test_a_track_that_changes_its_id_from_one_frame_to_the_next_is_the_same_vehicle() -> None:
    counter = ZoneCounter(SQUARE)
    events = play(counter, [[at(*IN, 1)]] * 5 + [[at(0.505, 0.5, 9)]] * 5, 10)
    assert len(entered(events)) == 1
    assert counter.vehicle_id_of(9) == 1
    assert counter.vehicle_id_of(1) is None


def test_a_moving_vehicle_is_rematched_where_it_must_be_by_now() -> None:
    wide = Zone()
    before = [(0.1 + 0.02 * n, 0.5) for n in range(10)]
    after = [(0.1 + 0.02 * n, 0.5) for n in range(18, 30)]
    frames = drive(before, 1) + drive([None] * 8) + drive(after, 2)
    counter = ZoneCounter(wide)
    events = [*play(counter, frames, 10), *counter.finish(3.0)]
    assert len(entered(events)) == 1


def test_a_vehicle_that_braked_out_of_sight_is_rematched_before_that() -> None:
    before = [(0.1 + 0.04 * n, 0.5) for n in range(10)]
    counter = ZoneCounter(Zone())
    events = play(counter, drive(before, 1) + drive([None] * 8) + drive([(0.55, 0.5)] * 5, 2), 10)
    assert len(entered(events)) == 1


@pytest.mark.parametrize(
    "new_track",
    [
        pytest.param(at(0.62, 0.5, 2), id="too far away"),
        pytest.param(at(*IN, 2, VehicleType.MOTORCYCLE), id="another kind"),
        pytest.param(at(*IN, 2, size=0.3), id="another size"),
    ],
)
def test_a_new_track_that_does_not_fit_is_another_vehicle(new_track: Observation) -> None:
    counter = ZoneCounter(Zone())
    play(counter, [[at(*IN, 1)]] * 5 + [[new_track]] * 5, 10)
    assert counter.current_vehicle_ids == (1, 2)


def test_a_new_track_after_the_grace_is_another_vehicle() -> None:
    counter = ZoneCounter(SQUARE)
    play(counter, [[at(*IN, 1)]] * 5 + [[]] * 11 + [[at(*IN, 2)]] * 5, 10)
    assert counter.current_vehicle_ids == (2,)


def test_a_standing_vehicle_that_is_hidden_for_seconds_is_the_same_vehicle() -> None:
    counter = ZoneCounter(SQUARE)
    trembling = [[at(0.5 + 0.01 * (n % 2), 0.5, 1)] for n in range(12)]
    events = play(counter, [*trembling, *[[]] * 40, *[[at(*IN, 2)]] * 5], 10)
    assert len(entered(events)) == 1
    assert left(events) == []
    assert counter.vehicle_id_of(2) == 1


def test_a_standing_vehicle_is_rematched_only_where_it_stood() -> None:
    counter = ZoneCounter(SQUARE)
    play(counter, [[at(*IN, 1)]] * 12 + [[]] * 20 + [[at(0.59, 0.5, 2)]] * 5, 10)
    assert counter.current_vehicle_ids == (1, 2)


def test_a_standing_vehicle_that_is_not_seen_again_left_when_it_was_last_seen() -> None:
    [leaving] = left(count([*[IN] * 12, *[None] * 60]))
    assert (leaving.left_at_s, leaving.exit_reason) == (1.1, ExitReason.TRACK_LOST)


def test_a_vehicle_that_crept_is_not_standing() -> None:
    counter = ZoneCounter(SQUARE)
    creeping = [[at(0.42 + 0.008 * n, 0.5, 1)] for n in range(15)]  # a box in 1.2 s
    events = play(counter, [*creeping, *[[]] * 11], 10)
    assert [e.exit_reason for e in left(events)] == [ExitReason.TRACK_LOST]


def test_a_box_of_a_single_frame_is_never_continued() -> None:
    counter = ZoneCounter(SQUARE)
    [event] = entered(play(counter, [[at(*IN, 1)]] + [[]] * 5 + [[at(*IN, 2)]] * 5, 10))
    assert event.entered_at_s == 0.6


def test_a_new_track_beside_one_that_is_still_seen_is_another_vehicle() -> None:
    counter = ZoneCounter(SQUARE)
    play(counter, [[at(*IN, 1)]] * 5 + [[at(*IN, 1), at(0.51, 0.5, 2)]] * 5, 10)
    assert counter.current_vehicle_ids == (1, 2)


def test_of_two_new_tracks_the_nearer_one_continues_the_lost_one() -> None:
    counter = ZoneCounter(SQUARE)
    play(counter, [[at(*IN, 1)]] * 5 + [[at(0.53, 0.5, 2), at(0.51, 0.5, 3)]] * 5, 10)
    assert (counter.vehicle_id_of(3), counter.vehicle_id_of(2)) == (1, 2)


# --- 7: born inside, coming back -----------------------------------------------------------------------


def test_a_vehicle_first_seen_inside_counts_and_is_born_inside() -> None:
    assert [event.born_inside for event in entered(count([IN] * 5))] == [True]
    assert [event.born_inside for event in entered(count([OUT] + [IN] * 5))] == [False]


def test_a_vehicle_that_comes_back_is_the_same_vehicle_on_another_visit() -> None:
    events = count([IN] * 4 + [OUT] * 8 + [IN] * 4 + [OUT] * 8)
    assert [(e.vehicle_id, e.visit_no, e.born_inside) for e in entered(events)] == [(1, 1, True), (1, 2, False)]
    assert [(e.entered_at_s, e.left_at_s) for e in left(events)] == [(0.0, 0.3), (1.2, 1.5)]


def test_vehicles_are_numbered_in_the_order_in_which_they_are_counted() -> None:
    counter = ZoneCounter(SQUARE)
    frames = [[at(*IN, 7)]] * 3 + [[at(*IN, 7), at(0.45, 0.45, 3)]] * 4
    assert [event.vehicle_id for event in entered(play(counter, frames, 10))] == [1, 2]
    assert (counter.vehicle_id_of(7), counter.vehicle_id_of(3)) == (1, 2)


# --- 8: the type ----------------------------------------------------------------------------------------


def test_the_type_with_the_most_confidence_over_the_visit_wins_not_the_most_frequent() -> None:
    counter = ZoneCounter(SQUARE)
    cars = [[at(*IN, kind=VehicleType.CAR, confidence=0.3)]] * 5
    trucks = [[at(*IN, kind=VehicleType.TRUCK, confidence=0.9)]] * 3
    events = [*play(counter, cars + trucks, 10), *counter.finish(0.8)]
    assert entered(events)[0].vehicle_type is VehicleType.CAR
    assert left(events)[0].vehicle_type is VehicleType.TRUCK


def test_the_scores_of_every_type_are_summed() -> None:
    scores = tuple({VehicleType.CAR: 0.45, VehicleType.TRUCK: 0.40}.get(kind, 0.0) for kind in VehicleType)
    sure = tuple({VehicleType.CAR: 0.1, VehicleType.TRUCK: 0.8}.get(kind, 0.0) for kind in VehicleType)
    frames = [[Observation(1, IN, (0.4, 0.4, 0.6, 0.5), VehicleType.CAR, 0.45, s)] for s in (*[scores] * 4, sure)]
    counter = ZoneCounter(SQUARE)
    assert left([*play(counter, frames, 10), *counter.finish(0.5)])[0].vehicle_type is VehicleType.TRUCK


def test_detections_outside_do_not_vote() -> None:
    counter = ZoneCounter(SQUARE)
    far = [[at(*OUT, kind=VehicleType.BUS, confidence=0.9)]] * 20
    events = [*play(counter, far + [[at(*IN, confidence=0.5)]] * 5, 10), *counter.finish(3.0)]
    assert left(events)[0].vehicle_type is VehicleType.CAR


def test_the_type_is_final_when_it_leaves_for_the_first_time() -> None:
    counter = ZoneCounter(SQUARE)
    frames = [[at(*IN)]] * 5 + [[at(*OUT)]] * 7 + [[at(*IN, kind=VehicleType.BUS, confidence=0.9)]] * 20
    events = [*play(counter, frames, 10), *counter.finish(4.0)]
    assert [event.vehicle_type for event in events] == [VehicleType.CAR] * 4


def test_a_vehicle_without_a_detection_inside_has_the_type_of_its_detections_outside() -> None:
    counter = ZoneCounter(SQUARE)
    frames = [[at(0.3, 0.5, kind=VehicleType.BUS)], [at(0.7, 0.5, kind=VehicleType.BUS)]]
    events = [*play(counter, frames, 10), *counter.finish(0.2)]
    assert {event.vehicle_type for event in events} == {VehicleType.BUS}


# --- state and errors ------------------------------------------------------------------------------------


def test_the_vehicles_inside_now_are_known() -> None:
    counter = ZoneCounter(SQUARE)
    counter.observe(0.0, [at(*IN, 1), at(*OUT, 2)])
    assert (counter.inside_track_ids, counter.current_vehicle_ids) == (frozenset({1}), ())
    play(counter, [[at(*IN, 1), at(*OUT, 2)]] * 3, 10, start_frame=1)
    assert (counter.inside_track_ids, counter.current_vehicle_ids) == (frozenset({1}), (1,))
    counter.observe(0.4, [at(*OUT, 2)])
    assert (counter.inside_track_ids, counter.current_vehicle_ids) == (frozenset(), (1,))


def test_events_have_the_id_of_their_zone() -> None:
    zone = Zone(zone_id="gate", polygon=SQUARE.polygon)
    assert {event.zone_id for event in count([IN] * 5, zone=zone)} == {"gate"}


def test_thresholds_are_settings() -> None:
    strict = ZoneCounter(SQUARE, ZoneRules(min_inside_s=0.0, min_detections=4))
    assert len(entered(play(strict, drive([IN] * 3), 10))) == 0
    assert len(entered(play(strict, drive([IN]), 10, start_frame=3))) == 1


def test_time_must_not_run_backwards() -> None:
    counter = ZoneCounter(SQUARE)
    counter.observe(1.0, [])
    with pytest.raises(ValueError, match="must not run backwards"):
        counter.observe(0.9, [])


def test_two_observations_of_one_track_in_a_frame_are_refused() -> None:
    with pytest.raises(ValueError, match="repeat a track id"):
        ZoneCounter(SQUARE).observe(0.0, [at(*IN, 1), at(*OUT, 1)])


# --- the checkpoint ----------------------------------------------------------------------------------------


def test_a_restored_counter_continues_with_the_same_vehicle() -> None:
    counter = ZoneCounter(SQUARE)
    play(counter, drive([OUT] + [IN] * 6), 10)
    resumed = ZoneCounter.from_json(json.loads(json.dumps(counter.to_json())), SQUARE)
    frames = drive([IN] * 3 + [OUT] * 6)
    assert play(resumed, frames, 10, start_frame=7) == play(counter, frames, 10, start_frame=7)
    assert resumed.to_json() == counter.to_json()


def test_a_state_of_another_version_zone_or_shape_is_refused() -> None:
    state = json.loads(json.dumps(ZoneCounter(SQUARE).to_json()))
    with pytest.raises(ZoneStateError, match="version 3, expected 2"):
        ZoneCounter.from_json(state | {"version": 3}, SQUARE)
    with pytest.raises(ZoneStateError, match="'roi', expected 'gate'"):
        ZoneCounter.from_json(state, Zone(zone_id="gate"))
    with pytest.raises(ZoneStateError, match="damaged"):
        ZoneCounter.from_json(state | {"vehicles": [{"track_id": 1}]}, SQUARE)


def test_the_state_is_bounded_by_the_vehicles_in_sight() -> None:
    counter = ZoneCounter(SQUARE)
    for n in range(300):
        counter.observe(n * 2.0, [at(*IN, n)])
    assert len(json.dumps(counter.to_json())) < 3000
