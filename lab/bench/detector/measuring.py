"""Measurements that every compared program makes of itself. Standard library only: it runs in several environments."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Measured:
    """One program's measurements, printed as one line of JSON."""

    frames: int
    seconds: float
    """Wall time of one pass over the clip, with the model loaded."""
    cpu_s: float
    """CPU time of the process and of those that it started, in that pass."""
    cold_s: float | None
    """From an unloaded model to the first frame's result, without the import of libraries."""
    warm_s: float | None
    """From the start of the pass to the first frame's result."""
    peak_mb: float = 0.0
    """Peak memory of the process."""
    boxes: int = 0
    inferred: int = 0
    """Frames that the model was run on."""
    vehicles: int = 0
    """Counted in the whole picture."""

    def print(self) -> None:
        self.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(json.dumps(asdict(self)) + "\n")


def cpu_s() -> float:
    """CPU time of this process, and of all that it started and that they started, ended ones included."""
    return time.process_time() + sum(map(_ticks_of_tree, _children(os.getpid()))) / os.sysconf("SC_CLK_TCK")


def _ticks_of_tree(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended; then its parent counts it
        return 0
    return sum(map(int, fields[11:15])) + sum(map(_ticks_of_tree, _children(pid)))


def _children(pid: int) -> list[int]:
    try:
        tasks = [Path(task, "children").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return [int(child) for task in tasks for child in task]


class Pass:
    """Times a pass over the clip: call `frame` for each result, then `done`."""

    def __init__(self) -> None:
        self.frames = 0
        self.boxes = 0
        self.first_s: float | None = None
        self._cpu_s = cpu_s()
        self._began_s = time.perf_counter()

    def frame(self, boxes: int = 0) -> None:
        if self.first_s is None:
            self.first_s = time.perf_counter() - self._began_s
        self.frames += 1
        self.boxes += boxes

    def done(self, cold_s: float | None) -> Measured:
        return Measured(
            frames=self.frames,
            seconds=time.perf_counter() - self._began_s,
            cpu_s=cpu_s() - self._cpu_s,
            cold_s=cold_s,
            warm_s=self.first_s,
            boxes=self.boxes,
        )
