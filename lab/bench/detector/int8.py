"""Makes the INT8 model that is compared, calibrated on one clip, and says how far it agrees on another."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from onwatch_detector.detect.engines import open_engine
from onwatch_detector.detect.quantization import compare, quantize, sample


def main(weights: Path, calibration: Path, clip: Path, target: Path) -> None:
    if not target.exists():
        quantize(weights, [calibration], target, pictures=100)
    one, other = (open_engine(each, name=each.stem) for each in (weights, target))
    print(json.dumps(asdict(compare(one, other, sample([clip], 50)))))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
