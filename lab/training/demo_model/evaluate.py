"""Measure an exported detector on clips with seeds that training did not use.

`boxes` compares it with the drawn boxes frame by frame; `clips` counts whole clips, written as H.264 and decoded
again, and compares count, type and dwell (within one frame) with the truth.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
from counting import Counter, differences
from inference import Detections, Detector, overlaps

from onwatch_synthetic import PRESETS, VEHICLE_TYPES, ClipSpec, Scene, TruthBox, write_clip

MATCH_OVERLAP = 0.5
FIRST_SEED = 500  # below cache.FIRST_TRAINING_SEED: never trained on
SMALLEST_PX, LEAST_VISIBLE = 8.0, 0.5  # what is judged; the rest is neither asked for nor held against it


class Tally:
    """Hits, misses and box errors of one kind of clip."""

    def __init__(self) -> None:
        self.confusion = np.zeros((len(VEHICLE_TYPES), len(VEHICLE_TYPES) + 1), dtype=int)  # true type by found type
        self.extra = np.zeros(len(VEHICLE_TYPES), dtype=int)
        self.errors: list[np.ndarray] = []

    def add(self, truth: tuple[TruthBox, ...], found: Detections) -> None:
        """Match one frame, best score first."""
        boxes = np.array([(b.left, b.top, b.right, b.bottom) for b in truth]).reshape(-1, 4)
        iou = overlaps(found.boxes, boxes)
        free = set(range(len(truth)))
        for number in range(len(found.boxes)):
            best = max(free, key=lambda i: iou[number, i], default=None)
            if best is None or iou[number, best] < MATCH_OVERLAP:
                if not len(boxes) or iou[number].max() < 0.1:
                    self.extra[found.classes[number]] += 1
                continue
            free.discard(best)
            if judged(truth[best]):
                self.confusion[VEHICLE_TYPES.index(truth[best].vehicle_type), found.classes[number]] += 1
                self.errors.append(found.boxes[number] - boxes[best])
        for number in free:
            if judged(truth[number]):
                self.confusion[VEHICLE_TYPES.index(truth[number].vehicle_type), -1] += 1

    def report(self, name: str) -> None:
        """Print the figures."""
        errors = np.array(self.errors).reshape(-1, 4)
        for i, vehicle_type in enumerate(VEHICLE_TYPES):
            row = self.confusion[i]
            claimed = self.confusion[:, i].sum() + self.extra[i]
            print(
                f"{name:24s} {vehicle_type:11s} n {row.sum():5d}  found {1 - row[-1] / max(row.sum(), 1):6.1%}"
                f"  right type {row[i] / max(row[:-1].sum(), 1):6.1%}  precision {row[i] / max(claimed, 1):6.1%}"
            )
        mean, size = errors.mean(axis=0), np.abs(errors).mean(axis=0)
        p95 = np.percentile(np.abs(errors), 95, axis=0)
        print(f"{name:24s} left top right bottom, px: bias {mean.round(2)} error {size.round(2)} p95 {p95.round(2)}")


def judged(box: TruthBox) -> bool:
    """Whether the box is large and visible enough to be expected."""
    return box.visible_fraction >= LEAST_VISIBLE and min(box.right - box.left, box.bottom - box.top) >= SMALLEST_PX


KINDS = {
    "oblique day": ClipSpec(seed=0),
    "oblique dusk": ClipSpec(seed=0, lighting="dusk"),
    "oblique night": ClipSpec(seed=0, lighting="night"),
    "oblique day rain": ClipSpec(seed=0, rain=True),
    "oblique day stop line": ClipSpec(seed=0, stop_line=True),
    "top_down day": ClipSpec(seed=0, view="top_down"),
    "top_down dusk": ClipSpec(seed=0, view="top_down", lighting="dusk"),
    "top_down night": ClipSpec(seed=0, view="top_down", lighting="night"),
}


def measure_boxes(detector: Detector, scenes: int) -> None:
    """Frame by frame, every tenth frame of short clips."""
    for name, spec in KINDS.items():
        tally = Tally()
        for seed in range(FIRST_SEED, FIRST_SEED + scenes):
            scene = Scene(replace(spec, seed=seed, duration_s=6.0))
            for number in range(0, scene.frame_count, 10):
                tally.add(scene.boxes(number), detector(scene.frame(number)))
        tally.report(name)


def measure_clips(detector: Detector, count: int, kinds: list[str], first_seed: int) -> None:
    """Whole clips through a file."""
    for name in kinds:
        if name in PRESETS:
            specs = [PRESETS[name]]
        else:
            specs = [replace(KINDS[name], seed=seed) for seed in range(first_seed, first_seed + count)]
        exact, vehicles = 0, 0
        for spec in specs:
            wrong, total = count_clip(detector, spec)
            exact, vehicles = exact + (not wrong), vehicles + total
            if wrong:
                print(f"  {name} seed {spec.seed}: {'; '.join(wrong)}", flush=True)
        print(f"{name}: {exact} of {len(specs)} clips exact ({vehicles} vehicles)", flush=True)


def count_clip(detector: Detector, spec: ClipSpec) -> tuple[list[str], int]:
    """(differences from the truth, number of vehicles in the truth)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        truth = write_clip(path, spec)
        counter = Counter(truth, spec.width, spec.height)
        for number, picture in enumerate(decoded(path)):
            counter.add(number, detector(picture))
    return differences(truth, counter.visits()), truth.total_vehicles_count


def decoded(path: Path) -> Iterator[np.ndarray]:
    """The frames of a file, BGR."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def measure_speed(path: Path, threads: int) -> None:
    """Time per frame with letterbox and suppression."""
    detector = Detector(path, threads)
    scene = Scene(ClipSpec(seed=FIRST_SEED))
    pictures = [scene.frame(n) for n in range(0, 400, 10)]
    times, began_cpu = [], time.process_time()
    for picture in pictures * 3:
        began = time.perf_counter()
        detector(picture)
        times.append((time.perf_counter() - began) * 1000)
    used = (time.process_time() - began_cpu) * 1000 / len(times)
    middle, slow = np.percentile(times, [50, 95])
    print(
        f"{threads} threads: median {middle:.1f} ms, 95 % under {slow:.1f} ms, processor time {used:.1f} ms per frame"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("what", choices=("boxes", "clips", "speed"))
    parser.add_argument("--count", type=int, default=20, help="clips or scenes of each kind")
    parser.add_argument("--kinds", nargs="*", default=["sample", "short", *KINDS], help="for clips: which kinds")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    detector = Detector(arguments.model, arguments.threads)
    if arguments.what == "boxes":
        measure_boxes(detector, arguments.count)
    elif arguments.what == "clips":
        measure_clips(detector, arguments.count, arguments.kinds, arguments.first_seed)
    else:
        measure_speed(arguments.model, arguments.threads)


if __name__ == "__main__":
    main()
