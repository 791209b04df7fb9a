"""Count the clips with every pipeline; write docs/accuracy.md and its plot. `make bench-accuracy` runs it."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.accuracy import comparisons, counting, report
from bench.accuracy.clips import NOISY_LEVEL, PERFECT_LEVEL, Clip, levels
from bench.accuracy.metrics import Score, score, summary
from bench.accuracy.pictures import Seen, drawn_clips, real_clips
from bench.accuracy.side_by_side import peers_of, versions
from onwatch_detector.count import ACTIVATION_CONFIDENCE
from onwatch_synthetic.hard_cases import hard_cases

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PLAIN = {
    "supervision ByteTrack": "supervision ByteTrack + PolygonZone",
    "ultralytics ByteTrack": "ultralytics ByteTrack + region",
    "ultralytics BoT-SORT": "ultralytics BoT-SORT + region",
}
DWELL_TOLERANCE_S = 0.3


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m bench.accuracy", description=__doc__)
    made.add_argument("--peers", type=Path, metavar="PYTHON", help="the interpreter that has the plain pipelines")
    made.add_argument("--seeds", type=int, default=1, help="how many times each case is made noisy (default 1)")
    made.add_argument("--first-seed", type=int, default=1, help="another than 1 shows that nothing hangs on the seeds")
    made.add_argument("--kind", action="append", help="only hard cases of this kind, and nothing else")
    made.add_argument(
        "--print", action="store_true", help="print the overall tables of the hard cases and write nothing"
    )
    made.add_argument("--shared", type=Path, default=Path(os.environ.get("ONWATCH_SHARED_DIR", ROOT.parent / "shared")),
                      help="the folder with media/ and models/ (default: beside the project)")  # fmt: skip
    made.add_argument("--out", type=Path, default=ROOT / "docs", help="where accuracy.md and accuracy.png go")
    return made


def say(text: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(text + "\n")


@dataclass
class Compared:
    """Clips, and every pipeline's scores on them."""

    clips: list[Clip]
    scores: dict[str, list[Score]] = field(default_factory=dict)
    under_rules: dict[str, list[Score]] = field(default_factory=dict)
    """The plain pipelines' trackers with Onwatch's zone rules."""

    @classmethod
    def of(cls, clips: list[Clip], peers: Path | None) -> Compared:
        """Count with every pipeline; with `peers` None only with Onwatch."""
        made = cls(clips, {report.ONWATCH: [score(clip, counting.onwatch(clip)) for clip in clips]})
        tracked = peers_of(peers, clips) if peers and clips else []
        for name in tracked[0] if tracked else ():
            each = [(clip, *one[name]) for clip, one in zip(clips, tracked, strict=True)]
            made.scores[PLAIN[name]] = [score(clip, counting.plain(clip, ids, inside)) for clip, ids, inside in each]
            made.under_rules[name] = [score(clip, counting.another_tracker(clip, ids)) for clip, ids, _ in each]
        return made


def hard_clips(kinds: Sequence[str] | None, seeds: Sequence[int]) -> list[Clip]:
    """The hard cases with perfect and noisy detections."""
    clips: list[Clip] = []
    cases = [case for case in hard_cases() if not kinds or case.kind in kinds]
    for number, case in enumerate(cases, 1):
        say(f"clip {number} of {len(cases)}: {case.name}")
        clips += levels(case, case.make(), seeds)
    return clips


def real_tables(found: Sequence[tuple[str, str, Seen | None]], peers: Path | None) -> tuple[str, str]:
    """Totals of every pipeline, and Onwatch's visits beside the truth."""
    there = [seen for _, _, seen in found if seen is not None]
    compared = Compared.of([seen.clip for seen in there], peers)
    head = ["clip", "model", "vehicles", *compared.scores, "dwell error, mean", "largest", "types right"]
    rows = [_real_row(name, model, seen, compared) for name, model, seen in found]
    visits = [row for seen in there for row in _visit_rows(seen)]
    visits_head = ["clip", "model", "true type", "counted type", "true entry", "counted", "true dwell", "counted"]
    return report.table(head, rows), report.table(visits_head, visits)


def _real_row(name: str, model: str, seen: Seen | None, compared: Compared) -> list[object]:
    if seen is None:
        return [f"{name}.mp4", model, *(["not available"] * (len(compared.scores) + 4))]
    n = compared.clips.index(seen.clip)
    own = compared.scores[report.ONWATCH][n]
    totals = [one[n].total for one in compared.scores.values()]
    largest = max(own.dwell_errors_s, default=float("nan"))
    return [
        f"{name}.mp4", model, own.true_total, *totals, report.seconds(summary([own]).dwell_mean_s),
        report.seconds(largest), f"{own.right_types} of {own.judged_types}",
    ]  # fmt: skip


