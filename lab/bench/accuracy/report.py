"""The tables of docs/accuracy.md."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.accuracy.clips import NOISY_LEVEL, PERFECT_LEVEL, Clip
from bench.accuracy.metrics import SEGMENTS, Score, Summary, summary
from onwatch_synthetic.detecting import LEAST_VISIBLE, NOISY, ONE_BOX_IOU

Scores = Mapping[str, Sequence[Score]]
"""By pipeline, one for each clip."""
ONWATCH = "Onwatch"
HEAD = (
    "vehicles", "count error", "missed", "extra", "nwRMSE", "dwell error, mean", "95 %", "types right", "ID switches",
)  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown; every column but the first is set to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def cells(one: Summary) -> list[object]:
    """A summary in the columns of `HEAD`."""
    return [
        one.true_total, one.count_error, one.missed, one.extra, f"{one.nwrmse:.3f}",
        seconds(one.dwell_mean_s), seconds(one.dwell_p95_s), f"{one.type_accuracy:.1%}", one.switches,
    ]  # fmt: skip


def seconds(value: float) -> str:
    """Two digits, or a dash where there is nothing to measure."""
    return "-" if math.isnan(value) else f"{value:.2f} s"


def of_level(clips: Sequence[Clip], scores: Sequence[Score], level: str) -> list[Score]:
    """Those of one level of noise."""
    return [score for clip, score in zip(clips, scores, strict=True) if clip.level.startswith(level)]


def overall(clips: Sequence[Clip], scores: Scores, level: str) -> str:
    """One line for each pipeline."""
    rows = ([name, *cells(summary(of_level(clips, one, level)))] for name, one in scores.items())
    return table(["", *HEAD], rows)


def by_kind(clips: Sequence[Clip], scores: Scores, level: str) -> str:
    """Missed and extra visits of each pipeline by kind of case, and Onwatch's dwell error."""
    kinds = list(dict.fromkeys(clip.kind for clip in clips if clip.level.startswith(level)))
    head = ["case", "clips", "vehicles", *scores, f"dwell error of {ONWATCH}, mean", "95 %"]
    return table(head, (_kind_row(kind, clips, scores, level) for kind in kinds))


def _kind_row(kind: str, clips: Sequence[Clip], scores: Scores, level: str) -> list[object]:
    chosen = [n for n, clip in enumerate(clips) if clip.kind == kind and clip.level.startswith(level)]
    each = {name: summary([one[n] for n in chosen]) for name, one in scores.items()}
    own = each[ONWATCH]
    wrong = [_wrong(one) for one in each.values()]
    return [kind, own.clips, own.true_total, *wrong, seconds(own.dwell_mean_s), seconds(own.dwell_p95_s)]


def _wrong(one: Summary) -> str:
    """Missed and extra visits, as -1 +2; empty when all are right."""
    return " ".join(f"{sign}{count}" for sign, count in (("-", one.missed), ("+", one.extra)) if count) or "0"


def every_clip(clips: Sequence[Clip], scores: Scores) -> str:
    """One line for each clip: what each pipeline counted."""
    head = [
        "clip",
        "detections",
        "vehicles",
        *scores,
        "nwRMSE",
        "dwell error, mean",
        "95 %",
        "types right",
        "ID switches",
    ]
    return table(head, (_clip_row(n, clip, scores) for n, clip in enumerate(clips)))


def _clip_row(n: int, clip: Clip, scores: Scores) -> list[object]:
    own = summary([scores[ONWATCH][n]])
    counts = [_count(one[n]) for one in scores.values()]
    return [clip.name, clip.level, clip.total, *counts, *cells(own)[4:]]


def _count(one: Score) -> str:
    """The total, with missed and extra visits if there are any."""
    return f"{one.total} ({_wrong(summary([one]))})" if one.wrong else str(one.total)


def troubles(clips: Sequence[Clip], scores: Sequence[Score]) -> list[str]:
    """The clips that Onwatch counted wrongly."""
    return [
        f"- {clip.name}, {clip.level}: {one.total} of {one.true_total} vehicles, {_wrong(summary([one]))} visits"
        for clip, one in zip(clips, scores, strict=True)
        if one.wrong or one.count_error
    ]


def document(sections: Mapping[str, str], template: Path, out: Path) -> None:
    """Fill the template's {{names}}; raises KeyError for a name without a value."""
    text = template.read_text(encoding="utf-8")
    for name in _names(text):
        text = text.replace("{{" + name + "}}", sections[name])
    out.write_text(text, encoding="utf-8")


def _names(text: str) -> Iterator[str]:
    yield from dict.fromkeys(part.partition("}}")[0] for part in text.split("{{")[1:])


def rates() -> dict[str, str]:
    """The numbers in the text."""
    return {
        "missed": f"{NOISY.missed:.0%}",
        "jitter": f"{NOISY.jitter:.0%}",
        "false": f"{NOISY.false_per_frame:g}",
        "flipped": f"{NOISY.flipped:.0%}",
        "least_visible": f"{LEAST_VISIBLE:.0%}",
        "one_box": f"{ONE_BOX_IOU:g}",
        "segments": str(SEGMENTS),
        "perfect_level": PERFECT_LEVEL,
        "noisy_level": NOISY_LEVEL,
    }
