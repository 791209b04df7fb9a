"""The ways in which vehicles are counted wrongly, each as seeded clips with exact truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from .course import Course, GroundPoint, straight, u_turn
from .detecting import PERFECT, Faults
from .geometry import Camera, Floats, oblique_camera, top_down_camera
from .recording import Recording, record_scene
from .spec import ClipSpec, VehicleType
from .stage import Player, Stage, ground_zone, player

SIZE = (960, 540)
FOCAL_PX = 0.85 * SIZE[0]
STREET = oblique_camera((7.0, -4.0, 8.5), np.radians(24), np.radians(-14), FOCAL_PX, SIZE)  # from a pole, along the road
SIDE = oblique_camera((22.0, 0.0, 9.0), np.radians(20), np.radians(-75), FOCAL_PX, SIZE)  # across the road
LOW = oblique_camera((20.0, 0.0, 4.5), np.radians(9), np.radians(-75), FOCAL_PX, SIZE)  # across, from eye level
ABOVE = top_down_camera(45.0, np.pi / 2, 16.0 * 45.0, SIZE)  # 16 pixels per metre, the road from left to right

Speeds = list[tuple[float, float]]
STANDS_M_S = 0.0


@dataclass(frozen=True)
class HardCase:
    """One clip of the benchmark. `make` gives the recording; it takes up to seconds for drawn scenes."""

    name: str
    kind: str
    make: Callable[[], Recording]
    own: Faults = PERFECT
    """Faults that are the case, also where the detector is perfect otherwise."""
    noise: Faults = PERFECT
    """Faults that the case adds where the detector is noisy."""


def hard_cases() -> tuple[HardCase, ...]:
    """All of them, in a fixed order, names unique."""
    return (*_scripted(), *_drawn())


def even_times(fps: float, duration_s: float) -> tuple[float, ...]:
    """The timestamps of a constant frame rate."""
    return tuple(n / fps for n in range(round(fps * duration_s)))


def uneven_times(seed: int, duration_s: float) -> tuple[float, ...]:
    """A variable frame rate: between 8 and 40 frames per second, and two stalls of 0.4 s; in whole milliseconds."""
    random = np.random.default_rng(seed)
    gaps = random.uniform(1 / 40, 1 / 8, round(duration_s * 40))
    gaps[random.choice(round(duration_s * 8), 2, replace=False)] = 0.4
    times = np.round(np.concatenate([[0.0], np.cumsum(gaps)]), 3)
    return tuple(float(t) for t in times[times < duration_s])


def _scripted() -> Iterator[HardCase]:
    for kind, stage, rates, duration_s in _SCRIPTS:
        for seed, fps in enumerate(rates, 1):
            name = f"{kind} {fps:g} fps {seed}"
            yield HardCase(name, kind, _staged(name, stage, seed, even_times(fps, duration_s)))
    for seed, (kind, stage) in enumerate((("truck hides", _truck_hides), ("u-turn", _u_turn), ("flow", _flow)), 1):
        name = f"variable rate {kind} {seed}"
        yield HardCase(name, "variable rate", _staged(name, stage, 10 + seed, uneven_times(seed, 12.0)))
    for seed, fps in enumerate((25.0, 12.5, 8.0), 1):
        name = f"class flips {fps:g} fps {seed}"
        yield HardCase(
            name, "class flips", _staged(name, _flow, 20 + seed, even_times(fps, 12.0)), own=Faults(flipped=0.3)
        )
    for seed, fps in enumerate((25.0, 15.0, 12.5), 1):
        name = f"night {fps:g} fps {seed}"
        noise = Faults(missed=0.2, jitter=0.03, false_per_frame=0.3, flipped=0.12)
        yield HardCase(name, "night", _staged(name, _flow, 30 + seed, even_times(fps, 12.0)), noise=noise)


def _staged(name: str, stage: Callable[[int], Stage], seed: int, times: tuple[float, ...]) -> Callable[[], Recording]:
    return lambda: stage(seed).record(name, times)


def _drawn() -> Iterator[HardCase]:
    specs: list[tuple[str, ClipSpec]] = []
    specs += [("low rate", ClipSpec(seed=40 + n, fps=fps)) for n, fps in enumerate((5.0, 8.0, 12.5, 25.0, 30.0))]
    specs += [("low rate", ClipSpec(seed=45, fps=5.0, view="top_down"))]
    specs += [("queue", ClipSpec(seed=50 + n, fps=fps, stop_line=True)) for n, fps in enumerate((25.0, 12.5, 8.0))]
    specs += [("queue", ClipSpec(seed=53, fps=25.0, stop_line=True, view="top_down"))]
    specs += [("crowd", replace(CROWD, seed=60 + n, fps=fps)) for n, fps in enumerate((25.0, 12.5, 30.0))]
    for kind, spec in specs:
        name = f"{kind} {spec.fps:g} fps {spec.seed}"
        yield HardCase(name, kind, _recorded(name, replace(spec, duration_s=20.0)))


CROWD = ClipSpec(seed=0, vehicles_per_minute=110.0, lanes=4, min_visible_fraction=0.35)


def _recorded(name: str, spec: ClipSpec) -> Callable[[], Recording]:
    return lambda: record_scene(name, spec)


# --- the scripts: metres on the ground, seconds, metres per second -----------------------------------


def _lane(x: float, start_y: float, end_y: float) -> list[GroundPoint]:
    return straight((x, start_y), (x, end_y))


def _steady(begin_s: float, pace: float) -> Speeds:
    return [(begin_s, pace), (60.0, pace)]


def _passes(
    kind: VehicleType, x: float, way: tuple[float, float], begin_s: float, pace: float, seed: int
) -> Player:
    """Drives along y at one speed."""
    course = Course.drive(_lane(x, *way), [(begin_s, pace), (begin_s + abs(way[1] - way[0]) / pace, pace)])
    return player(kind, course, seed)


def _zone(camera: Camera, left: float, right: float, near: float, far: float) -> tuple[tuple[float, float], ...]:
    return ground_zone(camera, [(left, near), (left, far), (right, far), (right, near)])


def _stops(way: tuple[float, float], pace: float, begin_s: float, at: float, wait_s: float) -> Speeds:
    """Drive up, brake to stand `at` metres from where it began, wait, and drive on."""
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


def _truck_hides(seed: int) -> Stage:
    """Cars in the far lane, and a truck that comes the other way in the near one."""
    random = _vary(seed)
    pace, truck = random.uniform(6, 8), random.uniform(8, 10)
    meet_s = 4.5 + random.uniform(-0.3, 0.3)
    cars = [_passes("car", -2.0, (8.0 - meet_s * pace, 60.0), 0.0, pace, seed)]
    cars.append(_passes("car", -2.0, (-14.0 - meet_s * pace, 60.0), 0.0, pace, seed + 1))
    lorry = _passes("truck", 2.5, (8.0 + meet_s * truck, -30.0), 0.0, truck, seed + 2)
    return Stage(SIDE, _zone(SIDE, -4.5, 5.0, 1.0, 17.0), (*cars, lorry))


def _truck_hides_waiting(seed: int) -> Stage:
    """A car waits in the far lane while a truck drives slowly past in the near one."""
    random = _vary(seed)
    way = (-16.0, 45.0)
    waits = player("car", Course.drive(_lane(-2.0, *way), _stops(way, 7.0, 0.0, 24.0, 6.0)), seed)
    pace = random.uniform(4.0, 6.0)
    lorry = _passes("truck", 2.5, (8.0 + 8.0 * pace, -30.0), 0.0, pace, seed + 2)
    behind = _passes("car", 2.5, (8.0 + 8.0 * pace + 16.0, -30.0), 0.0, pace, seed + 3)
    return Stage(SIDE, _zone(SIDE, -4.5, 5.0, 1.0, 17.0), (waits, lorry, behind))


def _merge(seed: int) -> Stage:
    """One car overtakes another, and for a moment both are one box."""
    random = _vary(seed)
    slow, fast = random.uniform(6, 7), random.uniform(10, 12)
    meet_s, meet_y = 4.0, random.uniform(7, 10)
    pair = [
        _passes("car", -1.0, (meet_y - meet_s * slow, 60.0), 0.0, slow, seed),
        _passes("car", 1.5, (meet_y - meet_s * fast, 60.0), 0.0, fast, seed + 1),
    ]
    return Stage(LOW, _zone(LOW, -4.0, 4.0, -0.5, 17.0), (*pair,))


def _u_turn(seed: int) -> Stage:
    """One turns round inside the zone, another drives through."""
    random = _vary(seed)
    way = u_turn((2.0, 60.0), 16.0 + random.uniform(-1, 1), -3.5)
    speeds: Speeds = [(0.0, 9.0), (3.5, 9.0), (5.5, 4.0), (8.0, 4.0), (10.0, 8.0), (14.0, 8.0)]
    turns = player("car", Course.drive(way, speeds), seed)
    through = _passes("truck", -5.0, (70.0, -10.0), 3.0 + random.uniform(0, 1), 12.0, seed + 1)
    return Stage(STREET, _zone(STREET, -8.0, 5.0, 8.5, 28.0), (turns, through))


def _thin(seed: int) -> Stage:
    """Fast vehicles over a zone that is thinner than their way between two frames."""
    random = _vary(seed)
    cars = [
        _passes(("car", "truck", "car")[n], (2.0, -2.0, 2.0)[n], (70.0, -20.0), 1.9 * n, random.uniform(15, 19), seed + n)
        for n in range(3)
    ]
    return Stage(STREET, _zone(STREET, -6.0, 6.0, 15.0, 16.0), tuple(cars))


def _flicker(seed: int) -> Stage:
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


def _switch(seed: int) -> Stage:
    """A sign hides it while it brakes hard and changes lanes; another waits nearby."""
    random = _vary(seed)
    hidden_s = (3.0, 3.0 + random.uniform(0.55, 0.8))
    way = [(-1.5, 62.0), (-1.5, 27.0), (1.0, 19.0), (1.0, -10.0)]
    brakes = Course.drive(way, [(0.0, 13.0), (2.9, 13.0), (4.2, 2.0), (7.0, 2.0), (9.0, 9.0), (12.0, 9.0)])
    car = player("car", brakes, seed, hidden=(hidden_s,))
    other = _passes("car", -5.0, (75.0, -10.0), 0.0, 11.0, seed + 1)
    return Stage(STREET, _zone(STREET, -7.5, 4.5, 8.5, 32.0), (car, other))


def _parked(seed: int) -> Stage:
    """One is parked in the zone from the first frame to the last, another leaves; others pass in front of them."""
    random = _vary(seed)
    stays = player("car", Course.drive(_lane(-3.5, 5.0, 40.0), [(-1.0, 0.0), (60.0, 0.0)]), seed)
    leaves = player("truck", Course.drive(_lane(-3.5, 13.0, 60.0), [(-1.0, 0.0), (5.0, 0.0), (8.0, 8.0), (14.0, 8.0)]), seed)
    near = [
        _passes("car", 2.0, (40.0, -30.0), 1.0 + 3.0 * n, random.uniform(8, 11), seed + 2 + n) for n in range(2)
    ]
    return Stage(SIDE, _zone(SIDE, -6.0, 5.0, 1.0, 18.0), (stays, leaves, *near))


def _concave(seed: int) -> Stage:
    """A zone with a notch: one drives through its arms and the notch between them, another along its back."""
    random = _vary(seed)
    across = _passes("car", 3.0, (-45.0, 45.0), 0.5, random.uniform(8, 10), seed)
    along = _passes("bus", -4.0, (45.0, -45.0), 0.0, random.uniform(8, 10), seed + 1)
    corners = [(-7.0, -16.0), (-7.0, 16.0), (6.0, 16.0), (6.0, 6.0), (0.0, 6.0), (0.0, -6.0), (6.0, -6.0), (6.0, -16.0)]
    return replace(Stage(ABOVE, ground_zone(ABOVE, corners), (across, along)), anchor="center")


def _comes_back(seed: int) -> Stage:
    """It drives through, turns round beyond the zone and comes back: one vehicle, two visits."""
    random = _vary(seed)
    way = u_turn((-2.5, -40.0), 20.0, 2.5)
    returns = player("car", Course.drive(way, [(0.0, 10.0), (4.5, 10.0), (5.5, 6.0), (9.0, 6.0), (18.0, 9.0)]), seed)
    other = _passes("truck", 5.5, (45.0, -45.0), random.uniform(0, 2), 9.0, seed + 1)
    return replace(Stage(ABOVE, _zone(ABOVE, -7.0, 8.0, -12.0, 8.0), (returns, other)), anchor="center")


def _platoon(seed: int) -> Stage:
    """A row of cars, close behind each other and fast for the frame rate."""
    random = _vary(seed)
    pace, apart_s = random.uniform(12, 14), 0.75
    cars = [_passes("car", 2.5, (-45.0, 45.0), apart_s * n, pace, seed + n) for n in range(6)]
    other = [_passes("motorcycle", -2.5, (45.0, -45.0), 1.0 + 1.3 * n, pace, seed + 9 + n) for n in range(2)]
    return replace(Stage(ABOVE, _zone(ABOVE, -6.0, 6.0, -12.0, 12.0), (*cars, *other)), anchor="center")


def _flow(seed: int) -> Stage:
    """Ordinary traffic of several types on two lanes."""
    random = _vary(seed)
    kinds: tuple[VehicleType, ...] = ("car", "truck", "motorcycle", "bus", "car")
    towards = [_passes(kinds[n], 1.5, (75.0, -10.0), 2.4 * n - 3.0, 11.0 + random.uniform(0, 0.4), seed + n) for n in range(3)]
    away = [_passes(kinds[4 - n], -2.5, (-15.0, 80.0), 2.6 * n, 9.5 + random.uniform(0, 0.4), seed + 5 + n) for n in range(3)]
    return Stage(STREET, _zone(STREET, -6.0, 4.0, 10.0, 24.0), (*towards, *away))


_SCRIPTS: tuple[tuple[str, Callable[[int], Stage], tuple[float, ...], float], ...] = (
    ("truck hides", _truck_hides, (25.0, 12.5, 8.0), 11.0),
    ("truck hides waiting", _truck_hides_waiting, (25.0, 12.5, 25.0), 16.0),
    ("merge", _merge, (25.0, 12.5, 30.0, 8.0), 9.0),
    ("u-turn", _u_turn, (25.0, 12.5, 8.0, 5.0), 14.0),
    ("thin zone", _thin, (5.0, 8.0, 12.5, 25.0), 9.0),
    ("border", _flicker, (25.0, 12.5, 8.0, 30.0), 13.0),
    ("id switch", _switch, (25.0, 12.5, 25.0, 15.0), 12.0),
    ("parked", _parked, (25.0, 12.5, 8.0), 14.0),
    ("concave", _concave, (25.0, 12.5, 8.0), 11.0),
    ("comes back", _comes_back, (25.0, 12.5), 16.0),
    ("platoon", _platoon, (5.0, 8.0, 12.5), 13.0),
)
