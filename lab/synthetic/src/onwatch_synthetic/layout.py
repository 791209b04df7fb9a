"""Layout of one clip: road, lanes, camera and zone."""

from dataclasses import dataclass

import numpy as np

from .geometry import Camera, Flags, Floats, oblique_camera, top_down_camera
from .spec import Anchor, ClipSpec

LANE_WIDTH_M = 3.5
SHOULDER_M = 0.6
SLOWEST_M_S = 9.5
SHORTEST_ZONE_M = 11.0
TRIES = 400
Polygon = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Lane:
    """A straight lane along y; `heading` is +1 (away from an oblique camera) or -1."""

    x: float
    heading: int


@dataclass(frozen=True)
class Layout:
    """The fixed part of a scene. Vehicles' middles travel between `y_min` and `y_max`."""

    camera: Camera
    lanes: tuple[Lane, ...]
    road_left: float
    road_right: float
    y_min: float
    y_max: float
    roi: Polygon  # normalised 0..1
    anchor: Anchor
    stop_y: float  # where a traffic light would hold the vehicles of `lanes[0]`'s direction


def make_layout(spec: ClipSpec, rng: np.random.Generator) -> Layout:
    """Draw layouts until one shows the whole road in the zone and vehicles cross its border fast enough."""
    wanted = _lanes(spec, rng)
    narrow = wanted if spec.lanes else (Lane(LANE_WIDTH_M / 2, 1), Lane(-LANE_WIDTH_M / 2, -1))  # for narrow pictures
    for lanes in (wanted, narrow):
        for _ in range(TRIES):
            layout = _top_down(spec, lanes, rng) if spec.view == "top_down" else _oblique(spec, lanes, rng)
            if layout is not None:
                return layout
    raise ValueError(f"no {spec.view} layout found for seed {spec.seed} at {spec.width}x{spec.height}")


def _lanes(spec: ClipSpec, rng: np.random.Generator) -> tuple[Lane, ...]:
    count = int(rng.choice([2, 3, 4], p=[0.35, 0.3, 0.35])) if spec.lanes is None else spec.lanes
    away = count // 2 if count % 2 == 0 else int(rng.integers(1, 3))
    right = [Lane((i + 0.5) * LANE_WIDTH_M, 1) for i in range(away)]
    left = [Lane(-(i + 0.5) * LANE_WIDTH_M, -1) for i in range(count - away)]
    return tuple(right + left) if rng.random() < 0.5 else tuple(left + right)


def _edges(lanes: tuple[Lane, ...]) -> tuple[float, float]:
    xs = [lane.x for lane in lanes]
    return min(xs) - LANE_WIDTH_M / 2 - SHOULDER_M, max(xs) + LANE_WIDTH_M / 2 + SHOULDER_M


def _oblique(spec: ClipSpec, lanes: tuple[Lane, ...], rng: np.random.Generator) -> Layout | None:
    left, right = _edges(lanes)
    middle, half = (left + right) / 2, (right - left) / 2
    pitch, lens_height = np.radians(rng.uniform(24, 38)), rng.uniform(8.5, 17.0)
    camera_x = middle + rng.uniform(-1, 1) * (half + 3.5)
    yaw = np.arctan2(middle - camera_x, lens_height / np.tan(pitch)) + np.radians(rng.normal(0, 2.5))
    position = (float(camera_x), 0.0, float(lens_height))
    focal_px = float(rng.uniform(0.72, 1.0)) * spec.width
    camera = oblique_camera(position, float(pitch), float(yaw), focal_px, (spec.width, spec.height))
    far_row, near_row = rng.uniform(0.42, 0.48) * spec.height, rng.uniform(0.84, 0.88) * spec.height
    rows = [_row_crossings(camera, x, (far_row, near_row)) for x in (left, right, left - 1.8, right + 1.8)]
    if any(row is None for row in rows):
        return None
    (_, road_l), (_, road_r), side_l, side_r = (row for row in rows if row is not None)
    if road_l[0] < 0.01 * spec.width or road_r[0] > 0.99 * spec.width:
        return None
    ground_y = side_l[0][1]
    if ground_y - side_l[1][1] < SHORTEST_ZONE_M:
        return None
    step = camera.project(np.array([[middle, ground_y, 0.0], [middle, ground_y - 0.5, 0.0]]))
    if (step[1, 1] - step[0, 1]) * 2 * SLOWEST_M_S / 25 < 3.0 * spec.width / 640:
        return None
    roi = _normalised(
        [(side_l[0][0], far_row), (side_r[0][0], far_row), (side_r[1][0], near_row), (side_l[1][0], near_row)], spec
    )
    y_min, y_max = _reach(camera)
    stop_y = (side_l[0][1] + 2 * side_l[1][1]) / 3
    return Layout(camera, lanes, left, right, y_min, y_max, roi, "bottom_center", stop_y)


