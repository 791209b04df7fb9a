"""The background of a fixed camera: the median of every pixel over samples of the video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from onwatch_detector.detections import Floats, Picture

WORK_SIDE_PX = 480  # the longer side of the pictures that are compared: a car 60 m away is still some pixels wide
BLUR_PX = 1.0  # removes sensor noise and the blocks of compression

DARK = 4.0  # grey levels added before dividing: the ratio of two near-black pixels is noise
LARGEST_GAIN = 0.9  # natural logarithm: 2.5 times brighter or darker
GAIN_BINS = 60
NEAR_GAIN = 0.06  # pixels this near to the most frequent ratio determine its exact value
DEVIATION_OF_MEDIAN = 1.48  # of normal noise: standard deviation over median absolute deviation


@dataclass(frozen=True, eq=False)
class Background:
    """A picture of working size without moving things, and how much its pixels vary."""

    picture: Picture
    noise: float
    """Standard deviation of a typical pixel over the samples, in grey levels."""

    @classmethod
    def of(cls, samples: Sequence[Picture]) -> Background:
        """From at least one sample, all of one working size; its light is that of the sample of median brightness."""
        reference = sorted(samples, key=lambda sample: float(sample.mean()))[len(samples) // 2]
        lit_alike = np.stack([relit(sample, reference) for sample in samples])
        picture = np.partition(lit_alike, len(samples) // 2, axis=0)[len(samples) // 2]
        deviation = np.median([float(np.median(cv2.absdiff(sample, picture))) for sample in lit_alike])
        return cls(picture, DEVIATION_OF_MEDIAN * float(deviation))


def shrunk(picture: Picture) -> Picture:
    """The picture at working size, a little blurred."""
    height, width = picture.shape[:2]
    scale = min(1.0, WORK_SIDE_PX / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), BLUR_PX), np.uint8)


def relit(picture: Picture, like: Picture) -> Picture:
    """The picture in the light of the other: a cloud or automatic exposure changes all pixels alike."""
    levels = np.arange(256, dtype=np.float32) + DARK
    gains = [_gain(picture[:, :, channel], like[:, :, channel]) for channel in range(3)]
    table = np.stack([np.clip(np.rint(levels / gain - DARK), 0, 255) for gain in gains], axis=-1)
    return np.asarray(cv2.LUT(picture, table.astype(np.uint8).reshape(1, 256, 3)), np.uint8)


def _gain(channel: Picture, like: Picture) -> float:
    """How much brighter the channel is, by the most frequent ratio: vehicles may fill more than half of the picture."""
    ratios: Floats = np.log((channel[::4, ::4] + np.float32(DARK)) / (like[::4, ::4] + np.float32(DARK))).ravel()
    counts, edges = np.histogram(ratios, bins=GAIN_BINS, range=(-LARGEST_GAIN, LARGEST_GAIN))
    best = int(np.convolve(counts, (1, 2, 1), mode="same").argmax())
    near = ratios[np.abs(ratios - (edges[best] + edges[best + 1]) / 2) < NEAR_GAIN]
    return float(np.exp(np.median(near))) if len(near) else 1.0
