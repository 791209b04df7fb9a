"""Random shapes of cars, trucks, buses and motorcycles."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .meshes import Bgr, Block, Mesh, MeshBuilder, add_block, add_loft, add_wheels, patch
from .spec import VehicleType

GLASS: Bgr = (66.0, 54.0, 46.0)
WINDSCREEN: Bgr = (104.0, 88.0, 74.0)
RUBBER: Bgr = (26.0, 26.0, 28.0)
LAMP: Bgr = (215.0, 235.0, 240.0)
TAIL: Bgr = (40.0, 36.0, 178.0)
PLATE: Bgr = (215.0, 222.0, 224.0)
PAINTS: tuple[Bgr, ...] = (
    (228, 228, 226), (200, 200, 198), (150, 152, 152), (96, 98, 100), (46, 46, 48), (40, 40, 170), (52, 44, 118),
    (150, 84, 36), (112, 60, 24), (84, 116, 52), (60, 150, 210), (70, 190, 225), (120, 146, 168), (170, 150, 110),
    (30, 90, 200), (66, 72, 60),
)  # fmt: skip
BUS_PAINTS: tuple[Bgr, ...] = (
    (40, 40, 180), (60, 160, 230), (160, 96, 40), (90, 140, 60), (222, 222, 220), (150, 70, 120), (50, 110, 220),
)  # fmt: skip
BOX_PAINTS: tuple[Bgr, ...] = (
    (226, 226, 224), (205, 208, 206), (180, 190, 196), (150, 110, 60), (60, 90, 160), (90, 130, 90), (70, 170, 220),
)  # fmt: skip


@dataclass(frozen=True)
class Specimen:
    """One vehicle's shape and size in metres."""

    mesh: Mesh
    length_m: float
    width_m: float
    height_m: float


def make_specimen(vehicle_type: VehicleType, rng: np.random.Generator) -> Specimen:
    """A random vehicle of the type."""
    return MAKERS[vehicle_type](rng)


def _pick(rng: np.random.Generator, paints: tuple[Bgr, ...]) -> Bgr:
    base = np.array(paints[int(rng.integers(len(paints)))]) + rng.normal(0, 7, 3)
    b, g, r = (float(v) for v in np.clip(base, 16, 240))
    return b, g, r


def _scaled(colour: Bgr, factor: float) -> Bgr:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _car(rng: np.random.Generator) -> Specimen:
    style = ("sedan", "hatchback", "estate", "suv")[int(rng.choice(4, p=[0.35, 0.3, 0.15, 0.2]))]
    length = float(rng.uniform(3.8, 4.2) if style == "hatchback" else rng.uniform(4.3, 4.85))
    half = float(rng.uniform(0.87, 0.95))
    height = float(rng.uniform(1.62, 1.75) if style == "suv" else rng.uniform(1.40, 1.52))
    belt = height * 0.62
    paint = _pick(rng, PAINTS)
    builder = MeshBuilder()
    end = length / 2
    add_block(builder, Block(-end + 0.35, end - 0.35, half - 0.06, 0.02, 0.34), RUBBER, 0)
    body = add_loft(builder, _car_stations(end, half, belt), paint, 1)
    _car_ends(builder, body, end, half, belt)
    add_wheels(builder, (-end + 0.8, end - 0.85), half + 0.01, 0.33, 2)
    rear_top, rear = _car_tail(style, end)
    cabin = Block(
        rear,
        end - 1.0,
        half * 0.93,
        belt - 0.04,
        height,
        rear_top,
        end - 1.75 + float(rng.uniform(-0.1, 0.1)),
        half * 0.76,
    )
    _car_cabin(builder, cabin, paint)
    return Specimen(builder.build(), length, 2 * half, height)


def _car_tail(style: str, end: float) -> tuple[float, float]:
    """Roof end and glass end behind: a sedan has a boot, the others end upright."""
    return {"sedan": (-end + 1.35, -end + 0.6), "hatchback": (-end + 0.55, -end + 0.12)}.get(
        style, (-end + 0.32, -end + 0.06)
    )


def _car_stations(end: float, half: float, belt: float) -> list[tuple[float, float, float, float]]:
    return [
        (-end, half * 0.82, 0.34, belt * 0.86),
        (-end + 0.22, half * 0.97, 0.22, belt * 0.99),
        (-end + 0.9, half, 0.2, belt),
        (end - 1.15, half, 0.2, belt * 0.98),
        (end - 0.28, half * 0.95, 0.22, belt * 0.83),
        (end, half * 0.78, 0.32, belt * 0.68),
    ]


