"""The hard cases as stages: metres on the ground, seconds, metres per second; a seed varies them a little."""

from dataclasses import replace

import numpy as np

from .course import Course, GroundPoint, straight, u_turn
from .geometry import Camera, Floats, oblique_camera, top_down_camera
from .spec import VehicleType
from .stage import Player, Stage, ground_zone, player

SIZE = (960, 540)
FOCAL_PX = 0.85 * SIZE[0]
STREET = oblique_camera((7.0, -4.0, 8.5), np.radians(24), np.radians(-14), FOCAL_PX, SIZE)  # from a pole
SIDE = oblique_camera((22.0, 0.0, 9.0), np.radians(20), np.radians(-75), FOCAL_PX, SIZE)  # across the road
LOW = oblique_camera((20.0, 0.0, 4.5), np.radians(9), np.radians(-75), FOCAL_PX, SIZE)  # across, from eye level
ABOVE = top_down_camera(45.0, np.pi / 2, 16.0 * 45.0, SIZE)  # 16 pixels per metre, the road from left to right

Speeds = list[tuple[float, float]]
STANDS_M_S = 0.0


def _lane(x: float, start_y: float, end_y: float) -> list[GroundPoint]:
    return straight((x, start_y), (x, end_y))


def _steady(begin_s: float, pace: float) -> Speeds:
    return [(begin_s, pace), (60.0, pace)]


def _passes(kind: VehicleType, x: float, way: tuple[float, float], begin_s: float, pace: float, seed: int) -> Player:
    """Drives along y at one speed."""
    course = Course.drive(_lane(x, *way), [(begin_s, pace), (begin_s + abs(way[1] - way[0]) / pace, pace)])
    return player(kind, course, seed)


def _zone(camera: Camera, left: float, right: float, near: float, far: float) -> tuple[tuple[float, float], ...]:
    return ground_zone(camera, [(left, near), (left, far), (right, far), (right, near)])


def _stops(way: tuple[float, float], pace: float, begin_s: float, at: float, wait_s: float) -> Speeds:
    """Drive, brake to a stop `at` metres from the start, wait, and drive on."""
    brake_s = 2.0
    cruise_s = (at - pace * brake_s / 2) / pace
    stop_s = begin_s + cruise_s + brake_s
    go_s = stop_s + wait_s
    last_s = go_s + 2.0 + (abs(way[1] - way[0]) - at - pace) / pace
    return [
        (begin_s, pace),
        (stop_s - brake_s, pace),
        (stop_s, STANDS_M_S),
        (go_s, STANDS_M_S),
        (go_s + 2.0, pace),
        (max(last_s, go_s + 2.1), pace),
    ]


def _vary(seed: int) -> np.random.Generator:
    return np.random.default_rng((7, seed))


def truck_hides(seed: int) -> Stage:
    """Cars in the far lane, and a truck that comes the other way in the near one."""
    random = _vary(seed)
    pace, truck = random.uniform(6, 8), random.uniform(8, 10)
    meet_s = 4.5 + random.uniform(-0.3, 0.3)
    cars = [_passes("car", -2.0, (8.0 - meet_s * pace, 60.0), 0.0, pace, seed)]
    cars.append(_passes("car", -2.0, (-14.0 - meet_s * pace, 60.0), 0.0, pace, seed + 1))
    lorry = _passes("truck", 2.5, (8.0 + meet_s * truck, -30.0), 0.0, truck, seed + 2)
    return Stage(SIDE, _zone(SIDE, -4.5, 5.0, 1.0, 17.0), (*cars, lorry))


def truck_hides_waiting(seed: int) -> Stage:
    """A car waits in the far lane while a truck drives slowly past in the near one."""
    random = _vary(seed)
    way = (-16.0, 45.0)
    waits = player("car", Course.drive(_lane(-2.0, *way), _stops(way, 7.0, 0.0, 24.0, 6.0)), seed)
    pace = random.uniform(4.0, 6.0)
    lorry = _passes("truck", 2.5, (8.0 + 8.0 * pace, -30.0), 0.0, pace, seed + 2)
    behind = _passes("car", 2.5, (8.0 + 8.0 * pace + 16.0, -30.0), 0.0, pace, seed + 3)
    return Stage(SIDE, _zone(SIDE, -4.5, 5.0, 1.0, 17.0), (waits, lorry, behind))


