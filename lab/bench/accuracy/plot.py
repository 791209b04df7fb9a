"""Draw docs/accuracy.png from figures on stdin, in the benchmark's environment: python plot.py OUT.png < JSON"""

from __future__ import annotations

import json
import sys
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot  # after the backend is chosen

COLOURS = ("#1a7f5a", "#c98a1b", "#b3452f", "#7a4fa3")
LONGEST_S = 1.0  # larger errors are beyond the right edge


def main(out: str) -> None:
    """Left: wrongly counted visits. Right: distribution of dwell time errors."""
    levels = json.load(sys.stdin)
    figure, axes = pyplot.subplots(1, 1 + len(levels), figsize=(15, 4.6), width_ratios=[1.25, *[1.0] * len(levels)])
    _wrong(axes[0], levels)
    for axis, (level, pipelines) in zip(axes[1:], levels.items(), strict=True):
        _dwell(axis, level, pipelines)
    figure.tight_layout()
    figure.savefig(out, dpi=110)


def _wrong(axis: pyplot.Axes, levels: dict[str, Any]) -> None:
    names = list(next(iter(levels.values())))
    height = 0.8 / len(levels)
    for number, (level, pipelines) in enumerate(levels.items()):
        shares = [100 * pipelines[name]["wrong"] / pipelines[name]["vehicles"] for name in names]
        places = np.arange(len(names)) + number * height
        bars = axis.barh(places, shares, height * 0.92, color=COLOURS[: len(names)], alpha=1.0 if number else 0.45)
        axis.bar_label(bars, labels=[f" {share:.1f} ({level})" for share in shares], fontsize=8)
    axis.set_yticks(np.arange(len(names)) + height / 2, [name.replace(" + ", "\n+ ") for name in names], fontsize=9)
    axis.invert_yaxis()
    axis.margins(x=0.28)
    axis.set_title("Visits missed or made up, per 100 vehicles", fontsize=10)
    axis.spines[["top", "right"]].set_visible(False)


def _dwell(axis: pyplot.Axes, level: str, pipelines: dict[str, Any]) -> None:
    for colour, (name, found) in zip(COLOURS, pipelines.items(), strict=False):
        errors = np.array(found["dwell_errors_s"])
        axis.step(errors, np.arange(1, len(errors) + 1) / len(errors), where="post", color=colour, label=name, lw=2)
    axis.set_xlim(-0.01, LONGEST_S)
    axis.set_ylim(0, 1.01)
    axis.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axis.set_xlabel("seconds off, at most")
    axis.set_title(f"Dwell times, {level} detections: share of the visits", fontsize=10)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8, loc="lower right")


if __name__ == "__main__":
    main(sys.argv[1])