def _car_ends(builder: MeshBuilder, body: int, end: float, half: float, belt: float) -> None:
    """Lamps, number plates and the grille."""
    w = half * 0.78
    front = ((end, -w, 0.32), (end, w, 0.32), (end, w, belt * 0.68), (end, -w, belt * 0.68))
    builder.face(body, patch(front, 0.2, 0.8, 0.1, 0.55), RUBBER)
    builder.face(body, patch(front, 0.38, 0.62, 0.15, 0.42), PLATE)
    builder.face(body, patch(front, 0.0, 0.19, 0.5, 0.98), LAMP, "head")
    builder.face(body, patch(front, 0.81, 1.0, 0.5, 0.98), LAMP, "head")
    w = half * 0.82
    rear = ((-end, -w, 0.34), (-end, w, 0.34), (-end, w, belt * 0.86), (-end, -w, belt * 0.86))
    builder.face(body, patch(rear, 0.36, 0.64, 0.35, 0.62), PLATE)
    builder.face(body, patch(rear, 0.0, 0.2, 0.55, 0.98), TAIL, "tail")
    builder.face(body, patch(rear, 0.8, 1.0, 0.55, 0.98), TAIL, "tail")


def _car_cabin(builder: MeshBuilder, cabin: Block, paint: Bgr) -> None:
    piece = add_block(builder, cabin, paint, 3)
    builder.face(piece, patch(cabin.side("front"), 0.06, 0.94, 0.06, 0.92), WINDSCREEN)
    builder.face(piece, patch(cabin.side("rear"), 0.08, 0.92, 0.1, 0.9), GLASS)
    for name in ("left", "right"):
        side = cabin.side("left" if name == "left" else "right")
        builder.face(piece, patch(side, 0.06, 0.48, 0.12, 0.86), GLASS)
        builder.face(piece, patch(side, 0.52, 0.92, 0.12, 0.86), GLASS)


def _truck(rng: np.random.Generator) -> Specimen:
    length, half = float(rng.uniform(6.4, 9.2)), float(rng.uniform(1.1, 1.25))
    cab_height = float(rng.uniform(2.4, 2.8))
    builder = MeshBuilder()
    end, cab_length = length / 2, float(rng.uniform(1.7, 2.1))
    add_block(builder, Block(-end + 0.1, end - 0.2, half * 0.8, 0.05, 0.95), (38.0, 38.0, 40.0), 0)
    add_wheels(builder, (-end + 1.2, -end + 2.3, end - 1.1)[int(rng.integers(2)) :], half, 0.48, 1)
    cab = Block(end - cab_length, end, half * 0.97, 0.42, cab_height, end - cab_length, end - 0.28, half * 0.9)
    _truck_cab(builder, cab, _pick(rng, PAINTS + BUS_PAINTS))
    kind = int(rng.choice(3, p=[0.6, 0.2, 0.2]))
    top = [float(rng.uniform(2.9, 3.5)), 1.55, float(rng.uniform(1.8, 2.2))][kind]
    bed = Block(-end, end - cab_length - 0.15, half, 0.85, top)
    (_truck_box, _truck_flatbed, _truck_tipper)[kind](builder, bed, rng)
    return Specimen(builder.build(), length, 2 * half, max(cab_height, top))


def _truck_cab(builder: MeshBuilder, cab: Block, paint: Bgr) -> None:
    piece = add_block(builder, cab, paint, 2)
    front = cab.side("front")
    builder.face(piece, patch(front, 0.06, 0.94, 0.52, 0.9), WINDSCREEN)
    builder.face(piece, patch(front, 0.22, 0.78, 0.14, 0.42), RUBBER)
    builder.face(piece, patch(front, 0.02, 0.18, 0.08, 0.24), LAMP, "head")
    builder.face(piece, patch(front, 0.82, 0.98, 0.08, 0.24), LAMP, "head")
    builder.face(piece, patch(cab.side("left"), 0.3, 0.9, 0.52, 0.88), GLASS)
    builder.face(piece, patch(cab.side("right"), 0.3, 0.9, 0.52, 0.88), GLASS)


def _truck_lamps(builder: MeshBuilder, piece: int, bed: Block) -> None:
    x, w, low = bed.rear, bed.half_width, bed.bottom
    rear = ((x, -w, low - 0.3), (x, w, low - 0.3), (x, w, low + 0.1), (x, -w, low + 0.1))
    builder.face(piece, rear, (50.0, 50.0, 54.0))
    builder.face(piece, patch(rear, 0.04, 0.2, 0.2, 0.8), TAIL, "tail")
    builder.face(piece, patch(rear, 0.8, 0.96, 0.2, 0.8), TAIL, "tail")


