from __future__ import annotations

from onwatch_contracts.http import Vehicle
from onwatch_contracts.values import Anchor, ExitReason, VehicleType
from onwatch_counting.log import LoggedBox, LoggedPicture, Sighting, SightingFinder, pack, unpack_columns
from onwatch_counting.log.boxes import RESOLUTION

RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
STEP = RESOLUTION // 100


def box(track_id: int, left: int, size: int = 10, kind: str = "car") -> LoggedBox:
    """A square; edges in hundredths of the picture."""
    return LoggedBox(track_id, left * STEP, 50 * STEP, (left + size) * STEP, (50 + size) * STEP, 200, kind)


def visit(vehicle_id: int, entered_at_s: float, left_at_s: float, kind: VehicleType = VehicleType.CAR) -> Vehicle:
    return Vehicle(
        vehicle_id=vehicle_id,
        visit_no=1,
        zone_id="roi",
        vehicle_type=kind,
        entered_at_s=entered_at_s,
        left_at_s=left_at_s,
        vehicle_dwell_time_s=left_at_s - entered_at_s,
        exit_reason=ExitReason.LEFT,
        born_inside=False,
    )


def found(pictures: list[LoggedPicture], *visits: Vehicle, chunk: int = 100) -> list[Sighting]:
    finder = SightingFinder(visits, {"roi": RIGHT_HALF}, Anchor.BOTTOM_CENTER)
    for start in range(0, len(pictures), chunk):
        finder.add(unpack_columns(pack(pictures[start : start + chunk])))
    return list(finder.sightings())


def test_a_visit_has_the_track_that_came_into_the_zone() -> None:
    pictures = [LoggedPicture(at, (box(3, 60), box(7, 20 + 10 * at))) for at in range(6)]
    # Track 7 has its middle at 25, 35, 45, 55, ...; track 3 stands inside all the time.
    assert [(one.vehicle_id, one.track_id) for one in found(pictures, visit(1, 3.0, 5.0))] == [(1, 7)]


def test_it_is_seen_best_in_its_largest_box_that_is_not_cut_off() -> None:
    sizes = [10, 20, 30, 38]  # the last reaches the right edge
    pictures = [LoggedPicture(at, (box(7, 62, size),)) for at, size in enumerate(sizes)]
    (one,) = found([LoggedPicture(-1.0), *pictures], visit(1, 0.0, 3.0))
    assert (one.at_s, one.box[2] - one.box[0]) == (3.0, 38 * STEP)
    pictures[3] = LoggedPicture(3.0, (LoggedBox(7, 62 * STEP, 0, RESOLUTION, 38 * STEP, 200, "car"),))
    (one,) = found([LoggedPicture(-1.0), *pictures], visit(1, 0.0, 3.0))
    assert one.at_s == 2.0


def test_pictures_outside_of_the_visit_do_not_count() -> None:
    pictures = [LoggedPicture(at, (box(7, 55, 10 + at),)) for at in range(8)]
    assert found([LoggedPicture(-1.0), *pictures], visit(1, 0.0, 4.0))[0].at_s == 4.0


def test_two_that_enter_at_once_are_told_apart_by_type_then_by_order() -> None:
    pictures = [
        LoggedPicture(0.0),
        LoggedPicture(1.0, (box(4, 60), box(5, 70, kind="bus"), box(6, 80))),
        LoggedPicture(2.0, (box(4, 60), box(5, 70, kind="bus"), box(6, 80))),
    ]
    visits = [visit(1, 1.0, 2.0, VehicleType.BUS), visit(2, 1.0, 2.0), visit(3, 1.0, 2.0)]
    assert [(one.vehicle_id, one.track_id) for one in found(pictures, *visits)] == [(1, 5), (2, 4), (3, 6)]


def test_chunks_of_any_length_give_the_same() -> None:
    pictures = [LoggedPicture(at, (box(3, 60), box(7, 20 + 5 * at, 10 + at % 3))) for at in range(12)]
    visits = visit(1, 0.0, 11.0), visit(2, 6.0, 9.0)
    whole = found(pictures, *visits)
    assert len(whole) == 2
    assert whole == found(pictures, *visits, chunk=1) == found(pictures, *visits, chunk=5)


def test_a_visit_without_a_track_is_left_out() -> None:
    assert found([LoggedPicture(0.0), LoggedPicture(1.0, (box(1, 10),))], visit(1, 1.0, 2.0)) == []
