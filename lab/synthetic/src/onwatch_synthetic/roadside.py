"""Objects beside the road: trees, bushes, houses, lamps, signs, boxes; no vehicles."""

from dataclasses import dataclass

import numpy as np

from .geometry import Camera, Floats
from .layout import Layout
from .meshes import Bgr, Block, MeshBuilder, add_block, patch
from .painter import Body, Fill, Sun

CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 14)[:-1]), np.sin(np.linspace(0, 2 * np.pi, 14)[:-1])], axis=1)
LAMP_SPACING_M = 24.0


@dataclass(frozen=True)
class Prop:
    """One object on the ground, as polygons in pixels from back to front."""

    x: float
    y: float
    radius: float  # of its contact shadow, metres
    fills: tuple[Fill, ...]


def tree(camera: Camera, x: float, y: float, rng: np.random.Generator, sun: Sun, size: float = 1.0) -> Prop:
    """A trunk and a crown of leaf clumps, lighter towards the sun."""
    height, radius = float(rng.uniform(4.0, 7.0)) * size, float(rng.uniform(1.4, 2.4)) * size
    trunk = _body_fills(Block(-0.14, 0.14, 0.14, 0.0, height * 0.6), (52.0, 70.0, 88.0), camera, x, y, sun)
    clumps = rng.normal(0, 0.42, (34, 3)) * radius
    clumps[:, 2] *= 0.8
    middle = np.array([x, y, height - radius * 0.7])
    base = np.array([44, 104, 70]) + rng.normal(0, 10, 3) + rng.uniform(0, 1) * np.array([0, 10, 30])
    depth = camera.to_camera(middle + clumps)[:, 2]
    lit = np.clip(0.8 + 0.25 * (clumps @ np.array(sun.towards)) / radius + rng.normal(0, 0.08, 34), 0.45, 1.35)
    crown = [
        _disc(camera, middle + clumps[i], radius * 0.34, base * lit[i]) for i in np.argsort(-depth) if depth[i] > 1
    ]
    return Prop(x, y, radius, tuple(trunk + crown))


def bush(camera: Camera, x: float, y: float, rng: np.random.Generator, sun: Sun) -> Prop:
    """A low clump of leaves."""
    radius = float(rng.uniform(0.4, 1.0))
    base = np.array([40, 92, 62]) + rng.normal(0, 12, 3)
    clumps = rng.normal(0, 0.4, (12, 3)) * radius
    points = np.array([x, y, radius * 0.6]) + clumps
    depth = camera.to_camera(points)[:, 2]
    discs = [
        _disc(camera, points[i], radius * 0.4, base * rng.uniform(0.75, 1.2))
        for i in np.argsort(-depth)
        if depth[i] > 1
    ]
    return Prop(x, y, radius, tuple(discs))


def _disc(camera: Camera, middle: Floats, radius: float, colour: Floats) -> Fill:
    in_camera = camera.to_camera(middle[None])
    size = radius * camera.focal_px / max(float(in_camera[0, 2]), 1.0)
    b, g, r = (float(v) for v in np.clip(colour, 8, 235))
    return camera.to_image(in_camera) + CIRCLE * size, (b, g, r), "none"


def _body_fills(block: Block, colour: Bgr, camera: Camera, x: float, y: float, sun: Sun) -> list[Fill]:
    builder = MeshBuilder()
    add_block(builder, block, colour, 0)
    return Body(builder.build(), 1, sun).view(camera, x, y).fills


def house(camera: Camera, x: float, y: float, rng: np.random.Generator, sun: Sun, tall: bool) -> Prop:
    """A block with rows of windows."""
    half, depth = float(rng.uniform(4, 7)), float(rng.uniform(6, 11))
    height = float(rng.uniform(9, 22)) if tall else float(rng.uniform(4, 7))
    tone = np.array(
        ((168, 178, 190), (120, 140, 170), (150, 150, 150), (110, 120, 160), (190, 196, 198))[rng.integers(5)]
    )
    b, g, r = (float(v) for v in tone + rng.normal(0, 10, 3))
    block, builder = Block(-depth, depth, half, 0.0, height), MeshBuilder()
    piece = add_block(builder, block, (b, g, r), 0, (b * 0.7, g * 0.7, r * 0.7))
    floors, columns = max(1, int(height / 3)), int(rng.integers(4, 7))
    for name in ("left", "right", "rear", "front"):
        quad = block.side(
            "left" if name == "left" else "right" if name == "right" else "rear" if name == "rear" else "front"
        )
        for floor in range(floors):
            for column in range(columns):
                u, v = (column + 0.25) / columns, (floor + 0.3) / floors
                lit = rng.random() < 0.25
                glass = (130.0, 120.0, 108.0) if lit else (86.0, 76.0, 66.0)
                builder.face(piece, patch(quad, u, u + 0.5 / columns, v, v + 0.45 / floors), glass)
    return Prop(x, y, half, tuple(Body(builder.build(), 1, sun).view(camera, x, y).fills))


