"""Rain streaks and sensor noise: different in every frame, the same in every run."""

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Image
from .spec import ClipSpec

LAYERS = 6
MARGIN = 64


class Weather:
    """Adds rain and noise to frames; patterns are drawn once and shifted by frame number."""

    def __init__(self, spec: ClipSpec, rng: np.random.Generator) -> None:
        self._spec = spec
        self._seed = int(rng.integers(2**31))
        shape = (spec.height + MARGIN, spec.width + MARGIN, 3)
        grey = rng.standard_normal(shape[:2], dtype=np.float32)[..., None] * np.float32(0.8)
        colour = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.6)
        self._noise: npt.NDArray[np.int16] = np.rint((grey + colour) * spec.noise_sigma).astype(np.int16)
        self._rain = [self._streaks(rng) for _ in range(LAYERS)] if spec.rain else []

    def _streaks(self, rng: np.random.Generator) -> Image:
        spec = self._spec
        layer: Image = np.zeros((spec.height, spec.width), dtype=np.uint8)
        scale = spec.width / 640
        slant = rng.uniform(0.08, 0.16)
        for _ in range(260):
            x, y = rng.uniform(0, spec.width), rng.uniform(-20, spec.height)
            length, level = rng.uniform(8, 26) * scale, float(rng.uniform(30, 80))
            cv2.line(layer, (int(x), int(y)), (int(x + slant * length), int(y + length)), (level,), 1, cv2.LINE_AA)
        return np.asarray(cv2.cvtColor(cv2.blur(layer, (1, 3)), cv2.COLOR_GRAY2BGR), dtype=np.uint8)

    def apply(self, frame: Image, frame_number: int) -> Image:
        """The frame with rain and noise."""
        rng = np.random.default_rng((self._seed, frame_number))
        if self._rain:
            layer = self._rain[frame_number % LAYERS]
            frame = np.asarray(cv2.add(frame, np.roll(layer, int(rng.integers(self._spec.width)), axis=1)))
        if self._spec.noise_sigma <= 0:
            return frame
        dx, dy = (int(v) for v in rng.integers(0, MARGIN, 2))
        part = self._noise[dy : dy + self._spec.height, dx : dx + self._spec.width]
        return np.asarray(cv2.add(frame, part, dtype=cv2.CV_8U), dtype=np.uint8)
