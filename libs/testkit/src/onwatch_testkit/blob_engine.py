"""A fast and exact fake engine, and clips whose vehicles it finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from onwatch_contracts.values import VehicleType
from onwatch_detector.detections import TYPES, Detections, Picture

ROAD_GREY = 60
BRIGHTEST_ROAD = 110  # compression blurs edges; a vehicle's strongest channel is far above
CHANNEL_OF: dict[VehicleType, int] = {VehicleType.BUS: 0, VehicleType.TRUCK: 1, VehicleType.CAR: 2}


class BlobEngine:
    """Finds solid rectangles on grey: red is a car, green a truck, blue a bus."""

    name = "blobs"

    def __init__(self) -> None:
        self.pictures_seen = 0

    def detect(self, picture: Picture) -> Detections:
        self.pictures_seen += 1
        found = sorted(self._find(picture))
        if not found:
            return Detections.none()
        scores = np.zeros((len(found), len(TYPES)), np.float32)
        for row, (_, vehicle_type) in enumerate(found):
            scores[row, TYPES.index(vehicle_type)] = 1.0
        boxes = np.array([box for box, _ in found], np.float32)
        return Detections(boxes, np.ones(len(found), np.float32), tuple(kind for _, kind in found), scores)

    def _find(self, picture: Picture) -> Iterator[tuple[tuple[float, ...], VehicleType]]:
        for vehicle_type, channel in CHANNEL_OF.items():
            mask = (picture[:, :, channel] > BRIGHTEST_ROAD).astype(np.uint8)
            _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
            for left, top, width, height, _ in stats[1:]:
                yield tuple(map(float, (left, top, left + width, top + height))), vehicle_type

    def close(self) -> None:
        """Has nothing to close."""


@dataclass(frozen=True)
class Drive:
    """A rectangle that drives straight down the picture."""

    vehicle_type: VehicleType
    left: int
    first_frame: int
    pixels_per_frame: int
    width: int = 20
    height: int = 24

    def box_at(self, frame_number: int) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom in pixels; None before its first frame."""
        driven = frame_number - self.first_frame
        top = driven * self.pixels_per_frame - self.height
        return None if driven < 0 else (self.left, top, self.left + self.width, top + self.height)


def write_blob_clip(
    path: Path,
    drives: Sequence[Drive],
    *,
    frames: int = 75,
    frames_per_second: int = 25,
    width: int = 160,
    height: int = 120,
    keyframe_every: int = 10,
) -> None:
    """Write an H.264 clip of the drives; groups of pictures are short, so that resuming really seeks."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=frames_per_second)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
        stream.codec_context.gop_size = keyframe_every
        stream.options = {"crf": "10", "preset": "ultrafast"}
        stream.codec_context.time_base = Fraction(1, frames_per_second)
        for number in range(frames):
            picture = _draw(drives, number, width, height)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())


def _draw(drives: Sequence[Drive], number: int, width: int, height: int) -> Picture:
    picture = np.full((height, width, 3), ROAD_GREY, np.uint8)
    for drive in drives:
        if (box := drive.box_at(number)) is not None:
            left, top, right, bottom = box
            picture[max(0, top) : max(0, bottom), left:right] = 0
            picture[max(0, top) : max(0, bottom), left:right, CHANNEL_OF[drive.vehicle_type]] = 255
    return picture
