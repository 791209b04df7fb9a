"""Surfaces by ground coordinates: asphalt, grass, paving, paint. All colours are BGR, 0..255."""

import cv2
import numpy as np
import numpy.typing as npt

from .layout import LANE_WIDTH_M, Layout
from .meshes import Bgr

Plane = npt.NDArray[np.float32]
TILE = 256


class Noise:
    """Smooth random patterns that repeat every `TILE` cells."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._tiles = []
        for cells in (8, 24, 64, 256):
            grid = rng.standard_normal((cells, cells)).astype(np.float32)
            wrapped = np.pad(grid, 1, mode="wrap")
            scale = TILE // cells if cells < TILE else 1
            big = cv2.resize(wrapped, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            self._tiles.append(np.ascontiguousarray(big[scale : scale + TILE, scale : scale + TILE]))

    def at(self, x: Plane, y: Plane, cell_m: float, octave: int) -> Plane:
        """The pattern with `octave` 0 (coarse) to 3 (grain); one repeat is `cell_m` metres long."""
        factor = TILE / cell_m
        u, v = np.mod(x * factor, TILE).astype(np.float32), np.mod(y * factor, TILE).astype(np.float32)
        picture = cv2.remap(self._tiles[octave], u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(picture, dtype=np.float32)


def flat(colour: Bgr, value: Plane) -> Plane:
    """A colour whose brightness is `value`, (H, W, 3)."""
    return np.asarray(np.array(colour, dtype=np.float32) * value[..., None], dtype=np.float32)


def asphalt(x: Plane, y: Plane, layout: Layout, noise: Noise, rng: np.random.Generator) -> Plane:
    """Grey with grain, patches and the darker tracks of the wheels."""
    tone = float(rng.uniform(78, 118))
    value = tone + 5 * noise.at(x, y, 60.0, 0) + 4 * noise.at(x, y, 24.0, 1) + 5 * noise.at(x, y, 16.0, 3)
    for lane in layout.lanes:
        for side in (-0.85, 0.85):
            value -= 6 * np.exp(-(((x - lane.x - side) / 0.35) ** 2))
        value -= 5 * np.exp(-(((x - lane.x) / 0.3) ** 2)) * (1 + 0.5 * noise.at(x, y, 40.0, 1))
    tint = (1.02, 1.0, 0.985)
    return flat(tint, np.maximum(value, 30))


def grass(x: Plane, y: Plane, noise: Noise, rng: np.random.Generator) -> Plane:
    """Green or straw, blotched."""
    value = 1 + 0.12 * noise.at(x, y, 50.0, 0) + 0.1 * noise.at(x, y, 30.0, 2) + 0.14 * noise.at(x, y, 14.0, 3)
    green = np.array([54, 108, 84]) + rng.normal(0, 8, 3) + rng.uniform(0, 1) * np.array([10, 5, 45])
    return flat((float(green[0]), float(green[1]), float(green[2])), np.clip(value, 0.5, 1.5))


def paving(x: Plane, y: Plane, noise: Noise, rng: np.random.Generator) -> Plane:
    """Light slabs with joints."""
    size = float(rng.choice([0.6, 1.0, 1.5]))
    joint = np.minimum(np.abs(np.mod(x, size) - size / 2), np.abs(np.mod(y, size) - size / 2)) > size / 2 - 0.03
    value = 1 + 0.05 * noise.at(x, y, 30.0, 2) + 0.05 * noise.at(x, y, 14.0, 3) - 0.12 * joint
    tone = float(rng.uniform(135, 172))
    return flat((tone * 0.97, tone, tone * 1.02), value)


def paint_mask(x: Plane, y: Plane, layout: Layout, pixel_m: Plane, stop_line: bool) -> Plane:
    """How much of each pixel is road paint, 0..1: edge lines, lane dashes, the middle line, a stop line."""

    def stripe(at: float, width: float) -> Plane:
        return np.asarray(np.clip((width / 2 - np.abs(x - at)) / pixel_m + 0.5, 0, 1), dtype=np.float32)

    mask = np.maximum(stripe(layout.road_left + 0.45, 0.14), stripe(layout.road_right - 0.45, 0.14))
    dashes = (np.mod(y, 9.0) < 3.2).astype(np.float32)
    inner = sorted({round(lane.x + LANE_WIDTH_M / 2, 3) for lane in layout.lanes})[:-1]
    for at in inner:
        if abs(at) < 0.01:
            mask = np.maximum(mask, np.maximum(stripe(at - 0.13, 0.11), stripe(at + 0.13, 0.11)))
        else:
            mask = np.maximum(mask, stripe(at, 0.13) * dashes)
    if stop_line:
        xs = [lane.x for lane in layout.lanes if lane.heading == layout.lanes[0].heading]
        across = (x > min(xs) - LANE_WIDTH_M / 2) & (x < max(xs) + LANE_WIDTH_M / 2)
        mask = np.maximum(mask, (across & (np.abs(y - layout.stop_y) < 0.25)).astype(np.float32))
    return np.asarray(mask, dtype=np.float32)
