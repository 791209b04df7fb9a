"""Compares the whole worker with other programs on the same clip, weights and CPUs: `make bench-detector`.

Every program is a process of its own; rounds are interleaved, and medians are taken over them, so that a machine
that is slow for a while is slow for all. Ratios are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import sparse

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CACHE = ROOT / ".cache" / "bench-detector"
OWN, THEIRS = sys.executable, str(ROOT / ".cache" / "bench" / "bin" / "python")
DOCUMENT = ROOT / "docs" / "performance.md"
CPUS = 2
ANY = "any"
AS_THEY_COME = "640x640"

GOALS = {"pytorch": 4.0, "openvino": 1.5, "openvino-bf16": 1.5, "supervision": 2.0, "bare": 0.9}


@dataclass(frozen=True)
class Program:
    key: str
    name: str
    command: tuple[str, ...]
    beside: str = "onwatch"
    """The row of Onwatch with the same precision, for the comparison."""


@dataclass(frozen=True)
class Row:
    """Medians over the rounds."""

    program: Program
    runs: tuple[Mapping[str, Any], ...]

    def median(self, what: str) -> float:
        return float(median(run[what] for run in self.runs))

    @property
    def frames_per_second(self) -> float:
        return float(median(run["frames"] / run["seconds"] for run in self.runs))

    @property
    def cpu_ms(self) -> float:
        return float(median(1000 * run["cpu_s"] / run["frames"] for run in self.runs))


def programs(model: str, shape: str, clip: Path, cache: Path) -> tuple[Program, ...]:
    """All programs at this input shape; with ANY, Onwatch with an export for any size, the others with defaults."""
    stem, theirs = str(CACHE / f"{model}-{shape}"), AS_THEY_COME if shape == ANY else shape
    onnx, their_onnx, their_ir = (
        f"{stem}.onnx",
        f"{CACHE / model}-{theirs}.onnx",
        f"{CACHE / model}-{theirs}_openvino_model",
    )
    weights, size = str(CACHE / f"{model}.pt"), theirs.split("x")
    rect = ("--rect",) if shape == ANY else ()

    def onwatch(key: str, name: str, file: str, videos: int = 1, precision: str = "f32") -> Program:
        options = (file, str(clip), str(videos), str(cache), precision)
        return Program(key, f"Onwatch, {name}", (OWN, "onwatch_worker.py", *options))

    def ultralytics(key: str, name: str, file: str, *options: str, beside: str = "onwatch") -> Program:
        command = (THEIRS, "ultralytics_track.py", file, str(clip), *size, *options)
        return Program(key, f"Ultralytics on {name}", command, beside)

    return (
        onwatch("onwatch", "whole worker", onnx),
        onwatch("four", "four videos at a time", onnx, videos=4),
        *([] if shape == ANY else [onwatch("int8", "whole worker, INT8", f"{stem}-int8.xml")]),
        *([onwatch("bf16", "whole worker, bf16", onnx, precision="bf16")] if has_bf16() else []),
        ultralytics("pytorch", "PyTorch", weights, *rect),
        ultralytics("openvino", "OpenVINO", their_ir, "--f32"),
        *([ultralytics("openvino-bf16", "OpenVINO, bf16", their_ir, beside="bf16")] if has_bf16() else []),
        Program("supervision", "supervision, ONNX Runtime", (THEIRS, "supervision_onnx.py", their_onnx, str(clip))),
        Program("bare", "bare inference, OpenVINO's queue", (OWN, "bare_inference.py", onnx, str(clip))),
    )


def has_bf16() -> bool:
    """Whether OpenVINO computes in bf16 by default."""
    return bool({"avx512_bf16", "amx_bf16"} & set(Path("/proc/cpuinfo").read_text().split()))


def measure(program: Program) -> Mapping[str, Any]:
    environ = {**os.environ, "YOLO_CONFIG_DIR": str(CACHE), "OMP_NUM_THREADS": str(CPUS), "PYTHONPATH": ""}
    done = subprocess.run(program.command, env=environ, cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{program.name} failed:\n{done.stderr[-3000:]}")
    answer: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{program.name:36} {answer['frames'] / answer['seconds']:7.2f} frames/s", flush=True)
    return answer


def compared(chosen: Sequence[Program], rounds: int) -> tuple[Row, ...]:
    """Each round runs every program once, starting with a different one."""
    runs: dict[str, list[Mapping[str, Any]]] = {program.key: [] for program in chosen}
    for number in range(rounds):
        turn = number % len(chosen)
        for program in (*chosen[turn:], *chosen[:turn]):
            runs[program.key].append(measure(program))
    return tuple(Row(program, tuple(runs[program.key])) for program in chosen)


def ratio(one: Row, other: Row) -> float:
    """Median of the ratios within a round: a disturbance of a round affects both."""
    pairs = zip(one.runs, other.runs, strict=True)
    return float(median((a["frames"] / a["seconds"]) / (b["frames"] / b["seconds"]) for a, b in pairs))


def table(rows: Sequence[Row], fps: float) -> str:
    by_key = {row.program.key: row for row in rows}
    heads = (
        "program",
        "frames/s",
        "Onwatch is",
        "goal",
        "CPU s per s of video",
        "by CPU",
        "peak memory",
        "cold",
        "warm",
    )
    lines = [_line(heads), _line(["---"] + ["---:"] * (len(heads) - 1))]
    for row in rows:
        onwatch = by_key[row.program.beside]
        goal = GOALS.get(row.program.key)
        lines.append(
            _line(
                [
                    row.program.name,
                    f"{row.frames_per_second:.1f}",
                    "" if row is onwatch else f"{ratio(onwatch, row):.2f} x",
                    f"{goal:g} x" if goal else "",
                    f"{row.cpu_ms * fps / 1000:.2f}",
                    "" if row is onwatch else f"{row.cpu_ms / onwatch.cpu_ms:.2f} x",
                    f"{row.median('peak_mb'):.0f} MB",
                    _seconds(row, "cold_s"),
                    _seconds(row, "warm_s"),
                ]
            )
        )
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(row: Row, what: str) -> str:
    return "" if row.runs[0][what] is None or row.program.key in {"bare", "four"} else f"{row.median(what):.2f} s"


def machine() -> str:
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    flags = Path("/proc/cpuinfo").read_text()
    wide = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    wide += " with bf16" if has_bf16() else ""
    return f"{names[0] if names else platform.machine()}, {wide}, {CPUS} CPUs used, Python {platform.python_version()}"


def write(section: str, body: str) -> None:
    """Replace the text between the section's markers in the document."""
    begin, end = f"<!-- begin {section} -->", f"<!-- end {section} -->"
    text = DOCUMENT.read_text()
    before, rest = text.split(begin)
    DOCUMENT.write_text(f"{before}{begin}\n{body}\n{end}{rest.split(end)[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where clips and weights lie")
    parser.add_argument("--clip", default="street.mp4")
    parser.add_argument("--fps", type=float, default=24.0, help="of the clip as it was filmed")
    parser.add_argument("--model", default="yolo11n-320-int8", help="quantised export whose weights are restored")
    parser.add_argument(
        "--shape", action="append", help="HEIGHTxWIDTH of the model's input, or `any`; may be given again"
    )
    parser.add_argument("--frames", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("programs", "sparse"), help="one part; default: both")
    parser.add_argument(
        "--no-peers", action="store_true", help="sparse: Onwatch alone, with the weights of --model as they are"
    )
    parser.add_argument("--on", action="append", help="sparse: only this clip; may be given again")
    parser.add_argument("--write", action="store_true", help=f"write the tables to {DOCUMENT.relative_to(ROOT)}")
    given = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CPUS])
    if given.only != "sparse":
        compare_programs(given)
    if given.only != "programs":
        compare_sparse(given)


