"""Vehicles and their trajectories. They keep their lane and a gap to the one in front, so they never touch."""

from dataclasses import dataclass

import numpy as np

from .geometry import Floats
from .layout import SLOWEST_M_S, Lane, Layout
from .spec import VEHICLE_TYPES, ClipSpec, VehicleType
from .vehicles import Specimen, make_specimen

GAP_M = 7.0
GAP_TALL_M = 13.0  # a bus hides what is close behind it from an oblique camera
SIMULATION_STEP_S = 0.02
ACCELERATION_M_S2, BRAKING_M_S2, REACTION_S, STANDING_GAP_M = 2.2, 3.2, 0.5, 2.2


@dataclass(frozen=True)
class Trip:
    """One vehicle's trajectory: `x` and `y` (frames,) of its centre in metres."""

    vehicle_type: VehicleType
    specimen: Specimen
    lane: Lane
    speed_m_s: float
    x: Floats
    y: Floats


@dataclass(frozen=True)
class _Plan:
    vehicle_type: VehicleType
    specimen: Specimen
    speed_m_s: float
    start_s: float  # when its centre is at the start of the lane
    offset_m: float


def make_trips(spec: ClipSpec, layout: Layout, rng: np.random.Generator) -> list[Trip]:
    """All trips visible in the clip, lane by lane."""
    trips: list[Trip] = []
    for lane in layout.lanes:
        plans = _plan_lane(spec, layout, rng)
        held = spec.stop_line and lane.heading == layout.lanes[0].heading
        ways = (
            _queueing(spec, layout, lane, plans, rng) if held else [_steady(spec, layout, lane, plan) for plan in plans]
        )
        trips += [_trip(spec, lane, plan, y, rng) for plan, y in zip(plans, ways, strict=True)]
    return [trip for trip in trips if ((trip.y > layout.y_min) & (trip.y < layout.y_max)).any()]


def _trip(spec: ClipSpec, lane: Lane, plan: _Plan, y: Floats, rng: np.random.Generator) -> Trip:
    waver = rng.uniform(0.02, 0.1) * np.sin(y / rng.uniform(14, 30) + rng.uniform(0, 6.28))
    return Trip(plan.vehicle_type, plan.specimen, lane, plan.speed_m_s, lane.x + plan.offset_m + waver, y)


def _plan_lane(spec: ClipSpec, layout: Layout, rng: np.random.Generator) -> list[_Plan]:
    stretch = layout.y_max - layout.y_min
    mean_gap_s = 60.0 * len(layout.lanes) / max(spec.vehicles_per_minute, 1e-3)
    lane_speed = rng.uniform(10.5, 13.5)
    plans: list[_Plan] = []
    start_s = -stretch / lane_speed + rng.exponential(mean_gap_s) * 0.6
    while True:
        plan = _next_plan(spec, start_s, lane_speed, rng)
        if plans:
            plan = _behind(plans[-1], plan, stretch, tall_gap_m=GAP_TALL_M if spec.view == "oblique" else GAP_M)
        if plan.start_s > spec.duration_s:
            return plans
        plans.append(plan)
        start_s = plan.start_s + rng.exponential(mean_gap_s)


def _next_plan(spec: ClipSpec, start_s: float, lane_speed: float, rng: np.random.Generator) -> _Plan:
    weights = np.array(spec.type_weights) / sum(spec.type_weights)
    vehicle_type = VEHICLE_TYPES[int(rng.choice(len(VEHICLE_TYPES), p=weights))]
    factor = rng.uniform(0.9, 1.0) if vehicle_type in ("truck", "bus") else rng.uniform(0.94, 1.08)
    offset = rng.uniform(-0.6, 0.6) if vehicle_type == "motorcycle" else rng.uniform(-0.18, 0.18)
    specimen = make_specimen(vehicle_type, rng)
    return _Plan(vehicle_type, specimen, max(SLOWEST_M_S, lane_speed * factor), start_s, float(offset))


def _behind(leader: _Plan, plan: _Plan, stretch: float, tall_gap_m: float) -> _Plan:
    """Delay the start as needed, so that the gap holds at both ends of the lane."""
    tall = max(leader.specimen.height_m, plan.specimen.height_m) > 2.0
    room = (leader.specimen.length_m + plan.specimen.length_m) / 2 + (tall_gap_m if tall else GAP_M)
    at_start = leader.start_s + room / leader.speed_m_s
    at_end = leader.start_s + stretch / leader.speed_m_s - stretch / plan.speed_m_s + room / plan.speed_m_s
    start_s = max(plan.start_s, at_start, at_end)
    return _Plan(plan.vehicle_type, plan.specimen, plan.speed_m_s, start_s, plan.offset_m)


def _steady(spec: ClipSpec, layout: Layout, lane: Lane, plan: _Plan) -> Floats:
    """Constant speed: y of the middle in every frame."""
    times = np.arange(spec.frame_count) / spec.fps
    begin = layout.y_min if lane.heading > 0 else layout.y_max
    return np.asarray(begin + lane.heading * plan.speed_m_s * (times - plan.start_s))


def _queueing(spec: ClipSpec, layout: Layout, lane: Lane, plans: list[_Plan], rng: np.random.Generator) -> list[Floats]:
    """Car following after Krauss: the speed from which one can still stop behind whatever the leader does.

    Distances run along the driving direction from the lane's beginning.
    """
    steps = max(1, round(1 / spec.fps / SIMULATION_STEP_S))
    red = (spec.duration_s * rng.uniform(0.02, 0.15), spec.duration_s * rng.uniform(0.5, 0.65))
    begin = layout.y_min if lane.heading > 0 else layout.y_max
    line = (layout.stop_y - begin) * lane.heading
    pace = min((plan.speed_m_s for plan in plans), default=SLOWEST_M_S)  # one for all: no collisions at the start
    cars = [_Follower(plan, pace) for plan in plans]
    ways = np.empty((len(cars), spec.frame_count))
    for frame in range(spec.frame_count):
        ways[:, frame] = [begin + lane.heading * car.at for car in cars]
        for sub in range(steps):
            now = (frame + sub / steps) / spec.fps
            leader: _Follower | None = None
            for car in cars:
                car.step(1 / spec.fps / steps, leader, line if red[0] <= now < red[1] else None)
                leader = car
    return list(ways)


class _Follower:
    """One vehicle's state while it follows; `at` is its middle in metres from the lane's beginning."""

    def __init__(self, plan: _Plan, pace_m_s: float) -> None:
        self.plan = plan
        self.at = -plan.start_s * pace_m_s
        self.speed = plan.speed_m_s
        self.half = plan.specimen.length_m / 2

    def step(self, step_s: float, leader: "_Follower | None", red_line: float | None) -> None:
        """Move on by one time step."""
        speed = min(self.speed + ACCELERATION_M_S2 * step_s, self.plan.speed_m_s)
        if leader is not None:
            gap = leader.at - leader.half - self.at - self.half - STANDING_GAP_M
            speed = min(speed, _safe_speed(gap, leader.speed))
        if red_line is not None:
            room = red_line - self.at - self.half
            if room > self.speed**2 / (2 * BRAKING_M_S2) - 0.5:
                speed = min(speed, _safe_speed(max(room, 0.0), 0.0))
        self.speed = max(0.0, speed)
        self.at += self.speed * step_s


def _safe_speed(gap_m: float, leader_m_s: float) -> float:
    slack = BRAKING_M_S2 * REACTION_S
    return max(0.0, float(-slack + np.sqrt(slack**2 + leader_m_s**2 + 2 * BRAKING_M_S2 * max(gap_m, 0.0))))