def merge(seed: int) -> Stage:
    """One car overtakes another, and for a moment both are one box."""
    random = _vary(seed)
    slow, fast = random.uniform(6, 7), random.uniform(10, 12)
    meet_s, meet_y = 4.0, random.uniform(7, 10)
    pair = [
        _passes("car", -1.0, (meet_y - meet_s * slow, 60.0), 0.0, slow, seed),
        _passes("car", 1.5, (meet_y - meet_s * fast, 60.0), 0.0, fast, seed + 1),
    ]
    return Stage(LOW, _zone(LOW, -4.0, 4.0, -0.5, 17.0), (*pair,))


def turns_round(seed: int) -> Stage:
    """One turns round inside the zone, another drives through."""
    random = _vary(seed)
    way = u_turn((2.0, 60.0), 16.0 + random.uniform(-1, 1), -3.5)
    speeds: Speeds = [(0.0, 9.0), (3.5, 9.0), (5.5, 4.0), (8.0, 4.0), (10.0, 8.0), (14.0, 8.0)]
    turns = player("car", Course.drive(way, speeds), seed)
    through = _passes("truck", -5.0, (70.0, -10.0), 3.0 + random.uniform(0, 1), 12.0, seed + 1)
    return Stage(STREET, _zone(STREET, -8.0, 5.0, 8.5, 28.0), (turns, through))


def thin_zone(seed: int) -> Stage:
    """Fast vehicles across a zone thinner than the distance they cover between two frames."""
    random = _vary(seed)
    cars = [
        _passes(
            ("car", "truck", "car")[n], (2.0, -2.0, 2.0)[n], (70.0, -20.0), 1.9 * n, random.uniform(15, 19), seed + n
        )
        for n in range(3)
    ]
    return Stage(STREET, _zone(STREET, -6.0, 6.0, 15.0, 16.0), tuple(cars))


def waits_on_border(seed: int) -> Stage:
    """It waits with its lower edge on the zone's border, and the camera trembles."""
    random = _vary(seed)
    way, waits_s = (55.0, -10.0), 4.0
    speeds = _stops(way, 8.0, 0.0, 40.0 + random.uniform(-1, 1), waits_s)
    stands_s = speeds[2][0], speeds[3][0]
    course = _trembling(Course.drive(_lane(1.0, *way), speeds), *stands_s)
    waiting = player("car", course, seed)
    passing = _passes("car", -2.5, (-15.0, 70.0), 2.0, 9.0, seed + 1)
    stage = Stage(STREET, (), (waiting, passing))
    bottom = next(b.bottom for b in stage.boxes_at(sum(stands_s) / 2) if b.vehicle_id == 1) / SIZE[1]
    return replace(stage, roi=((0.02, 0.3), (0.98, 0.3), (0.98, round(bottom, 4)), (0.02, round(bottom, 4))))


def _trembling(course: Course, begin_s: float, end_s: float) -> Course:
    """Shake it by 4 cm, 3.7 times a second, while it stands."""
    shaken: Floats = course.along_m + 0.04 * np.sin(2 * np.pi * 3.7 * course.times_s) * (
        (course.times_s > begin_s) & (course.times_s < end_s)
    )
    return replace(course, along_m=shaken)


def brakes_hidden(seed: int) -> Stage:
    """A sign hides it while it brakes hard and changes lanes; another waits nearby."""
    random = _vary(seed)
    hidden_s = (3.0, 3.0 + random.uniform(0.55, 0.8))
    way = [(-1.5, 62.0), (-1.5, 27.0), (1.0, 19.0), (1.0, -10.0)]
    brakes = Course.drive(way, [(0.0, 13.0), (2.9, 13.0), (4.2, 2.0), (7.0, 2.0), (9.0, 9.0), (12.0, 9.0)])
    car = player("car", brakes, seed, hidden=(hidden_s,))
    other = _passes("car", -5.0, (75.0, -10.0), 0.0, 11.0, seed + 1)
    return Stage(STREET, _zone(STREET, -7.5, 4.5, 8.5, 32.0), (car, other))