def box(camera: Camera, x: float, y: float, rng: np.random.Generator, sun: Sun) -> Prop:
    """A skip, a kiosk, a cabinet: vehicle-sized distractors."""
    half, length, height = (float(rng.uniform(a, b)) for a, b in ((0.4, 1.3), (0.4, 2.4), (0.9, 2.4)))
    tone = np.array(((60, 110, 60), (120, 100, 60), (70, 120, 160), (130, 130, 132), (60, 66, 150))[rng.integers(5)])
    b, g, r = (float(v) for v in np.clip(tone + rng.normal(0, 14, 3), 20, 230))
    builder = MeshBuilder()
    block = Block(-length / 2, length / 2, half, 0.0, height)
    piece = add_block(builder, block, (b, g, r), 0, (b * 0.8, g * 0.8, r * 0.8))
    if rng.random() < 0.5:
        builder.face(piece, patch(block.side("rear"), 0.1, 0.9, 0.3, 0.6), (210.0, 214.0, 214.0))
        builder.face(piece, patch(block.side("left"), 0.1, 0.9, 0.3, 0.6), (210.0, 214.0, 214.0))
    return Prop(x, y, half, tuple(Body(builder.build(), 1, sun).view(camera, x, y).fills))


def post(camera: Camera, x: float, y: float, arm: float, sun: Sun) -> Prop:
    """A street lamp whose arm reaches `arm` metres across the road."""
    grey = (112.0, 116.0, 116.0)
    pole = _body_fills(Block(-0.08, 0.08, 0.08, 0.0, 7.0), grey, camera, x, y, sun)
    bar = _body_fills(Block(-0.05, 0.05, abs(arm) / 2, 6.85, 6.97), grey, camera, x + arm / 2, y, sun)
    head = _body_fills(Block(-0.16, 0.16, 0.35, 6.75, 6.95), (200.0, 205.0, 208.0), camera, x + arm, y, sun)
    return Prop(x, y, 0.15, tuple(pole + bar + head))


def sign(camera: Camera, x: float, y: float, rng: np.random.Generator, sun: Sun) -> Prop:
    """A traffic sign on a post."""
    colour = ((40.0, 40.0, 190.0), (190.0, 110.0, 40.0), (60.0, 200.0, 230.0))[int(rng.integers(3))]
    pole = _body_fills(Block(-0.04, 0.04, 0.04, 0.0, 2.6), (140.0, 142.0, 142.0), camera, x, y, sun)
    plate = _body_fills(Block(-0.05, -0.02, 0.34, 1.95, 2.6), colour, camera, x, y, sun)
    inner = _body_fills(Block(-0.07, -0.05, 0.2, 2.1, 2.45), (226.0, 228.0, 228.0), camera, x, y, sun)
    return Prop(x, y, 0.1, tuple(pole + plate + inner))


def lamp_places(layout: Layout) -> list[tuple[float, float, float]]:
    """(x, y, arm) of the street lamps along the side that is away from the camera."""
    camera_x = layout.camera.position[0]
    right_side = camera_x < (layout.road_left + layout.road_right) / 2
    x, arm = (layout.road_right + 1.0, -1.6) if right_side else (layout.road_left - 1.0, 1.6)
    return [
        (x, float(y), arm)
        for y in np.arange(14.0 - 5 * LAMP_SPACING_M, layout.y_max, LAMP_SPACING_M)
        if y > layout.y_min
    ]


def pole(camera: Camera, x: float, y: float, block: Block, sun: Sun) -> Prop:
    """A bare pole near the camera, such as one that carries a sign above the picture."""
    return Prop(x, y, 0.1, tuple(_body_fills(block, (96.0, 98.0, 100.0), camera, x, y, sun)))
