"""Fits a picture into a model's input, most of them keeping its aspect ratio, and maps boxes back to the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from onwatch_detector.detections import Floats, Picture

PADDING_GREY = 114  # both families of models were trained with it


@dataclass(frozen=True)
class Size:
    """In pixels."""

    width: int
    height: int

    @classmethod
    def of(cls, picture: Picture) -> Size:
        return cls(picture.shape[1], picture.shape[0])


@dataclass(frozen=True)
class Letterbox:
    """The place of the picture in the input, which is padded with grey around it."""

    picture: Size
    model: Size
    left: int
    top: int
    width: int
    height: int
    is_stretched: bool = False
    """The picture fills the input, each direction by its own scale."""

    @classmethod
    def centred(cls, picture: Size, model: Size) -> Letterbox:
        """As Ultralytics does (`LetterBox` in data/augment.py, `center=True`)."""
        scale = min(model.width / picture.width, model.height / picture.height)
        width, height = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        # Of an odd padding, the extra pixel is at the right and at the bottom.
        left, top = (model.width - width) // 2, (model.height - height) // 2
        return cls(picture, model, left, top, width, height)

    @classmethod
    def top_left(cls, picture: Size, model: Size) -> Letterbox:
        """As YOLOX does (`preproc` in data/data_augment.py)."""
        scale = min(model.width / picture.width, model.height / picture.height)
        width, height = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
        return cls(picture, model, 0, 0, width, height)

    @classmethod
    def stretched(cls, picture: Size, model: Size) -> Letterbox:
        """As RT-DETR, D-FINE, DEIM and RF-DETR do (`Resize` to a square)."""
        return cls(picture, model, 0, 0, model.width, model.height, is_stretched=True)

    def canvas(self) -> Picture:
        return np.full((self.model.height, self.model.width, 3), PADDING_GREY, np.uint8)

    def paint(self, picture: Picture, canvas: Picture) -> None:
        """Scale the picture into its place on a canvas made by `canvas`: one pass, no copy."""
        place = canvas[self.top : self.top + self.height, self.left : self.left + self.width]
        cv2.resize(picture, (self.width, self.height), dst=place, interpolation=self._interpolation)

    def to_picture(self, boxes: Floats) -> Floats:
        """Boxes (N x 4: left, top, right, bottom) from pixels of the input to pixels of the picture, clipped to it."""
        offset = np.array([self.left, self.top] * 2, np.float32)
        limit = np.array([self.picture.width, self.picture.height] * 2, np.float32)
        return np.clip((boxes - offset) / self._scale, np.float32(0), limit)

    @property
    def _scale(self) -> Floats:
        across, down = self.model.width / self.picture.width, self.model.height / self.picture.height
        # One scale for both directions, although the picture was scaled to whole pixels: Ultralytics and YOLOX do so.
        return np.array([across, down] * 2 if self.is_stretched else [min(across, down)] * 4, np.float32)

    @property
    def _interpolation(self) -> int:
        """Stretched pictures are averaged where they shrink, as the resizing of PIL and torchvision does."""
        shrinks = self.picture.width > self.width and self.picture.height > self.height
        return cv2.INTER_AREA if self.is_stretched and shrinks else cv2.INTER_LINEAR
