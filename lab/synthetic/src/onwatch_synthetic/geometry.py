"""A pinhole camera over a flat road. World axes in metres: x to the right, y along the road, z up."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

NEAR_M = 0.8  # what is nearer to the lens than this is cut away


@dataclass(frozen=True)
class Camera:
    """Where the camera is and how it looks; image coordinates are pixels, origin in the top left corner."""

    position: tuple[float, float, float]
    right: tuple[float, float, float]
    down: tuple[float, float, float]
    forward: tuple[float, float, float]
    focal_px: float
    width: int
    height: int

    @cached_property
    def rotation(self) -> Floats:
        """World to camera axes (right, down, forward), 3x3."""
        return np.array([self.right, self.down, self.forward], dtype=np.float64)

    @cached_property
    def centre(self) -> Floats:
        """The principal point, pixels."""
        return np.array([self.width / 2, self.height / 2])

    def to_camera(self, points: Floats) -> Floats:
        """World points (N, 3) in camera axes (N, 3); the third is the depth in metres."""
        return np.asarray((points - np.array(self.position)) @ self.rotation.T)

    def to_image(self, in_camera: Floats) -> Floats:
        """Camera points (N, 3), depth > 0, as pixels (N, 2)."""
        return np.asarray(in_camera[:, :2] * (self.focal_px / in_camera[:, 2:3]) + self.centre)

    def project(self, points: Floats) -> Floats:
        """World points (N, 3) as pixels (N, 2); depth is held at the near plane."""
        in_camera = self.to_camera(points)
        in_camera[:, 2] = np.maximum(in_camera[:, 2], NEAR_M)
        return self.to_image(in_camera)

    def ground_at(self, pixels: Floats) -> Floats:
        """Where the rays through pixels (N, 2) meet the ground, (N, 2); NaN above the horizon."""
        rays = (
            np.concatenate([(pixels - self.centre) / self.focal_px, np.ones((len(pixels), 1))], axis=1) @ self.rotation
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(rays[:, 2] < -1e-4, -self.position[2] / rays[:, 2], np.nan)
        return np.asarray(np.array(self.position[:2]) + rays[:, :2] * reach[:, None])


def oblique_camera(
    position: tuple[float, float, float], pitch_rad: float, yaw_rad: float, focal_px: float, size: tuple[int, int]
) -> Camera:
    """Look along the road, `pitch_rad` below the horizon and `yaw_rad` to the right."""
    forward = np.array([np.sin(yaw_rad) * np.cos(pitch_rad), np.cos(yaw_rad) * np.cos(pitch_rad), -np.sin(pitch_rad)])
    right = np.array([np.cos(yaw_rad), -np.sin(yaw_rad), 0.0])
    return _camera(position, right, forward, focal_px, size)


def top_down_camera(altitude_m: float, roll_rad: float, focal_px: float, size: tuple[int, int]) -> Camera:
    """Look straight down; at roll 0 the road runs from the bottom of the picture to its top."""
    right = np.array([np.cos(roll_rad), np.sin(roll_rad), 0.0])
    return _camera((0.0, 0.0, altitude_m), right, np.array([0.0, 0.0, -1.0]), focal_px, size)


def _camera(
    position: tuple[float, float, float], right: Floats, forward: Floats, focal_px: float, size: tuple[int, int]
) -> Camera:
    axes = [tuple(float(v) for v in axis) for axis in (right, np.cross(forward, right), forward)]
    r, d, f = ((a[0], a[1], a[2]) for a in axes)
    return Camera(position, r, d, f, focal_px, size[0], size[1])
