"""Compare flows, counts by interval and speeds with exact truth: `make bench-accuracy-site` writes the document."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.accuracy import report
from bench.accuracy.side_by_side import versions
from bench.accuracy.site import pipelines, road
from bench.accuracy.site.junction import INTERVAL_S, Counted, Junction
from bench.accuracy.site.pipelines import HEIGHT, WIDTH
from bench.recount.traffic import SITE

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
SOLUTIONS = HERE / "solutions.py"
COUNTER, ESTIMATOR = "Ultralytics ObjectCounter", "Ultralytics SpeedEstimator"
NEAR_GATE_M = 8.0
"""`SpeedEstimator` measures a vehicle once, in the first five pictures in which it is given it: here from so far before
the gate, where its one scale is right."""
Speeds = Sequence[float | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="the interpreter that has Ultralytics")
    parser.add_argument("--minutes", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/accuracy-gates.md")
    options = parser.parse_args()
    junction = Junction(options.seed, options.minutes)
    counted = {report.ONWATCH: pipelines.onwatch(junction), "supervision LineZone": pipelines.line_zone(junction)}
    speeds: dict[str, Speeds] = {report.ONWATCH: [road.onwatch(drive) for drive in road.drives()]}
    if options.peers:
        counted[COUNTER], speeds[ESTIMATOR] = _ultralytics(options.peers, junction)
    sections = {
        "counts": counts_table(junction.truth(), counted),
        "speeds": speeds_table(speeds),
        "vehicles": str(len(junction.trips)),
        "minutes": str(options.minutes),
        "drives": str(len(list(road.drives()))),
        "supervision": pipelines.VERSION,
        "ultralytics": versions(options.peers)["ultralytics"],
    }
    if options.write:
        report.document(sections, HERE / "template.md", ROOT / "docs" / "accuracy-gates.md")
    print(f"{sections['counts']}\n\n{sections['speeds']}")


def counts_table(true: Counted, counted: Mapping[str, Counted]) -> str:
    """What each pipeline counted too much or too little."""
    parts: dict[str, Callable[[Counted], Counter[Any]]] = {
        "crossings of each gate and direction": lambda one: one.gates,
        f"the same in intervals of {INTERVAL_S} s": lambda one: one.cells,
        "vehicles from gate to gate": lambda one: one.flows,
    }
    rows = (
        [name, of(true).total(), *(wrong(of(one), of(true)) for one in counted.values())] for name, of in parts.items()
    )
    return report.table(["", "true", *(f"wrong: {name}" for name in counted)], rows)


def wrong(counted: Counter[Any], true: Counter[Any]) -> int:
    return sum(abs(counted[key] - true[key]) for key in counted.keys() | true.keys())


def speeds_table(speeds: Mapping[str, Speeds]) -> str:
    """Relative errors by rate. Vehicles without a speed are missing, not wrong."""
    rows = []
    for fps in road.RATES:
        for name, found in speeds.items():
            pairs = [(drive, kmh) for drive, kmh in zip(road.drives(), found, strict=True) if drive.fps == fps]
            errors = [abs(kmh / drive.kmh - 1) for drive, kmh in pairs if kmh is not None]
            rows.append([f"{fps:g}", name, f"{len(errors)} of {len(pairs)}", *_shares(errors)])
    return report.table(["pictures a second", "", "measured", "error, mean", "95 %", "largest"], rows)


def _shares(errors: Sequence[float]) -> list[str]:
    if not errors:
        return ["-"] * 3
    return [f"{share:.1%}" for share in (np.mean(errors), np.quantile(errors, 0.95), max(errors))]


def _ultralytics(python: Path, junction: Junction) -> tuple[Counted, Speeds]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "given.json"
        file.write_text(json.dumps(_given(junction)))
        environment = os.environ | {"OMP_NUM_THREADS": "1", "YOLO_CONFIG_DIR": str(python.parents[1])}
        subprocess.run([python, SOLUTIONS, file], check=True, env=environment)
        answer = json.loads(file.with_suffix(".out").read_text())
    counted, passed = Counted(), dict[int, list[tuple[float, str]]]()
    for gate, is_forward, at_s, track_id in answer["crossings"]:
        counted.add(gate, is_forward, at_s)
        passed.setdefault(track_id, []).append((at_s, gate))
    counted.add_flows([gate for _, gate in sorted(each)] for each in passed.values())
    return counted, answer["speeds"]


def _given(junction: Junction) -> dict[str, Any]:
    return {
        "pictures": [
            [picture.timestamp_s, [[box.track_id, *pipelines.pixels(box)] for box in picture.boxes]]
            for picture in junction.pictures
        ],
        "gates": {
            gate.gate_id: [[round(x * WIDTH), round(y * HEIGHT)] for x, y in (gate.points[0], gate.points[-1])]
            for gate in SITE.gates
        },
        "drives": [{"fps": drive.fps, "pictures": _near_gate(drive)} for drive in road.drives()],
        "metres_per_pixel": road.metres_per_pixel(WIDTH, HEIGHT),
    }


def _near_gate(drive: road.Drive) -> list[list[list[float]]]:
    """The boxes from shortly before the gate on; every picture counts, also those without."""
    first = math.ceil((abs((road.NEAR_M if drive.goes_away else road.FAR_M) - road.GATE_M) - NEAR_GATE_M)
                      / (drive.kmh / 3.6) * drive.fps)  # fmt: skip
    scales = (WIDTH, HEIGHT) * 2
    return [
        [[1, *(edge * scale for edge, scale in zip(box, scales, strict=True))]] if box and n >= first else []
        for n, box in enumerate(drive.boxes())
    ]


if __name__ == "__main__":
    main()