def _visit_rows(seen: Seen) -> list[list[object]]:
    from bench.accuracy.metrics import Counted, match

    pairs = match(seen.clip, Counted(seen.visits, ((),) * len(seen.clip.frames)))
    return [
        [f"{seen.clip.name}.mp4", seen.clip.level, true.vehicle_type, one.vehicle_type, report.seconds(true.entered_s),
         report.seconds(one.entered_s), report.seconds(true.dwell_s), report.seconds(one.left_s - one.entered_s)]
        for true, one in pairs
    ]  # fmt: skip


def verdict(compared: Compared, level: str) -> str:
    """One sentence on a level."""
    lines = {name: summary(report.of_level(compared.clips, one, level)) for name, one in compared.scores.items()}
    own = lines[report.ONWATCH]
    others = ", ".join(f"{name} {one.count_error}" for name, one in lines.items() if name != report.ONWATCH)
    return (
        f"With {level} detections Onwatch's totals are off by {own.count_error} of {own.true_total} vehicles over "
        f"{own.clips} clips ({others or 'no other pipeline was there'}); its dwell times are off by "
        f"{own.dwell_mean_s:.3f} s on average, {own.type_accuracy:.1%} of its types are right."
    )


def figures(compared: Compared) -> dict[str, object]:
    """What the plot shows, JSON only."""
    return {
        level: {
            name: {
                "wrong": sum(one.wrong for one in report.of_level(compared.clips, scores, level)),
                "vehicles": sum(one.true_total for one in report.of_level(compared.clips, scores, level)),
                "dwell_errors_s": sorted(
                    e for one in report.of_level(compared.clips, scores, level) for e in one.dwell_errors_s
                ),
            }
            for name, scores in compared.scores.items()
        }
        for level in (PERFECT_LEVEL, NOISY_LEVEL)
    }


def plot(python: Path, compared: Compared, out: Path) -> None:
    """Draw accuracy.png with the interpreter that has matplotlib."""
    given = json.dumps(figures(compared))
    subprocess.run([python, HERE / "plot.py", out / "accuracy.png"], input=given, text=True, check=True)


def sections(
    hard: Compared, pictures: Compared, real: Sequence[tuple[str, str, Seen | None]], options: argparse.Namespace
) -> Mapping[str, str]:
    """The values of all names in the template."""
    own = hard.scores[report.ONWATCH]
    real_table, visits = real_tables(real, options.peers)
    street = [seen.clip for _, _, seen in real if seen is not None and seen.clip.name == "street"]
    noisy = [clip for clip in hard.clips if clip.level.startswith(NOISY_LEVEL)]
    return report.rates() | versions(options.peers) | {
        "verdict": f"{verdict(hard, PERFECT_LEVEL)}\n\n{verdict(hard, NOISY_LEVEL)}",
        "onwatch": report.ONWATCH,
        "cases": str(len({clip.name for clip in hard.clips})),
        "noise_seeds": str(options.seeds),
        "activation": f"{ACTIVATION_CONFIDENCE:g}",
        "perfect_overall": report.overall(hard.clips, hard.scores, PERFECT_LEVEL),
        "noisy_overall": report.overall(hard.clips, hard.scores, NOISY_LEVEL),
        "perfect_by_kind": report.by_kind(hard.clips, hard.scores, PERFECT_LEVEL),
        "noisy_by_kind": report.by_kind(hard.clips, hard.scores, NOISY_LEVEL),
        "troubles": "\n".join(report.troubles(hard.clips, own)) or "Nowhere in these clips.",
        "pictures_overall": report.overall(pictures.clips, pictures.scores, ""),
        "pictures_each": report.every_clip(pictures.clips, pictures.scores),
        "real": real_table,
        "real_visits": visits,
        "trackers": comparisons.trackers_table(hard.clips, own, hard.under_rules, say),
        "votes": comparisons.votes_table(
            {"noisy detections": noisy, "drawn pictures": pictures.clips, "street.mp4": street}
        ),
        "every_clip": report.every_clip(hard.clips, hard.scores),
    }  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark as the options say."""
    options = parser().parse_args(argv)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    clips = hard_clips(options.kind, seeds)
    say(f"counting {len(clips)} clips with each pipeline")
    hard = Compared.of(clips, options.peers)
    if options.print or options.kind:
        for level in (PERFECT_LEVEL, NOISY_LEVEL):
            print(f"{level}\n{report.overall(clips, hard.scores, level)}\n")
        print("\n".join(report.troubles(clips, hard.scores[report.ONWATCH])))
        return
    say("drawing pictures and looking at them with the demo model")
    drawn = list(drawn_clips())
    say("looking at real clips")
    real = list(real_clips(options.shared))
    pictures = Compared.of([seen.clip for seen in drawn], options.peers)
    document = sections(hard, pictures, real, options)
    report.document(document, HERE / "template.md", options.out / "accuracy.md")
    if options.peers:
        plot(options.peers, hard, options.out)
    say(f"{options.out / 'accuracy.md'} is written")


if __name__ == "__main__":
    main()
