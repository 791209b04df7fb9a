"""The static part of the picture, painted once per clip: ground, sky, roadside."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from . import roadside
from .geometry import Camera, Floats, Image
from .layout import Layout, Polygon
from .meshes import Block
from .painter import Sun, fill
from .roadside import Prop
from .spec import ClipSpec
from .textures import Noise, Plane, asphalt, flat, grass, paint_mask, paving

FINER = 2  # painted this much larger and shrunk, for smooth edges
PAINT, PUDDLE = (np.array(tone, dtype=np.float32) for tone in ((206, 212, 212), (150, 146, 140)))
SKY_TOP, SKY_LOW = (206.0, 176.0, 140.0), (226.0, 222.0, 212.0)


@dataclass(frozen=True)
class Foreground:
    """Objects in front of the vehicles, within one rectangle: colour times alpha, and 255 minus alpha."""

    top: int
    left: int
    colour: Image  # (h, w, 3)
    rest: Image  # (h, w, 3)
    solid: Image  # (h, w), 255 where it hides what is behind


@dataclass(frozen=True)
class Background:
    """The static picture, and the objects in front of the road."""

    picture: Image
    foreground: Foreground | None


def make_background(spec: ClipSpec, layout: Layout, sun: Sun, rng: np.random.Generator) -> Background:
    """Paint the scene without vehicles."""
    camera = replace(
        layout.camera,
        focal_px=layout.camera.focal_px * FINER,
        width=spec.width * FINER,
        height=spec.height * FINER,
    )
    canvas = _ground(spec, layout, camera, rng)
    props = _props(spec, layout, camera, sun, rng)
    _contact_shadows(canvas, camera, props)
    for prop in props:
        _draw(canvas, prop)
    picture = cv2.resize(canvas, (spec.width, spec.height), interpolation=cv2.INTER_AREA)
    return Background(np.asarray(picture, dtype=np.uint8), _foreground(spec, layout, camera, sun, rng))


def without_cover(background: Background, roi: Polygon) -> Background:
    """Without a foreground that covers a part of the zone: a pole splits a motorcycle into two halves for a frame."""
    front = background.foreground
    if front is None:
        return background
    height, width = background.picture.shape[:2]
    zone: Image = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(zone, [np.rint(np.array(roi) * (width, height)).astype(np.int32)], (255,))
    rows, columns = front.solid.shape
    covered = zone[front.top : front.top + rows, front.left : front.left + columns] & front.solid
    return Background(background.picture, None) if covered.any() else background


def _ground(spec: ClipSpec, layout: Layout, camera: Camera, rng: np.random.Generator) -> Image:
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width].astype(np.float64) + 0.5
    ground = camera.ground_at(np.stack([columns.ravel(), rows.ravel()], axis=1)).reshape(camera.height, camera.width, 2)
    sky = np.isnan(ground[..., 0])
    x, y = (np.nan_to_num(ground[..., i], nan=0.0).clip(-400, 400).astype(np.float32) for i in (0, 1))
    noise = Noise(rng)
    verge = rng.choice(["grass", "paving"], p=[0.65, 0.35])
    picture = grass(x, y, noise, rng) if verge == "grass" else paving(x, y, noise, rng) * np.float32(0.9)
    walk = float(rng.uniform(1.5, 3.0)) * float(rng.random() < 0.7)
    picture = _laid(picture, paving(x, y, noise, rng), x, layout.road_left - walk, layout.road_right + walk)
    kerb = flat((172, 176, 178), np.ones_like(x))
    picture = _laid(picture, kerb, x, layout.road_left - 0.22, layout.road_right + 0.22)
    road = asphalt(x, y, layout, noise, rng)
    wear = np.clip(0.86 + 0.16 * noise.at(x, y, 12.0, 2), 0.4, 1.0)
    mask = paint_mask(x, y, layout, _pixel_size(camera, x, y), spec.stop_line) * wear
    road += (PAINT - road) * mask[..., None]
    if spec.rain:
        road = _wet(road, noise.at(x, y, 26.0, 1))
    picture = _laid(picture, road, x, layout.road_left, layout.road_right)
    if sky.any():
        picture = np.where(sky[..., None], _sky(rows / max(1.0, float(rows[sky].max()))), picture)
    return np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)


def _wet(road: Plane, pattern: Plane) -> Plane:
    """Darker, with puddles that mirror the sky."""
    puddles = np.clip(pattern - 0.5, 0, 1)[..., None] * np.float32(0.5)
    return np.asarray(road * np.float32(0.8) + (PUDDLE - road) * puddles, dtype=np.float32)


def _sky(height: Floats) -> Plane:
    """A gradient; `height` is 0 at the top and 1 at the horizon."""
    share = height[..., None]
    return np.asarray(np.array(SKY_TOP) * (1 - share) + np.array(SKY_LOW) * share, dtype=np.float32)


def _laid(below: Plane, above: Plane, x: Plane, left: float, right: float) -> Plane:
    return np.where(((x > left) & (x < right))[..., None], above, below)


def _pixel_size(camera: Camera, x: Plane, y: Plane) -> Plane:
    offset = np.stack([x, y, np.zeros_like(x)], axis=-1) - np.array(camera.position, dtype=np.float32)
    depth = np.abs(offset @ np.array(camera.forward, dtype=np.float32))
    return np.asarray(np.maximum(depth / camera.focal_px, 1e-3), dtype=np.float32)


def _props(spec: ClipSpec, layout: Layout, camera: Camera, sun: Sun, rng: np.random.Generator) -> list[Prop]:
    """Everything beside the road that no vehicle passes behind, far things first."""
    props: list[Prop] = []
    for side in (-1, 1):
        edge = layout.road_right if side > 0 else -layout.road_left
        if side * camera.position[0] < edge:
            props += _side(spec, layout, camera, sun, side, edge, rng)
    props += [roadside.post(camera, x, y, arm, sun) for x, y, arm in roadside.lamp_places(layout)]
    seen = [p for p in props if _in_front(camera, p)]
    return sorted(seen, key=lambda p: -_distance(camera, p))


def _side(
    spec: ClipSpec, layout: Layout, camera: Camera, sun: Sun, side: int, edge: float, rng: np.random.Generator
) -> list[Prop]:
    density, tall = rng.uniform(0.3, 1.0), spec.view == "oblique"
    made: list[Prop] = []
    makers: tuple[tuple[float, float, Callable[[float, float], Prop]], ...] = (
        (6.5, 3.0, lambda x, y: roadside.tree(camera, x, y, rng, sun)),
        (4.0, 1.6, lambda x, y: roadside.bush(camera, x, y, rng, sun)),
        (14.0, 2.6, lambda x, y: roadside.box(camera, x, y, rng, sun)),
        (20.0, 1.2, lambda x, y: roadside.sign(camera, x, y, rng, sun)),
        (17.0, 16.0, lambda x, y: roadside.house(camera, x, y, rng, sun, tall)),
    )
    for spacing, away, make in makers:
        y = layout.y_min + rng.uniform(0, spacing)
        while y < layout.y_max:
            if rng.random() < density:
                made.append(make(side * (edge + away + float(rng.uniform(0, 5))), float(y)))
            y += spacing * rng.uniform(0.8, 1.6)
    return made


def _in_front(camera: Camera, prop: Prop) -> bool:
    return bool(camera.to_camera(np.array([[prop.x, prop.y, 0.0]]))[0, 2] > 2.0)


def _distance(camera: Camera, prop: Prop) -> float:
    return float(np.hypot(prop.x - camera.position[0], prop.y - camera.position[1]))


def _contact_shadows(canvas: Image, camera: Camera, props: list[Prop]) -> None:
    mask: Image = np.zeros(canvas.shape[:2], dtype=np.uint8)
    for prop in props:
        ring = np.concatenate(
            [roadside.CIRCLE * prop.radius + (prop.x, prop.y), np.zeros((len(roadside.CIRCLE), 1))], axis=1
        )
        if camera.to_camera(ring)[:, 2].min() > 1.5:
            fill(mask, camera.project(ring), 110.0)
    soft = cv2.GaussianBlur(mask, (0, 0), 5)
    cv2.multiply(canvas, cv2.cvtColor(cv2.bitwise_not(soft), cv2.COLOR_GRAY2BGR), canvas, 1 / 255)


def _draw(canvas: Image, prop: Prop) -> None:
    for polygon, colour, _ in prop.fills:
        fill(canvas, polygon, colour)


def _foreground(
    spec: ClipSpec, layout: Layout, camera: Camera, sun: Sun, rng: np.random.Generator
) -> Foreground | None:
    """Now and then a thin post or some leaves between the camera and the road."""
    if rng.random() < 0.45:
        return None
    colour: Image = np.zeros((camera.height, camera.width, 3), dtype=np.uint8)
    mask: Image = np.zeros((camera.height, camera.width), dtype=np.uint8)
    for polygon, tone, _ in _foreground_prop(spec, layout, camera, sun, rng).fills:
        fill(colour, polygon, tone)
        fill(mask, polygon, 255.0)
    size = (spec.width, spec.height)
    small = np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    alpha = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return cut_foreground(small, alpha)


def cut_foreground(colour: Image, alpha: Image) -> Foreground | None:
    """Keep only the rectangle that holds something."""
    left, top, width, height = cv2.boundingRect(alpha)
    if not width:
        return None
    part = (slice(top, top + height), slice(left, left + width))
    rest = np.repeat(255 - alpha[part][..., None], 3, axis=2).astype(np.uint8)
    return Foreground(top, left, colour[part].copy(), rest, np.where(alpha[part] > 127, 255, 0).astype(np.uint8))


def _foreground_prop(spec: ClipSpec, layout: Layout, camera: Camera, sun: Sun, rng: np.random.Generator) -> Prop:
    if spec.view == "top_down":
        edge = layout.road_right if rng.random() < 0.5 else layout.road_left
        return roadside.tree(camera, edge, float(rng.uniform(-20, 20)), rng, sun, size=float(rng.uniform(0.5, 0.8)))
    bottom: Floats = camera.ground_at(np.array([[camera.width * rng.uniform(0.05, 0.95), float(camera.height)]]))
    x, y = (camera.position[i] + 0.6 * (float(bottom[0, i]) - camera.position[i]) for i in (0, 1))
    return roadside.pole(camera, x, y, Block(-0.035, 0.035, 0.035, 0.0, 12.0), sun)
