"""Paint a vehicle into a picture: project, drop back faces, fill the rest from low to high."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from .geometry import NEAR_M, Camera, Floats, Image
from .meshes import Bgr, Glow, Mesh

SHIFT = 4  # cv2's fixed point: 1/16 pixel, without it edges jump by whole pixels
Fill = tuple[Floats, Bgr, Glow]  # polygon in pixels (N, 2), colour, lamp or not


@dataclass(frozen=True)
class Sun:
    """Light on the scene: direction towards the sun (unit vector), and how strong it and the sky are."""

    towards: tuple[float, float, float]
    sun: float
    sky: float


class Body:
    """A mesh that stands on the road in one direction, its faces already lit; `heading` is +1 along y or -1."""

    def __init__(self, mesh: Mesh, heading: int, sun: Sun) -> None:
        self.mesh = mesh
        self.heading = heading
        h = float(heading)
        self._turn = np.array([[0.0, h, 0.0], [-h, 0.0, 0.0], [0.0, 0.0, 1.0]])
        self.vertices: Floats = mesh.vertices @ self._turn
        self._first = np.array([f.corners[:3] for f in mesh.faces])
        self.colours = [self._lit(f.colour, f.normal, sun, i) for i, f in enumerate(mesh.faces)]
        self._orders = {towards: self._order(towards) for towards in (True, False)}

    def _lit(self, colour: Bgr, normal: tuple[float, float, float], sun: Sun, number: int) -> Bgr:
        turned = np.array(normal) @ self._turn
        direct = max(0.0, float(turned @ np.array(sun.towards)))
        level = sun.sky * (0.72 + 0.28 * float(turned[2])) + sun.sun * direct
        if self.mesh.faces[number].glow != "none":
            level = max(level, 0.95)
        return min(colour[0] * level, 255.0), min(colour[1] * level, 255.0), min(colour[2] * level, 255.0)

    def _order(self, camera_in_front: bool) -> list[int]:
        """Face numbers from the first to be painted to the last."""
        sign = 1.0 if camera_in_front else -1.0
        mesh = self.mesh
        return sorted(
            range(len(mesh.faces)),
            key=lambda i: (
                mesh.layers[mesh.faces[i].piece],
                sign * mesh.piece_x[mesh.faces[i].piece],
                mesh.faces[i].piece,
                i,
            ),
        )

    def view(self, camera: Camera, x: float, y: float) -> "BodyView":
        """The body with its middle at ground point (x, y) as the camera sees it."""
        return BodyView(self, camera, camera.to_camera(self.vertices + np.array([x, y, 0.0])), y)

    def ordered(self, in_camera: Floats, camera: Camera, y: float) -> list[int]:
        """Painting order for this place, without back faces."""
        a, b, c = (in_camera[self._first[:, k]] for k in range(3))
        away = np.einsum("ij,ij->i", np.cross(b - a, c - a), a) >= 0
        in_front = (camera.position[1] - y) * self.heading > 0
        return [i for i in self._orders[in_front] if not away[i]]


@dataclass(frozen=True)
class BodyView:
    """One body in one frame."""

    body: Body
    camera: Camera
    in_camera: Floats
    y: float

    @cached_property
    def pixels(self) -> Floats:
        """Every visible corner in pixels (N, 2); empty when all is behind the camera."""
        if self.in_camera[:, 2].min() >= NEAR_M:
            return self.camera.to_image(self.in_camera)
        parts = [clip_near(self.in_camera[list(f.corners)]) for f in self.body.mesh.faces]
        return self.camera.to_image(np.concatenate(parts)) if any(map(len, parts)) else np.empty((0, 2))

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels, not cut at the picture's border."""
        if not len(self.pixels):
            return (-1.0, -1.0, -1.0, -1.0)
        low, high = self.pixels.min(axis=0), self.pixels.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @cached_property
    def hull(self) -> Floats:
        """The outline's convex hull in pixels (N, 2)."""
        if not len(self.pixels):
            return np.empty((0, 2))
        return np.asarray(cv2.convexHull(self.pixels.astype(np.float32))[:, 0], dtype=np.float64)

    @cached_property
    def fills(self) -> list[Fill]:
        """The polygons to fill, in order; each piece on its hull, so that no background shows through."""
        mesh, near = self.body.mesh, self.in_camera[:, 2].min() < NEAR_M
        flat = None if near else self.pixels
        groups: dict[int, list[Fill]] = {}
        for i in self.body.ordered(self.in_camera, self.camera, self.y):
            face = mesh.faces[i]
            polygon = self._clipped(face.corners) if flat is None else flat[face.corners[0] : face.corners[-1] + 1]
            if len(polygon) >= 3:
                groups.setdefault(face.piece, []).append((polygon, self.body.colours[i], face.glow))
        return [fill for group in groups.values() for fill in (_seam(group), *group)]

    def _clipped(self, corners: tuple[int, ...]) -> Floats:
        part = clip_near(self.in_camera[list(corners)])
        return self.camera.to_image(part) if len(part) else np.empty((0, 2))


def _seam(group: list[Fill]) -> Fill:
    first = group[0]
    if len(group) == 1:
        return first
    points = np.concatenate([fill[0] for fill in group]).astype(np.float32)
    return np.asarray(cv2.convexHull(points)[:, 0], dtype=np.float64), first[1], "none"


def clip_near(polygon: Floats) -> Floats:
    """The part of a camera-space polygon (N, 3) that is beyond the near plane."""
    kept: list[Floats] = []
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if a[2] >= NEAR_M:
            kept.append(a)
        if (a[2] >= NEAR_M) != (b[2] >= NEAR_M):
            kept.append(a + (b - a) * (NEAR_M - a[2]) / (b[2] - a[2]))
    return np.array(kept) if kept else np.empty((0, 3))


def fill(canvas: Image, polygon: Floats, colour: Bgr | float) -> None:
    """Fill a convex polygon (N, 2) with smooth edges."""
    limited = np.clip(polygon, -4000, 4000)
    # Pixel centres are whole numbers for cv2 and half numbers for the camera.
    fixed = np.rint((limited - 0.5) * (1 << SHIFT)).astype(np.int32)
    value = (colour,) if isinstance(colour, float | int) else colour
    cv2.fillConvexPoly(canvas, fixed, value, cv2.LINE_AA, SHIFT)


def paint(canvas: Image, view: BodyView) -> None:
    """Draw the body as daylight shows it."""
    for polygon, colour, _ in view.fills:
        fill(canvas, polygon, colour)
