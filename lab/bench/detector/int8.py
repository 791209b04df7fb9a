"""Writes the compared INT8 model, calibrated on one clip, and prints its agreement on another."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from onwatch_detector.detect.engines import compare, open_engine, quantize, sample_pictures


def main(weights: Path, calibration: Path, clip: Path, target: Path) -> None:
    if not target.exists():
        quantize(weights, [calibration], target, pictures=100)
    one, other = (open_engine(each, name=each.stem) for each in (weights, target))
    print(json.dumps(asdict(compare(one, other, sample_pictures([clip], 50)))))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
