"""Solid shapes made of flat convex faces, in the vehicle's axes: x forward, y left, z up, metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from .geometry import Floats

Glow = Literal["none", "head", "tail"]
Bgr = tuple[float, float, float]
Point = tuple[float, float, float]
WHEEL_CORNERS = 12


@dataclass(frozen=True)
class Face:
    """A flat convex polygon of vertex numbers, counter-clockwise seen from outside."""

    corners: tuple[int, ...]
    colour: Bgr
    piece: int
    glow: Glow
    normal: Point


@dataclass(frozen=True)
class Mesh:
    """Convex pieces, each a set of faces; `layers` and `piece_x` say in which order to paint them."""

    vertices: Floats  # (V, 3)
    faces: tuple[Face, ...]
    layers: tuple[int, ...]  # per piece: a lower layer is painted first
    piece_x: tuple[float, ...]  # per piece: its middle along the vehicle


class MeshBuilder:
    """Collects faces piece by piece; `build` freezes them."""

    def __init__(self) -> None:
        self._vertices: list[Point] = []
        self._faces: list[Face] = []
        self._layers: list[int] = []
        self._middles: list[Floats] = []

    def piece(self, layer: int, middle: Point) -> int:
        """Start a convex piece around `middle`; its faces are oriented away from it."""
        self._layers.append(layer)
        self._middles.append(np.array(middle))
        return len(self._layers) - 1

    def face(self, piece: int, points: Sequence[Point], colour: Bgr, glow: Glow = "none") -> None:
        """Add one flat face, turned outwards."""
        corners = np.array(points)
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
        normal = normal / max(float(np.linalg.norm(normal)), 1e-9)
        if normal @ (corners.mean(axis=0) - self._middles[piece]) < 0:
            corners, normal = corners[::-1], -normal
        first = len(self._vertices)
        self._vertices.extend((float(p[0]), float(p[1]), float(p[2])) for p in corners)
        numbers = tuple(range(first, first + len(corners)))
        unit = (float(normal[0]), float(normal[1]), float(normal[2]))
        self._faces.append(Face(numbers, colour, piece, glow, unit))

    def build(self) -> Mesh:
        """The finished shape."""
        middles = tuple(float(m[0]) for m in self._middles)
        return Mesh(np.array(self._vertices), tuple(self._faces), tuple(self._layers), middles)


@dataclass(frozen=True)
class Block:
    """A box whose top may be smaller than its base; lengths in metres."""

    rear: float
    front: float
    half_width: float
    bottom: float
    top: float
    rear_top: float | None = None
    front_top: float | None = None
    half_width_top: float | None = None

    def side(self, name: Literal["front", "rear", "left", "right", "top"]) -> tuple[Point, Point, Point, Point]:
        """The named side's corners: bottom, bottom, top, top, so that (u, v) = (0, 0) is low and rear or right."""
        r, f, w, lo, hi = self.rear, self.front, self.half_width, self.bottom, self.top
        rt = self.rear if self.rear_top is None else self.rear_top
        ft = self.front if self.front_top is None else self.front_top
        wt = self.half_width if self.half_width_top is None else self.half_width_top
        sides = {
            "front": ((f, -w, lo), (f, w, lo), (ft, wt, hi), (ft, -wt, hi)),
            "rear": ((r, -w, lo), (r, w, lo), (rt, wt, hi), (rt, -wt, hi)),
            "left": ((r, w, lo), (f, w, lo), (ft, wt, hi), (rt, wt, hi)),
            "right": ((r, -w, lo), (f, -w, lo), (ft, -wt, hi), (rt, -wt, hi)),
            "top": ((rt, -wt, hi), (ft, -wt, hi), (ft, wt, hi), (rt, wt, hi)),
        }
        return sides[name]

    @property
    def middle(self) -> Point:
        """A point well inside."""
        return ((self.rear + self.front) / 2, 0.0, (self.bottom + self.top) / 2)


def add_block(builder: MeshBuilder, block: Block, colour: Bgr, layer: int, top: Bgr | None = None) -> int:
    """Add a block as a piece of its own; returns the piece number for details."""
    piece = builder.piece(layer, block.middle)
    for name in ("front", "rear", "left", "right"):
        builder.face(piece, block.side(name), colour)
    builder.face(piece, block.side("top"), top or colour)
    return piece


def patch(quad: Sequence[Point], u0: float, u1: float, v0: float, v1: float) -> tuple[Point, ...]:
    """The part of a quad between two fractions along its base (u) and its height (v)."""
    a, b, c, d = (np.array(p) for p in quad)

    def at(u: float, v: float) -> Point:
        p = (a + u * (b - a)) * (1 - v) + (d + u * (c - d)) * v
        return (float(p[0]), float(p[1]), float(p[2]))

    return at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)


def add_loft(
    builder: MeshBuilder, stations: Sequence[tuple[float, float, float, float]], colour: Bgr, layer: int
) -> int:
    """A body through cross sections (x, half width, bottom, top); the top edge is a little narrower."""
    rings = [((x, -w, lo), (x, w, lo), (x, w * 0.93, hi), (x, -w * 0.93, hi)) for x, w, lo, hi in stations]
    low, high = min(s[2] for s in stations), max(s[3] for s in stations)
    piece = builder.piece(layer, ((stations[0][0] + stations[-1][0]) / 2, 0.0, low + (high - low) * 0.4))
    for a, b in pairwise(rings):
        builder.face(piece, (a[1], b[1], b[2], a[2]), colour)
        builder.face(piece, (a[0], b[0], b[3], a[3]), colour)
        builder.face(piece, (a[3], b[3], b[2], a[2]), colour)
    builder.face(piece, rings[0], colour)
    builder.face(piece, rings[-1], colour)
    return piece


def add_wheels(builder: MeshBuilder, xs: Sequence[float], half_width: float, radius: float, layer: int) -> None:
    """Tyres and rims on both sides at the given places along the vehicle."""
    angles = np.linspace(0, 2 * np.pi, WHEEL_CORNERS, endpoint=False)
    for side in (-1.0, 1.0):
        for x in xs:
            piece = builder.piece(layer, (x, 0.0, radius))
            for size, colour in ((1.0, (22.0, 22.0, 24.0)), (0.55, (120.0, 118.0, 116.0))):
                rim = [
                    (x + size * radius * float(np.cos(a)), side * half_width, radius + size * radius * float(np.sin(a)))
                    for a in angles
                ]
                builder.face(piece, rim, colour)
