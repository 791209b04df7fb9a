"""Measurements that every compared program makes of itself. Standard library only: it runs in several environments."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass


@dataclass
class Measured:
    """One program's measurements, printed as one line of JSON."""

    frames: int
    seconds: float
    """Wall time of one pass over the clip, with the model loaded."""
    cpu_s: float
    """CPU time of the whole process in that pass."""
    cold_s: float | None
    """From an unloaded model to the first frame's result, without the import of libraries."""
    warm_s: float | None
    """From the start of the pass to the first frame's result."""
    peak_mb: float = 0.0
    """Peak memory of the process."""
    boxes: int = 0

    def print(self) -> None:
        self.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(json.dumps(asdict(self)) + "\n")


class Pass:
    """Times a pass over the clip: call `frame` for each result, then `done`."""

    def __init__(self) -> None:
        self.frames = 0
        self.boxes = 0
        self.first_s: float | None = None
        self._cpu_s = time.process_time()
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
            cpu_s=time.process_time() - self._cpu_s,
            cold_s=cold_s,
            warm_s=self.first_s,
            boxes=self.boxes,
        )