def _truck_box(builder: MeshBuilder, bed: Block, rng: np.random.Generator) -> None:
    paint = _pick(rng, BOX_PAINTS)
    piece = add_block(builder, bed, paint, 2, _scaled(paint, 0.96))
    stripe = _pick(rng, BUS_PAINTS)
    low = float(rng.uniform(0.15, 0.5))
    for name in ("left", "right"):
        side = bed.side("left" if name == "left" else "right")
        builder.face(piece, patch(side, 0.08, 0.92, low, low + 0.22), stripe)
        builder.face(piece, patch(side, 0.0, 1.0, 0.0, 0.04), (70.0, 70.0, 74.0))
    for u in (0.02, 0.49, 0.96):
        builder.face(piece, patch(bed.side("rear"), u, u + 0.02, 0.02, 0.98), _scaled(paint, 0.55))
    for u in np.linspace(0.16, 0.84, 4):
        builder.face(piece, patch(bed.side("top"), float(u), float(u) + 0.015, 0.03, 0.97), _scaled(paint, 0.8))
    _truck_lamps(builder, piece, bed)


def _truck_flatbed(builder: MeshBuilder, bed: Block, rng: np.random.Generator) -> None:
    floor = Block(bed.rear, bed.front, bed.half_width, bed.bottom, 1.15)
    piece = add_block(builder, floor, (70.0, 84.0, 96.0), 2, (84.0, 112.0, 134.0))
    _truck_lamps(builder, piece, floor)
    cuts = np.linspace(bed.rear + 0.2, bed.front - 0.2, int(rng.integers(2, 5)) + 1)
    for a, b in pairwise(cuts):
        crate = Block(float(a) + 0.12, float(b) - 0.12, bed.half_width * 0.82, 1.15, float(rng.uniform(1.6, 2.3)))
        wood = _pick(rng, ((90, 130, 160), (110, 150, 175), (70, 105, 130), (150, 150, 150)))
        add_block(builder, crate, wood, 3, _scaled(wood, 1.1))


def _truck_tipper(builder: MeshBuilder, bed: Block, rng: np.random.Generator) -> None:
    paint = _pick(rng, ((40, 120, 220), (60, 150, 230), (120, 120, 122), (60, 60, 170), (90, 130, 60)))
    piece = add_block(builder, bed, paint, 2)
    for name in ("left", "right"):
        side = bed.side("left" if name == "left" else "right")
        for u in np.linspace(0.06, 0.92, 6):
            builder.face(piece, patch(side, float(u), float(u) + 0.025, 0.05, 0.95), _scaled(paint, 0.7))
    load = _pick(rng, ((60, 84, 106), (96, 110, 120), (46, 56, 64), (84, 130, 160)))
    builder.face(piece, patch(bed.side("top"), 0.04, 0.96, 0.08, 0.92), load)
    _truck_lamps(builder, piece, bed)


def _bus(rng: np.random.Generator) -> Specimen:
    length, half = float(rng.uniform(9.6, 12.0)), float(rng.uniform(1.2, 1.28))
    height = float(rng.uniform(2.95, 3.25))
    paint = _pick(rng, BUS_PAINTS)
    end = length / 2
    builder = MeshBuilder()
    add_block(builder, Block(-end + 0.5, end - 0.5, half - 0.08, 0.03, 0.4), RUBBER, 0)
    hull = Block(-end, end, half, 0.32, height, -end + 0.08, end - 0.15, half * 0.95)
    roof = _scaled(paint, 0.5)
    piece = add_block(builder, hull, paint, 1, (roof[0] + 118, roof[1] + 118, roof[2] + 118))
    _bus_sides(builder, piece, hull, _pick(rng, BUS_PAINTS + BOX_PAINTS))
    _bus_ends(builder, piece, hull)
    add_wheels(builder, (-end + 2.6, end - 2.5), half + 0.01, 0.48, 2)
    for x in np.linspace(-end + 2.0, end - 2.6, int(rng.integers(2, 4))):
        unit = Block(float(x), float(x) + 1.5, half * 0.55, height, height + 0.2)
        add_block(builder, unit, (176.0, 178.0, 178.0), 3, (196.0, 198.0, 198.0))
    return Specimen(builder.build(), length, 2 * half, height + 0.2)


