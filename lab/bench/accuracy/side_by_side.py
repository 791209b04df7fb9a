"""Run the plain pipelines in their own environment on the same boxes."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from bench.accuracy.clips import Clip
from bench.accuracy.counting import Ids
from onwatch_detector.detections import TYPES

PEERS = Path(__file__).with_name("peers.py")
QUERY = """
import sys
from importlib.metadata import distributions
print(*(found.version for name in sys.argv[1:] for found in distributions(name=name)))
"""
T = TypeVar("T")
Tracked = dict[str, tuple[Ids, Sequence[Sequence[bool]]]]
"""Per pipeline: id and zone membership of each box of each frame."""


def peers_of(python: Path, clips: Sequence[Clip]) -> list[Tracked]:
    """The plain pipelines' results on each clip. Raises `subprocess.CalledProcessError` when their program fails."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number:05}.npz" for number in range(len(clips))]
        for file, clip in zip(files, clips, strict=True):
            _write(file, clip)
        # One thread, because the matrices are tiny. The settings of ultralytics go into the environment's folder.
        environment = os.environ | {"OMP_NUM_THREADS": "1", "YOLO_CONFIG_DIR": str(Path(python).parents[1])}
        subprocess.run([python, PEERS, folder], check=True, env=environment)
        return [_read(file.with_suffix(".json"), clip) for file, clip in zip(files, clips, strict=True)]


def _write(file: Path, clip: Clip) -> None:
    found = [frame.detections for frame in clip.frames]
    kinds = [TYPES.index(kind) for one in found for kind in one.vehicle_types]
    np.savez(
        file,
        edges=np.concatenate([one.boxes for one in found]),
        confidences=np.concatenate([one.confidences for one in found]),
        classes=np.array(kinds, np.int64),
        counts=np.array([len(one) for one in found]),
        fps=clip.frames_per_second,
        size=np.array(clip.size),
        roi=np.array(clip.roi),
        centre=clip.anchor == "center",
    )


def _read(file: Path, clip: Clip) -> Tracked:
    found = json.loads(file.read_text())
    return {
        name: (list(_by_frame(one["ids"], clip)), list(_by_frame(one["inside"], clip))) for name, one in found.items()
    }


def _by_frame(rows: list[T], clip: Clip) -> Iterator[list[T]]:
    begin = 0
    for frame in clip.frames:
        yield rows[begin : begin + len(frame.detections)]
        begin += len(frame.detections)


def versions(python: Path | None) -> dict[str, str]:
    """Versions of the libraries of the plain pipelines; `-` where one is not installed."""
    names = ("supervision", "ultralytics")
    if python is None:
        return dict.fromkeys(names, "-")
    found = subprocess.run([python, "-c", QUERY, *names], check=True, capture_output=True, text=True).stdout.split()
    return dict(zip(names, [*found, "-"], strict=False))
