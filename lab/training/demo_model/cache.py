"""Render training frames with `onwatch_synthetic` into shard files: JPEG pictures with their boxes.

A shard holds every sampled frame of a handful of clips. Seeds start at FIRST_TRAINING_SEED; evaluation stays below it.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from onwatch_synthetic import VEHICLE_TYPES, ClipSpec, Scene

FIRST_TRAINING_SEED = 1_000_000
WIDTH, HEIGHT = 640, 360
SCENES_PER_SHARD = 12
FRAMES_PER_SCENE = 18


def random_spec(seed: int) -> ClipSpec:
    """A random spec, with crowds and bad weather more often than in the defaults."""
    rng = np.random.default_rng((seed, 77))
    width, height = ((640, 360), (640, 360), (640, 360), (960, 540))[int(rng.integers(4))]
    return ClipSpec(
        seed=seed,
        duration_s=float(rng.uniform(6, 10)),
        fps=10.0,
        width=width,
        height=height,
        view="oblique" if rng.random() < 0.68 else "top_down",
        lighting=("day", "dusk", "night")[int(rng.choice(3, p=[0.56, 0.2, 0.24]))],
        rain=bool(rng.random() < 0.15),
        noise_sigma=float(rng.uniform(0, 5)),
        vehicles_per_minute=float(rng.uniform(30, 110)),
        stop_line=bool(rng.random() < 0.2),
        type_weights=(0.4, 0.22, 0.17, 0.21),
        clear=False,
    )


def sample_scene(seed: int) -> list[tuple[bytes, np.ndarray]]:
    """(JPEG, boxes (n, 6): class, left, top, right, bottom, visible fraction in 640x360 pixels) of some frames."""
    spec = random_spec(seed)
    rng = np.random.default_rng((seed, 78))
    scene = Scene(spec)
    count = min(FRAMES_PER_SCENE, scene.frame_count)
    picked = sorted(rng.choice(scene.frame_count, count, replace=False).tolist())
    return [_sample(scene, number, int(rng.integers(72, 97))) for number in picked]


def _sample(scene: Scene, number: int, quality: int) -> tuple[bytes, np.ndarray]:
    picture = scene.frame(number)
    scale = WIDTH / scene.spec.width
    if scale != 1:
        picture = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    rows = [
        (VEHICLE_TYPES.index(b.vehicle_type), b.left * scale, b.top * scale, b.right * scale, b.bottom * scale,
         b.visible_fraction)
        for b in scene.boxes(number)
    ]  # fmt: skip
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return jpeg.tobytes(), np.array(rows, dtype=np.float32).reshape(-1, 6)


def write_shard(path: Path, seeds: range) -> None:
    """Render the scenes of `seeds` into one file, written atomically."""
    samples = [sample for seed in seeds for sample in sample_scene(seed)]
    jpegs = [np.frombuffer(jpeg, dtype=np.uint8) for jpeg, _ in samples]
    temporary = path.with_suffix(".tmp.npz")
    np.savez(
        temporary,
        jpegs=np.concatenate(jpegs),
        jpeg_ends=np.cumsum([len(j) for j in jpegs]),
        boxes=np.concatenate([boxes for _, boxes in samples]),
        box_ends=np.cumsum([len(boxes) for _, boxes in samples]),
    )
    temporary.replace(path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=60)
    parser.add_argument("--first", type=int, default=0, help="number of the first shard, to add to a cache")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    for number in range(arguments.first, arguments.first + arguments.shards):
        began = time.monotonic()
        start = FIRST_TRAINING_SEED + number * SCENES_PER_SHARD
        write_shard(arguments.folder / f"shard-{number:04d}.npz", range(start, start + SCENES_PER_SHARD))
        print(f"shard {number}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