def parked(seed: int) -> Stage:
    """One is parked in the zone from the first frame to the last, another leaves; others pass in front of them."""
    random = _vary(seed)
    stays = player("car", Course.drive(_lane(-3.5, 5.0, 40.0), [(-1.0, 0.0), (60.0, 0.0)]), seed)
    leaves = player(
        "truck", Course.drive(_lane(-3.5, 13.0, 60.0), [(-1.0, 0.0), (5.0, 0.0), (8.0, 8.0), (14.0, 8.0)]), seed
    )
    near = [_passes("car", 2.0, (40.0, -30.0), 1.0 + 3.0 * n, random.uniform(8, 11), seed + 2 + n) for n in range(2)]
    return Stage(SIDE, _zone(SIDE, -6.0, 5.0, 1.0, 18.0), (stays, leaves, *near))


def notched_zone(seed: int) -> Stage:
    """A zone with a notch: one drives through its arms and the notch between them, another along its back."""
    random = _vary(seed)
    across = _passes("car", 3.0, (-45.0, 45.0), 0.5, random.uniform(8, 10), seed)
    along = _passes("bus", -4.0, (45.0, -45.0), 0.0, random.uniform(8, 10), seed + 1)
    corners = [(-7.0, -16.0), (-7.0, 16.0), (6.0, 16.0), (6.0, 6.0), (0.0, 6.0), (0.0, -6.0), (6.0, -6.0), (6.0, -16.0)]
    return replace(Stage(ABOVE, ground_zone(ABOVE, corners), (across, along)), anchor="center")


def comes_back(seed: int) -> Stage:
    """It drives through, turns round beyond the zone and comes back: one vehicle, two visits."""
    random = _vary(seed)
    way = u_turn((-2.5, -40.0), 20.0, 2.5)
    returns = player("car", Course.drive(way, [(0.0, 10.0), (4.5, 10.0), (5.5, 6.0), (9.0, 6.0), (18.0, 9.0)]), seed)
    other = _passes("truck", 5.5, (45.0, -45.0), random.uniform(0, 2), 9.0, seed + 1)
    return replace(Stage(ABOVE, _zone(ABOVE, -7.0, 8.0, -12.0, 8.0), (returns, other)), anchor="center")


def platoon(seed: int) -> Stage:
    """A row of cars, close behind each other and fast for the frame rate."""
    random = _vary(seed)
    pace, apart_s = random.uniform(12, 14), 0.75
    cars = [_passes("car", 2.5, (-45.0, 45.0), apart_s * n, pace, seed + n) for n in range(6)]
    other = [_passes("motorcycle", -2.5, (45.0, -45.0), 1.0 + 1.3 * n, pace, seed + 9 + n) for n in range(2)]
    return replace(Stage(ABOVE, _zone(ABOVE, -6.0, 6.0, -12.0, 12.0), (*cars, *other)), anchor="center")


def flow(seed: int) -> Stage:
    """Ordinary traffic of several types on two lanes."""
    random = _vary(seed)
    kinds: tuple[VehicleType, ...] = ("car", "truck", "motorcycle", "bus", "car")
    towards = [
        _passes(kinds[n], 1.5, (75.0, -10.0), 2.4 * n - 3.0, 11.0 + random.uniform(0, 0.4), seed + n) for n in range(3)
    ]
    away = [
        _passes(kinds[4 - n], -2.5, (-15.0, 80.0), 2.6 * n, 9.5 + random.uniform(0, 0.4), seed + 5 + n)
        for n in range(3)
    ]
    return Stage(STREET, _zone(STREET, -6.0, 4.0, 10.0, 24.0), (*towards, *away))
