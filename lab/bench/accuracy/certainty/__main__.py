"""Fit how sure a count is, and check it on clips left out: `PYTHONPATH=lab python -m bench.accuracy.certainty`.

`--write` replaces the coefficients of `onwatch_counting.evidence` and docs/certainty.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.accuracy import report
from bench.accuracy.certainty.coverage import Coverage, Judged, coverage, judged, least_widening, left_out
from bench.accuracy.certainty.fitting import fit
from bench.accuracy.certainty.samples import HARSH, Sample, samples
from onwatch_counting.evidence import LEVEL, Coefficients

ROOT = Path(__file__).parents[4]
TEMPLATE = Path(__file__).with_name("template.md")
COEFFICIENTS = ROOT / "libs" / "counting" / "src" / "onwatch_counting" / "evidence" / "coefficients.json"
COMMAND = "PYTHONPATH=lab .venv/bin/python -m bench.accuracy.certainty --write"
NAMES = {
    "annotated": "junctions, annotated boxes",
    "degraded": "junctions, degraded boxes",
    "perfect": "drawn, perfect boxes",
    "noisy": "drawn, noisy boxes",
    "harsh": "drawn, harsh noise",
}


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bench.accuracy.certainty", description=__doc__)
    shared = Path(os.environ.get("ONWATCH_SHARED_DIR", ROOT.parent / "shared"))
    made.add_argument("--shared", type=Path, default=shared, help="the folder with media/ and models/")
    made.add_argument("--boxes", type=Path, default=ROOT / ".cache" / "bench-real", help="where models' boxes are kept")
    made.add_argument("--cache", type=Path, default=ROOT / ".cache" / "bench-certainty", help="where counts are kept")
    made.add_argument(
        "--seeds", type=int, default=3, help="how many times boxes are degraded or made noisy (default 3)"
    )
    made.add_argument("--write", action="store_true", help="write the coefficients and the document")
    return made


def kinds_of(given: Sequence[Sample]) -> list[str]:
    """Of boxes, in their order."""
    return list(dict.fromkeys(sample.boxes for sample in given))


def by_boxes(found: Sequence[Judged]) -> Iterator[tuple[str, Coverage]]:
    for kind in kinds_of([one.sample for one in found]):
        yield kind, coverage([one for one in found if one.sample.boxes == kind])


def table(found: Sequence[Judged]) -> str:
    """A line for each kind of boxes."""
    rows = [
        [NAMES.get(kind, f"junctions, `{kind}`"), one.counts, f"{one.mean_total:.1f}", one.wrong, f"{one.held:.0%}",
         f"{one.mean_width:.1f}", f"{one.exact:.0%}"]
        for kind, one in by_boxes(found)
    ]  # fmt: skip
    head = ["boxes", "counts", "vehicles, mean", "wrong", "intervals that hold the truth", "width, mean", "the number"]
    return report.table(head, rows)


def rates(by: Coefficients) -> str:
    names = [*by.false_vehicle, *(name for name in by.missed_vehicles if name not in by.false_vehicle)]
    rows = [
        [f"`{name}`", f"{by.false_vehicle.get(name, 0):g}", f"{by.missed_vehicles.get(name, 0):g}"] for name in names
    ]
    return report.table(
        ["weakness", "false", "missed"], [*rows, ["an unconfirmed track", "", f"{by.missed_per_unconfirmed_track:g}"]]
    )


def as_file(by: Coefficients, given: Sequence[Sample], found: Sequence[Judged]) -> str:
    """The coefficients with their source, figures and date."""
    source = {
        "made_by": COMMAND,
        "made_on": datetime.now(UTC).date().isoformat(),
        "counts": len(given),
        "vehicles": sum(sample.true_total for sample in given),
        "false_vehicles": sum(sum(sample.is_false) for sample in given),
        "missed_vehicles_in_all": sum(sample.missed for sample in given),
        "left_out": {
            kind: {"counts": one.counts, "held": round(one.held, 3), "mean_width": round(one.mean_width, 2)}
            for kind, one in by_boxes(found)
        },
    }
    return json.dumps({"source": source, **asdict(by)}, indent=2) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    options = parser().parse_args(argv)
    given = samples(
        options.shared,
        options.boxes,
        options.cache,
        range(1, options.seeds + 1),
        lambda text: print(text, file=sys.stderr),
    )
    kinds = kinds_of(given)
    folds = left_out(given)
    widening = least_widening(folds, kinds)
    found = list(judged(folds, widening))
    by = replace(fit(given), widening=widening)
    print(f"{table(found)}\n\n{rates(by)}\n\nvariance of scenes: {by.scene_variance:g}, widened by {widening:g}")
    if not options.write:
        return
    COEFFICIENTS.write_text(as_file(by, given, found), encoding="utf-8")
    values = {
        "command": COMMAND,
        "coverage": table(found),
        "rates": rates(by),
        "variance": f"{by.scene_variance:.2f}",
        "widening": f"{widening:g}",
        "level": f"{LEVEL:.0%}",
        "seeds": str(options.seeds),
        "harsh": f"{HARSH.missed:.0%} missing, edges off by {HARSH.jitter:.0%}, "
        f"{HARSH.false_per_frame:g} false boxes a frame",
        "models": ", ".join(f"`{kind}`" for kind in kinds if kind not in NAMES) or "none",
    }  # fmt: skip
    report.document(values, TEMPLATE, ROOT / "docs" / "certainty.md")


if __name__ == "__main__":
    main()
