"""Day, dusk and night: the sun for shading, shadows on the road, street lamps, headlights and their bloom."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import NEAR_M, Floats, Image
from .layout import Layout
from .painter import BodyView, Sun, fill
from .roadside import lamp_places
from .spec import ClipSpec

COARSE = 4  # light falls off slowly: a quarter of the picture's size is enough
AMBIENT = {"day": (1.0, 1.0, 1.0), "dusk": (0.66, 0.58, 0.60), "night": (0.30, 0.24, 0.21)}  # blue, green, red
LAMP_LIGHT = {"day": 0.0, "dusk": 0.25, "night": 0.62}
BEAM_LIGHT = {"day": 0.0, "dusk": 0.35, "night": 0.75}
WARM = np.array((0.62, 0.86, 1.0), dtype=np.float32)
GAIN = 128  # light 1.0 in the 8-bit light map, so that light up to 2.0 fits
BEAM_M = 15.0
LAMP_COLOURS = {"head": (215.0, 245.0, 255.0), "tail": (40.0, 30.0, 235.0)}


def make_sun(spec: ClipSpec, rng: np.random.Generator) -> Sun:
    """Where the light comes from; with rain or without sun it comes evenly from the sky."""
    azimuth, height = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(32, 62))
    towards = (
        float(np.cos(azimuth) * np.cos(height)), float(np.sin(azimuth) * np.cos(height)), float(np.sin(height))
    )  # fmt: skip
    cloudy = spec.rain or rng.random() < 0.25
    if spec.lighting == "day" and not cloudy:
        return Sun(towards, 0.55, 0.62)
    return Sun(towards, 0.12, 0.86)


class Lights:
    """Applies one clip's light to its frames."""

    def __init__(self, spec: ClipSpec, layout: Layout, sun: Sun, rng: np.random.Generator) -> None:
        self._spec, self._camera, self._sun = spec, layout.camera, sun
        self._shadow_level = 0.48 if sun.sun > 0.3 else 0.3
        self._steady = self._steady_light(layout, rng)
        self._needed = spec.lighting != "day" or spec.rain

    def _steady_light(self, layout: Layout, rng: np.random.Generator) -> npt.NDArray[np.float32]:
        spec = self._spec
        height, width = spec.height // COARSE, spec.width // COARSE
        rows, columns = np.mgrid[0:height, 0:width] * float(COARSE) + COARSE / 2
        hits = layout.camera.ground_at(np.stack([columns.ravel(), rows.ravel()], axis=1))
        ground = np.nan_to_num(hits, nan=1e4).reshape(height, width, 2)
        level = np.zeros((height, width), dtype=np.float32)
        for x, y, arm in lamp_places(layout):
            level += np.exp(-((ground[..., 0] - x - 2 * arm) ** 2 + (ground[..., 1] - y) ** 2) / (2 * 6.5**2))
        ambient = np.array(AMBIENT[spec.lighting], dtype=np.float32) * np.float32(rng.uniform(0.9, 1.1))
        ambient = ambient * np.float32(0.86) if spec.rain else ambient
        return np.asarray(ambient + (level * LAMP_LIGHT[spec.lighting])[..., None] * WARM, dtype=np.float32)

    def shade(self, frame: Image, views: Sequence[BodyView]) -> None:
        """Darken the road in the vehicles' shadows; called before the vehicles are painted."""
        mask: Image = np.zeros((self._spec.height // 2, self._spec.width // 2), dtype=np.uint8)
        for view in views:
            for outline in self._shadows(view):
                fill(mask, outline / 2, 255.0)
        soft = cv2.resize(cv2.blur(mask, (3, 3)), (self._spec.width, self._spec.height), interpolation=cv2.INTER_LINEAR)
        keep = cv2.convertScaleAbs(soft, alpha=-self._shadow_level, beta=0)
        cv2.subtract(np.full_like(keep, 255), keep, keep)
        cv2.multiply(frame, cv2.cvtColor(keep, cv2.COLOR_GRAY2BGR), frame, 1 / 255)

    def _shadows(self, view: BodyView) -> list[Floats]:
        """Ground outlines: right below the vehicle and, in sunshine, along the sun's rays."""
        corners = view.in_camera @ self._camera.rotation + np.array(self._camera.position)
        lean = [0.0, 1.0] if self._sun.sun > 0.3 else [0.0]
        outlines = []
        for k in lean:
            offset = np.array(self._sun.towards[:2]) / self._sun.towards[2] * k
            flat = corners[:, :2] - corners[:, 2:3] * offset
            hull = cv2.convexHull(flat.astype(np.float32))[:, 0].astype(np.float64)
            in_camera = self._camera.to_camera(np.concatenate([hull, np.zeros((len(hull), 1))], axis=1))
            if in_camera[:, 2].min() > NEAR_M:
                outlines.append(self._camera.to_image(in_camera))
        return outlines

    def apply(self, frame: Image, views: Sequence[BodyView]) -> Image:
        """Apply the lighting to a daylight frame; `views` from far to near."""
        if not self._needed:
            return frame
        size = (self._spec.width, self._spec.height)
        light = self._steady + self._beams(views)[..., None] * WARM
        coarse = np.clip(light * GAIN, 0, 255).astype(np.uint8)
        frame = np.asarray(
            cv2.multiply(frame, cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), None, 1 / GAIN)
        )
        if self._spec.lighting == "day":
            return frame
        lamps = self._lamps(views)
        small = cv2.resize(lamps, (size[0] // COARSE, size[1] // COARSE), interpolation=cv2.INTER_AREA)
        bloom = cv2.convertScaleAbs(cv2.GaussianBlur(small, (0, 0), 2.2), alpha=1.6)
        frame = np.asarray(cv2.add(frame, cv2.resize(bloom, size, interpolation=cv2.INTER_LINEAR)))
        return np.asarray(cv2.max(frame, lamps), dtype=np.uint8)

    def _beams(self, views: Sequence[BodyView]) -> npt.NDArray[np.float32]:
        spec = self._spec
        mask: Image = np.zeros((spec.height // COARSE, spec.width // COARSE), dtype=np.uint8)
        strength = BEAM_LIGHT[spec.lighting]
        if strength == 0:
            return np.zeros(mask.shape, dtype=np.float32)
        for view in views:
            for reach, level in ((1.0, 110.0), (0.55, 180.0), (0.3, 255.0)):
                outline = self._beam(view, reach)
                if outline is not None:
                    fill(mask, outline / COARSE, level)
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2.5), dtype=np.float32) * np.float32(strength / 255)

    def _beam(self, view: BodyView, reach: float) -> Floats | None:
        vertices, heading = view.body.vertices, view.body.heading
        world = view.in_camera[:1] @ self._camera.rotation + np.array(self._camera.position) - vertices[:1]
        front = float(np.abs(vertices[:, 1]).max())
        half = float(np.abs(vertices[:, 0]).max())
        far = front + BEAM_M * reach
        shape = [(-half, front), (half, front), (half + 1.6 * reach, far), (-half - 1.6 * reach, far)]
        points = np.array([(world[0, 0] + x, world[0, 1] + heading * y, 0.0) for x, y in shape])
        in_camera = self._camera.to_camera(points)
        return self._camera.to_image(in_camera) if in_camera[:, 2].min() > NEAR_M else None

    def _lamps(self, views: Sequence[BodyView]) -> Image:
        """The vehicles' own lamps on black; nearer vehicles hide those of farther ones."""
        canvas: Image = np.zeros((self._spec.height, self._spec.width, 3), dtype=np.uint8)
        for view in views:
            if len(view.hull) >= 3:
                fill(canvas, view.hull, (0.0, 0.0, 0.0))
            for polygon, _, glow in view.fills:
                if glow != "none":
                    fill(canvas, polygon, LAMP_COLOURS[glow])
        return canvas
