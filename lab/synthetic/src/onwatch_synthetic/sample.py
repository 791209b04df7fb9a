"""Render the sample clip that ships with Onwatch.   usage: python -m onwatch_synthetic.sample FOLDER"""

import json
import sys
from pathlib import Path

from .clip import truth_path, write_clip
from .spec import SAMPLE, ClipSpec

SAMPLE_NAME = "Sample: four lanes by day"


def write_sample(folder: Path, spec: ClipSpec = SAMPLE) -> None:
    """Write `sample.mp4`, and `sample.json` with its name and region of interest."""
    clip = folder / "sample.mp4"
    truth = write_clip(clip, spec)
    truth_path(clip).unlink()
    description = {"name": SAMPLE_NAME, "roi": [list(point) for point in truth.roi]}
    clip.with_suffix(".json").write_text(json.dumps(description) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]))
