"""Training samples from the shards: random crops with augmented size, light and sharpness."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset

SMALLEST_PX = 6.0  # what is thinner is neither learnt nor punished
LEAST_VISIBLE = 0.3
MOST_BOXES = 40


class Shards:
    """All samples of a folder; `refresh` reads shards that were written meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Path] = set()
        self.samples: list[tuple[np.ndarray, np.ndarray]] = []

    def refresh(self) -> None:
        """Read new shards."""
        for path in sorted(set(self._folder.glob("shard-????.npz")) - self._known):
            with np.load(path) as shard:
                jpegs = np.split(shard["jpegs"], shard["jpeg_ends"][:-1])
                boxes = np.split(shard["boxes"], shard["box_ends"][:-1])
            self.samples += zip(jpegs, boxes, strict=True)
            self._known.add(path)


class Crops(IterableDataset[tuple[Tensor, Tensor, Tensor]]):
    """An endless stream of (image (3, H, W) uint8 RGB, truth (M, 5), ignored (M, 4)) of one size."""

    def __init__(self, folder: Path, height: int, width: int, scales: tuple[float, float], seed: int) -> None:
        self._folder, self._size, self._scales, self._seed = folder, (height, width), scales, seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        cv2.setNumThreads(1)
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((self._seed, info.id if info else 0))
        shards = Shards(self._folder)
        while True:
            shards.refresh()
            for number in rng.integers(len(shards.samples), size=2000):
                jpeg, boxes = shards.samples[number]
                yield self._sample(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), boxes, rng)

    def _sample(
        self, picture: np.ndarray, boxes: np.ndarray, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        height, width = self._size
        scale = float(np.exp(rng.uniform(*np.log(self._scales))))
        picture, boxes = _flipped(picture, boxes, rng)
        room_x, room_y = picture.shape[1] * scale - width, picture.shape[0] * scale - height
        left = rng.uniform(0, room_x) if room_x > 0 else room_x / 2
        top = rng.uniform(-12, room_y + 12) if room_y > 0 else room_y / 2 + rng.uniform(-6, 6)
        move = np.array([[scale, 0, -left + 0.5 * scale - 0.5], [0, scale, -top + 0.5 * scale - 0.5]])
        grey = float(rng.choice([114, 0, rng.integers(256)]))
        crop = cv2.warpAffine(picture, move, (width, height), flags=cv2.INTER_LINEAR, borderValue=(grey, grey, grey))
        truth, ignored = _moved(boxes, scale, left, top, (width, height), (picture.shape[1], picture.shape[0]))
        image = np.ascontiguousarray(_relit(crop, rng)[..., ::-1].transpose(2, 0, 1))
        return torch.from_numpy(image), torch.from_numpy(truth), torch.from_numpy(ignored)


def _flipped(picture: np.ndarray, boxes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    if rng.random() < 0.5:
        return picture, boxes
    boxes = boxes.copy()
    boxes[:, [1, 3]] = picture.shape[1] - boxes[:, [3, 1]]
    return picture[:, ::-1], boxes


def _moved(
    boxes: np.ndarray, scale: float, left: float, top: float, size: tuple[int, int], source: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Boxes in crop pixels: targets (MOST_BOXES, 5) and ignored areas (MOST_BOXES, 4)."""
    moved = boxes[:, 1:5] * scale - np.array([left, top, left, top], dtype=np.float32)
    cut = np.clip(moved, 0, np.array([*size, *size], dtype=np.float32))
    sides, whole = cut[:, 2:] - cut[:, :2], moved[:, 2:] - moved[:, :2]
    share = sides.prod(axis=1) / np.maximum(whole.prod(axis=1), 1e-3)
    present = sides.min(axis=1) > 1
    # The visible fraction ignores parts cut by the picture's own border.
    cut_before = (
        (boxes[:, 1] <= 0.5)
        | (boxes[:, 3] >= source[0] - 0.5)
        | (boxes[:, 2] <= 0.5)
        | (boxes[:, 4] >= source[1] - 0.5)
    )
    hidden = boxes[:, 5] < np.where(cut_before, 0.08, LEAST_VISIBLE)
    learnt = present & ~hidden & (share > 0.3) & (sides.min(axis=1) >= SMALLEST_PX)
    truth = np.full((MOST_BOXES, 5), -1, dtype=np.float32)
    rows = np.concatenate([boxes[learnt, :1], cut[learnt]], axis=1)[:MOST_BOXES]
    truth[: len(rows)] = rows
    ignored = np.full((MOST_BOXES, 4), -1, dtype=np.float32)
    rest = cut[present & ~learnt][:MOST_BOXES]
    ignored[: len(rest)] = rest
    return truth, ignored


def _relit(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Augment light, sharpness, noise and compression."""
    if rng.random() < 0.7:
        gain, lift = rng.uniform(0.65, 1.4), rng.uniform(-22, 22)
        tint = rng.uniform(0.93, 1.07, 3)
        table = np.clip(np.arange(256)[:, None] * gain * tint + lift, 0, 255).astype(np.uint8)
        crop = cv2.LUT(crop, table.reshape(1, 256, 3))
    choice = rng.random()
    if choice < 0.12:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.4, 1.1))
    elif choice < 0.24:
        noise = rng.integers(-12, 13, crop.shape, dtype=np.int16)
        crop = cv2.add(crop, noise, dtype=cv2.CV_8U)
    elif choice < 0.4:
        _, jpeg = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 85))])
        crop = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    return crop
