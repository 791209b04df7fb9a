"""Write a synthetic traffic clip and its ground truth from the command line."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .clip import NoEncoderError, Progress, truth_path, write_clip
from .spec import PRESETS, ClipSpec
from .truth import Truth

EPILOG = """examples:
  python -m onwatch_synthetic street.mp4 --seed 7 --duration 20
  python -m onwatch_synthetic night.mp4 --view oblique --lighting night --rain
  python -m onwatch_synthetic sample.mp4 --preset sample
"""


def parser() -> argparse.ArgumentParser:
    """The options; defaults come from the preset, else from ClipSpec."""
    made = argparse.ArgumentParser(
        prog="python -m onwatch_synthetic",
        description="Write OUT (an mp4 file) and OUT.truth.json: what a perfect counter reports for it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("out", type=Path, metavar="OUT", help="the mp4 file to write; it is replaced if it exists")
    made.add_argument("--preset", choices=sorted(PRESETS), help="begin with a ready-made clip")
    made.add_argument("--seed", type=int, help="what decides everything random (default 0)")
    made.add_argument("--view", choices=("oblique", "top_down"), help="from a pole beside the road, or from above")
    made.add_argument("--lighting", choices=("day", "dusk", "night"))
    made.add_argument("--rain", action=argparse.BooleanOptionalAction, help="rain and a wet road")
    made.add_argument("--stop-line", action=argparse.BooleanOptionalAction, help="a traffic light makes vehicles queue")
    made.add_argument("--duration", type=float, dest="duration_s", metavar="SECONDS")
    made.add_argument("--fps", type=float, metavar="FRAMES_PER_SECOND")
    made.add_argument("--width", type=int, metavar="PIXELS")
    made.add_argument("--height", type=int, metavar="PIXELS")
    made.add_argument("--vehicles-per-minute", type=float, metavar="RATE", help="over all lanes together")
    made.add_argument("--lanes", type=int, choices=(2, 3, 4))
    made.add_argument("--noise", type=float, dest="noise_sigma", metavar="SIGMA", help="sensor noise in grey levels")
    made.add_argument("--quiet", action="store_true", help="no progress, no summary")
    return made


def spec_of(arguments: argparse.Namespace) -> ClipSpec:
    """The clip that the options ask for; raises ValueError if it cannot be made."""
    base = PRESETS[arguments.preset] if arguments.preset else ClipSpec(seed=0)
    names = ("seed", "view", "lighting", "rain", "stop_line", "duration_s", "fps", "width", "height",
             "vehicles_per_minute", "lanes", "noise_sigma")  # fmt: skip
    given: dict[str, Any] = {n: v for n in names if (v := getattr(arguments, n)) is not None}
    return replace(base, **given)


def show_progress(done: int, total: int) -> None:
    """One line on stderr that counts up, about once a percent."""
    if done == total or done % max(1, total // 100) == 0:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\rframe {done} of {total} ({100 * done // total} %){end}")
        sys.stderr.flush()


def summary(out: Path, truth: Truth) -> str:
    """What was written, in two lines."""
    counts = ", ".join(f"{count} {name}" for name, count in truth.counts_by_type.items() if count)
    return f"{out}: {truth.total_vehicles_count} vehicles ({counts or 'none'})\n{truth_path(out)}: the truth\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 when both files are written, 2 for a clip that cannot be made, 1 when writing failed."""
    arguments = parser().parse_args(argv)
    progress: Progress | None = None if arguments.quiet else show_progress
    try:
        truth = write_clip(arguments.out, spec_of(arguments), progress)
    except ValueError as error:
        sys.stderr.write(f"onwatch_synthetic: {error}\n")
        return 2
    except (OSError, NoEncoderError) as error:
        sys.stderr.write(f"onwatch_synthetic: cannot write {arguments.out}: {error}\n")
        return 1
    if not arguments.quiet:
        sys.stdout.write(summary(arguments.out, truth))
    return 0


if __name__ == "__main__":
    sys.exit(main())