def _bus_sides(builder: MeshBuilder, piece: int, hull: Block, stripe: Bgr) -> None:
    panes = 7
    for name in ("left", "right"):
        side = hull.side("left" if name == "left" else "right")
        builder.face(piece, patch(side, 0.0, 1.0, 0.22, 0.32), stripe)
        builder.face(piece, patch(side, 0.03, 0.97, 0.46, 0.82), RUBBER)
        for i in range(panes):
            u = 0.04 + i * 0.925 / panes
            builder.face(piece, patch(side, u, u + 0.925 / panes - 0.014, 0.48, 0.8), (92.0, 78.0, 66.0))


def _bus_ends(builder: MeshBuilder, piece: int, hull: Block) -> None:
    front, rear = hull.side("front"), hull.side("rear")
    builder.face(piece, patch(front, 0.04, 0.96, 0.32, 0.82), WINDSCREEN)
    builder.face(piece, patch(front, 0.49, 0.51, 0.32, 0.82), RUBBER)
    builder.face(piece, patch(front, 0.12, 0.88, 0.85, 0.95), (20.0, 24.0, 26.0))
    builder.face(piece, patch(front, 0.28, 0.72, 0.875, 0.925), (40.0, 170.0, 240.0))
    builder.face(piece, patch(front, 0.03, 0.18, 0.1, 0.2), LAMP, "head")
    builder.face(piece, patch(front, 0.82, 0.97, 0.1, 0.2), LAMP, "head")
    builder.face(piece, patch(rear, 0.12, 0.88, 0.5, 0.8), GLASS)
    builder.face(piece, patch(rear, 0.15, 0.85, 0.12, 0.34), RUBBER)
    builder.face(piece, patch(rear, 0.02, 0.12, 0.12, 0.36), TAIL, "tail")
    builder.face(piece, patch(rear, 0.88, 0.98, 0.12, 0.36), TAIL, "tail")


def _motorcycle(rng: np.random.Generator) -> Specimen:
    length, height = float(rng.uniform(2.0, 2.25)), float(rng.uniform(1.55, 1.72))
    end, half = length / 2, float(rng.uniform(0.36, 0.42))
    paint = _pick(rng, PAINTS)
    builder = MeshBuilder()
    for x in (-end + 0.32, end - 0.32):
        tyre = Block(x - 0.32, x + 0.32, 0.08, 0.0, 0.62, x - 0.2, x + 0.2)
        add_block(builder, tyre, RUBBER, 0)
    add_wheels(builder, (-end + 0.32, end - 0.32), 0.09, 0.31, 1)
    frame = Block(-end + 0.3, end - 0.35, 0.17, 0.35, 0.85, -end + 0.15, end - 0.5, 0.15)
    piece = add_block(builder, frame, paint, 2)
    builder.face(piece, patch(frame.side("rear"), 0.2, 0.8, 0.6, 0.95), TAIL, "tail")
    bars = Block(end - 0.62, end - 0.45, half, 0.92, 1.02)
    add_block(builder, bars, RUBBER, 3)
    lamp = Block(end - 0.48, end - 0.3, 0.12, 0.75, 1.0)
    piece = add_block(builder, lamp, paint, 3)
    builder.face(piece, patch(lamp.side("front"), 0.1, 0.9, 0.1, 0.9), LAMP, "head")
    _rider(builder, end, half, height, rng)
    return Specimen(builder.build(), length, 2 * half, height)


def _rider(builder: MeshBuilder, end: float, half: float, height: float, rng: np.random.Generator) -> None:
    jacket = _pick(rng, ((40, 40, 44), (60, 60, 150), (140, 80, 40), (90, 90, 92), (40, 150, 210), (70, 110, 60)))
    legs = Block(-0.35, 0.25, half * 0.75, 0.5, 0.88, -0.38, 0.1, half * 0.65)
    add_block(builder, legs, (52.0, 44.0, 40.0), 3)
    shoulders = height - 0.3
    torso = Block(-0.42, 0.02, half * 0.5, 0.82, shoulders, -0.2, 0.12, half * 0.62)
    add_block(builder, torso, jacket, 4)
    arms = Block(-0.05, end - 0.45, half * 0.92, 0.95, 1.12, 0.0, end - 0.6, half * 0.8)
    add_block(builder, arms, _scaled(jacket, 0.85), 3)
    helmet = Block(-0.14, 0.18, 0.13, shoulders - 0.02, height, -0.08, 0.12, 0.1)
    piece = add_block(builder, helmet, _pick(rng, PAINTS), 5)
    builder.face(piece, patch(helmet.side("front"), 0.1, 0.9, 0.25, 0.7), GLASS)


MAKERS: dict[VehicleType, Callable[[np.random.Generator], Specimen]] = {
    "car": _car,
    "truck": _truck,
    "bus": _bus,
    "motorcycle": _motorcycle,
}