def _row_crossings(camera: Camera, x: float, rows: tuple[float, float]) -> tuple[tuple[float, float], ...] | None:
    """Where the line along the road at `x` meets two picture rows: (pixel column, ground y) for each."""
    ys = np.geomspace(3.0, 150.0, 400)
    in_camera = camera.to_camera(np.stack([np.full_like(ys, x), ys, np.zeros_like(ys)], axis=1))
    pixels, ys = camera.to_image(in_camera[in_camera[:, 2] > 1.0]), ys[in_camera[:, 2] > 1.0]
    if not len(ys) or pixels[0, 1] < max(rows) or pixels[-1, 1] > min(rows):
        return None
    order = np.argsort(pixels[:, 1])
    columns = np.interp(rows, pixels[order, 1], pixels[order, 0])
    grounds = np.interp(rows, pixels[order, 1], ys[order])
    return tuple((float(c), float(g)) for c, g in zip(columns, grounds, strict=True))


def _reach(camera: Camera) -> tuple[float, float]:
    """The stretch of road from and to which vehicles are out of the picture."""
    corners = np.array([[0, 0], [camera.width, 0], [0, camera.height], [camera.width, camera.height]], dtype=np.float64)
    ys = camera.ground_at(corners)[:, 1]
    far = float(np.max(np.where(np.isnan(ys[:2]), 140.0, ys[:2])))
    return float(np.min(ys[2:])) - 9.0, min(far + 12.0, 150.0)


def _normalised(points: list[tuple[float, float]], spec: ClipSpec) -> Polygon:
    return tuple(
        (
            round(float(np.clip(x / spec.width, 0.004, 0.996)), 4),
            round(float(np.clip(y / spec.height, 0.004, 0.996)), 4),
        )
        for x, y in points
    )


def _top_down(spec: ClipSpec, lanes: tuple[Lane, ...], rng: np.random.Generator) -> Layout | None:
    left, right = _edges(lanes)
    middle, along = (left + right) / 2, bool(rng.random() < 0.8)
    pixels_per_m = rng.uniform(9.0, 11.5) if along else rng.uniform(8.0, 9.0)
    altitude, half_seen = rng.uniform(38.0, 60.0), (spec.width if along else spec.height) / 2
    pixels_per_m *= spec.width / 640
    roll = (np.pi / 2 if along else 0.0) + rng.uniform(-0.25, 0.25) + np.pi * rng.integers(2)
    camera = top_down_camera(float(altitude), float(roll), float(pixels_per_m * altitude), (spec.width, spec.height))
    camera = _moved(camera, middle + float(rng.uniform(-2, 2)))
    reach = min(half_seen / pixels_per_m - 8.5, rng.uniform(9.0, 13.0))
    corners = [(left - 1.2, -reach), (right + 1.2, -reach), (right + 1.2, reach), (left - 1.2, reach)]
    pixels = camera.project(np.array([(x, y, 0.0) for x, y in corners]))
    size = np.array([spec.width, spec.height])
    if reach < 7.0 or (pixels < 6).any() or (pixels > size - 6).any():
        return None
    seen = camera.ground_at(np.array([(0, 0), (size[0], 0), (0, size[1]), (size[0], size[1])], dtype=np.float64))
    far = float(np.abs(seen[:, 1]).max()) + 9.0
    roi = _normalised([(float(u), float(v)) for u, v in pixels], spec)
    return Layout(camera, lanes, left, right, -far, far, roi, "center", float(lanes[0].heading * reach * 0.3))


def _moved(camera: Camera, x: float) -> Camera:
    position = (x, 0.0, camera.position[2])
    return Camera(position, camera.right, camera.down, camera.forward, camera.focal_px, camera.width, camera.height)


def inside(points: Floats, polygon: Floats) -> Flags:
    """Which points (N, 2) are in the simple polygon (M, 2), border included."""
    x, y = points[:, 0], points[:, 1]
    odd = np.zeros(len(points), dtype=np.bool_)
    on_border = np.zeros(len(points), dtype=np.bool_)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        between = (
            (np.minimum(ax, bx) <= x)
            & (x <= np.maximum(ax, bx))
            & (np.minimum(ay, by) <= y)
            & (y <= np.maximum(ay, by))
        )
        on_border |= (np.abs(cross) <= 1e-9) & between
        spans = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            odd ^= spans & (x < ax + (y - ay) * (bx - ax) / (by - ay if by != ay else np.nan))
    return np.asarray(odd | on_border)