def compare_programs(given: argparse.Namespace) -> None:
    shapes = given.shape or ["640x640"]
    clip = prepare(given, shapes)
    parts = []
    model = given.model.split("-")[0]
    for shape in shapes:
        quantised = "" if shape == ANY else int8(model, shape, Path(given.clip), given.shared / "media")
        rows = compared(programs(model, shape, clip, CACHE / "compiled"), given.rounds)
        load = os.getloadavg()[2]
        heading = "an input of any size, the others with their defaults" if shape == ANY else f"input {shape}"
        parts.append(f"`{model}`, f32, {heading}:\n\n{table(rows, given.fps)}\n\n{extra(rows)}\n\n{quantised}".strip())
    parts.append(
        f"Agreement with the boxes of Ultralytics on the same frames:\n\n{agreement(model, AS_THEY_COME, clip)}"
    )
    now = datetime.now(UTC)
    heading = (
        f"Measured by `make bench-detector` on {now:%Y-%m-%d}: {machine()}; "
        f"{given.rounds} rounds of {given.frames} frames"
    )
    body = "\n\n".join([f"{heading} of `{given.clip}`; load of the machine {load:.1f}.", *parts])
    print(body)
    if given.write:
        write("detector", body)


def compare_sparse(given: argparse.Namespace) -> None:
    """Runs that leave frames out beside those that do not."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if given.no_peers:
        model = sparse.Model(given.shared / "models" / f"{given.model}.onnx")
        name = f"`{given.model}`"
    else:
        prepare(given, [AS_THEY_COME])
        stem = f"{CACHE / given.model.split('-')[0]}-{AS_THEY_COME}"
        model = sparse.Model(Path(f"{stem}.onnx"), Path(f"{stem}_openvino_model"))
        name = f"`{given.model.split('-')[0]}`, f32, input {AS_THEY_COME}"
    load = os.getloadavg()[2]
    clips = sparse.clips(given.shared / "media", CACHE, given.on)
    body = sparse.table(clips, model, sparse_run, ultralytics_run, measure)
    now = datetime.now(UTC)
    heading = f"Measured by `make bench-detector` on {now:%Y-%m-%d}: {machine()}; load of the machine {load:.1f}."
    body = f"{heading}\n\n{name}, without viewers:\n\n{body}"
    print(body)
    if given.write:
        write("detector-sparse", body)


def sparse_run(weights: Path, clip: Path, intervals: sparse.Intervals) -> Program:
    options = ("1", str(CACHE / "compiled"), "f32", "sandboxed", "model", "analysis", *map(str, intervals))
    return Program("sparse", f"Onwatch on {clip.stem}", (OWN, "onwatch_worker.py", str(weights), str(clip), *options))


def ultralytics_run(weights: Path, clip: Path) -> Program:
    options = (str(clip), *AS_THEY_COME.split("x"), "--f32")
    return Program("openvino", f"Ultralytics on {clip.stem}", (THEIRS, "ultralytics_track.py", str(weights), *options))


def extra(rows: Sequence[Row]) -> str:
    by_key = {row.program.key: row for row in rows}
    more_mb = (by_key["four"].median("peak_mb") - by_key["onwatch"].median("peak_mb")) / 3
    return f"Each additional video on the same worker takes {more_mb:.0f} MB more."


def agreement(model: str, shape: str, clip: Path) -> str:
    """Table of the engines' agreement with Ultralytics' own boxes."""
    height, width = shape.split("x")
    answer = asked("agreement.py", CACHE / f"{model}.pt", clip, height, width)
    lines = ["| engine | frames | boxes | different | least IoU |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, row in answer.items():
        lines.append(f"| {name} | {row['frames']} | {row['boxes']} | {row['disagree']} | {row['least_iou']:.4f} |")
    return "\n".join(lines)


def int8(model: str, shape: str, clip: Path, media: Path) -> str:
    """Write the INT8 model, calibrated on one clip; returns its agreement on the other."""
    stem = CACHE / f"{model}-{shape}"
    calibration = next(one for one in sorted(media.glob("*.mp4")) if one.stem not in clip.stem)
    answer = asked("int8.py", f"{stem}.onnx", calibration, media / clip.name, f"{stem}-int8.xml")
    return (
        f"INT8, calibrated on `{calibration.name}`: of {answer['boxes']} vehicles that the float model finds in "
        f"`{clip.name}` it finds {answer['found_again']}, and {answer['others']} others."
    )


def asked(script: str, *arguments: str | Path) -> dict[str, Any]:
    """The output of a script in the other environment that uses Onwatch's engines."""
    ours = f"{ROOT / 'services/detector/src'}:{ROOT / 'libs/contracts/src'}"
    environ = {**os.environ, "YOLO_CONFIG_DIR": str(CACHE), "PYTHONPATH": ours}
    command = [THEIRS, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, env=environ, cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stderr[-3000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def prepare(given: argparse.Namespace, shapes: Sequence[str]) -> Path:
    CACHE.mkdir(parents=True, exist_ok=True)
    clip = CACHE / f"{Path(given.clip).stem}-{given.frames}.mp4"
    if not clip.exists():
        subprocess.run(
            [OWN, HERE / "clip.py", given.shared / "media" / given.clip, clip, str(given.frames)], check=True
        )
    asked = [part for shape in {*shapes, AS_THEY_COME} - {ANY} for part in ("--shape", shape)]
    quantised = given.shared / "models" / f"{given.model}.onnx"
    environ = {**os.environ, "YOLO_CONFIG_DIR": str(CACHE)}
    subprocess.run([THEIRS, HERE / "weights.py", quantised, CACHE, *asked], check=True, env=environ, cwd=HERE)
    return clip


if __name__ == "__main__":
    main()
