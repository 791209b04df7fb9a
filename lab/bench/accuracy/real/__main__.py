"""Count real junctions with annotated, degraded and detected boxes: `PYTHONPATH=lab python -m bench.accuracy.real`.

Beside Onwatch: its zone rules with the true vehicle of each box, as from a tracker that mistakes none;
supervision's ByteTrack with PolygonZone (`--peers`), and the trackers of the library `trackers` with their defaults,
where every id that was ever inside counts. `--fit` prints the habits of the models, and whether degraded boxes have
the same faults.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import supervision as sv
from trackers import BoTSORTTracker, ByteTrackTracker, CBIoUTracker, OCSORTTracker

from bench.accuracy import counting, report
from bench.accuracy.clips import Clip, Frame, with_votes
from bench.accuracy.counting import UNTRACKED, Ids
from bench.accuracy.real.annotated import NEAR_ZONES, Junction, Polygon
from bench.accuracy.real.degraded import degraded
from bench.accuracy.real.engine_boxes import frames_of
from bench.accuracy.real.faults import measured
from bench.accuracy.real.fitting import fitted
from bench.accuracy.real.habits import YOLOV8N
from bench.accuracy.real.histories import track_ids
from bench.accuracy.real.scoring import Result, Zoned, compare
from bench.accuracy.real.true_tracks import true_tracks
from bench.accuracy.side_by_side import peers_of
from onwatch_contracts.values import Anchor, VehicleType
from onwatch_detector.count import TrackedBox, Tracker
from onwatch_geometry import Area

ROOT = Path(__file__).parents[4]
MODELS = ("yolov8n-640-int8", "yolox-nano-416", "yolo11n-320-int8")
TRUE_TRACKS = "the true vehicle of each box"
LIBRARY = {
    "trackers ByteTrack": ByteTrackTracker,
    "trackers OC-SORT": OCSORTTracker,
    "trackers BoT-SORT": lambda: BoTSORTTracker(enable_cmc=False),
    "trackers C-BIoU": CBIoUTracker,
}


@dataclass
class Level:
    """The same clips with one kind of boxes."""

    name: str
    clips: Sequence[tuple[Junction, Sequence[Frame]]]


def perfect(junction: Junction) -> list[Frame]:
    """The annotated boxes."""
    frames = []
    for number, there in enumerate(junction.pictures):
        boxes = np.array([box for _, box in there], np.float32).reshape(-1, 4)
        kinds = tuple(VehicleType(track.vehicle_type) for track, _ in there)
        found = with_votes(boxes, np.full(len(boxes), 0.9, np.float32), kinds, junction.size)
        whose = tuple(track.track_id for track, _ in there)
        frames.append(Frame(number / junction.fps, found, whose, (False,) * len(boxes)))
    return frames


def results(junction: Junction, frames: Sequence[Frame], zones: Sequence[Polygon]) -> list[Result]:
    """Onwatch's errors in each zone."""
    tracker = Tracker()
    tracked = [tracker.update(frame.detections, frame.timestamp_s, junction.size) for frame in frames]
    return results_of(junction, frames, zones, tracked)


def results_of(
    junction: Junction, frames: Sequence[Frame], zones: Sequence[Polygon], tracked: Sequence[Sequence[TrackedBox]]
) -> list[Result]:
    """The errors of Onwatch's zone rules with the tracks that are given."""
    ids = track_ids(frames, tracked)
    found = []
    for zone in zones:
        given = iter(tracked)
        counted = counting.by_zone_rules(_clip(junction, frames, zone), lambda _, given=given: next(given))  # type: ignore[misc]
        found.append(compare(Zoned(junction, junction.stays(zone), frames, ids), counted))
    return found


def _clip(junction: Junction, frames: Sequence[Frame], zone: Polygon) -> Clip:
    return Clip(junction.name, "", "", junction.size, zone, Anchor.BOTTOM_CENTER.value, tuple(frames), ())


def peer_results(level: Level, zones: int, python: Path | None) -> dict[str, list[Result]]:
    """The errors of the plain pipelines: near zones and others, in the order of the clips."""
    found: dict[str, list[Result]] = {}
    for junction, frames in level.clips:
        chosen = junction.zones(zones)
        clips = [_clip(junction, frames, zone) for zone in chosen]
        ids = {name: _ids(name, frames) for name in LIBRARY}
        in_their_process = peers_of(python, clips) if python else [{} for _ in clips]
        for zone, clip, tracked in zip(chosen, clips, in_their_process, strict=True):
            inside = _inside(junction, frames, zone)
            everyone = dict(tracked) | {name: (rows, inside) for name, rows in ids.items()}
            zoned = Zoned(junction, junction.stays(zone), frames)
            for name, (rows, within) in everyone.items():
                found.setdefault(name, []).append(compare(zoned, counting.plain(clip, rows, within)))
    return found


def _inside(junction: Junction, frames: Sequence[Frame], zone: Polygon) -> list[list[bool]]:
    area = Area(zone)
    anchor = Anchor.BOTTOM_CENTER
    return [[junction.point(box, anchor) in area for box in frame.detections.boxes] for frame in frames]


def _ids(name: str, frames: Sequence[Frame]) -> Ids:
    tracker = LIBRARY[name]()
    found = []
    for frame in frames:
        boxes = frame.detections
        rows = np.arange(len(boxes), dtype=np.int64)
        given = sv.Detections(xyxy=boxes.boxes, confidence=boxes.confidences, class_id=rows)
        tracked = tracker.update(given, timestamp=frame.timestamp_s)
        ids = [UNTRACKED] * len(boxes)
        if len(tracked):
            for row, track_id in zip(tracked.class_id, tracked.tracker_id, strict=True):
                ids[int(row)] = int(track_id)
        found.append(ids)
    return found


def levels(junctions: Mapping[str, Junction], shared: Path, cache: Path, seeds: Sequence[int]) -> Iterator[Level]:
    """Perfect boxes, degraded ones, and those of each model that is there."""
    yield Level("perfect boxes", [(one, perfect(one)) for one in junctions.values()])
    yield Level(
        f"degraded boxes, seeds {seeds[0]} to {seeds[-1]}",
        [(one, list(degraded(one, YOLOV8N, seed))) for seed in seeds for one in junctions.values()],
    )
    for model in MODELS:
        weights = shared / "models" / f"{model}.onnx"
        if weights.is_file():
            clips = [
                (one, frames_of(one, shared / "media" / f"{name}.mp4", weights, cache))
                for name, one in junctions.items()
            ]
            yield Level(model, clips)


def row(name: str, found: Sequence[Result]) -> list[object]:
    """A line of the table."""
    total = Result()
    for one in found:
        total.add(one)
    return [
        name, total.vehicles, total.missed, f"{total.missed_seen} of {total.seen}", total.made_up, total.errors,
        f"{total.wrong_types} of {total.types}", report.seconds(float(np.mean(total.dwell_errors_s or [0.0]))),
        f"{total.dwell_right:.0%}", f"{total.parked - total.parked_missed} of {total.parked}",
    ]  # fmt: skip


def fit(level: Level, seeds: Sequence[int]) -> str:
    """The habits of a model, and its faults beside those of boxes that are degraded by these habits."""
    habits = fitted(level.clips)
    repeated = [(one, list(degraded(one, habits, seed))) for seed in seeds for one, _ in level.clips]
    own, copied = measured(level.clips), measured(repeated)
    rows = [[name, value, copied[name]] for name, value in own.items()]
    return f"{habits}\n\n{report.table(['', level.name, 'degraded boxes'], rows)}\n"


HEAD = [
    "", "vehicles", "missed", "missed though seen", "made up", "errors", "wrong types", "dwell error, mean",
    "within 0.5 s", "parked counted",
]  # fmt: skip


def main(argv: Sequence[str] | None = None) -> None:
    """Run as the options say."""
    made = argparse.ArgumentParser(prog="python -m bench.accuracy.real", description=__doc__)
    shared = Path(os.environ.get("ONWATCH_SHARED_DIR", ROOT.parent / "shared"))
    made.add_argument("--shared", type=Path, default=shared, help="the folder with media/ and models/")
    made.add_argument("--cache", type=Path, default=ROOT / ".cache" / "bench-real", help="where models' boxes are kept")
    made.add_argument("--peers", type=Path, metavar="PYTHON", help="the interpreter that has supervision's ByteTrack")
    made.add_argument("--zones", type=int, default=12, help="zones of each clip (default 12)")
    made.add_argument("--seeds", type=int, default=3, help="how many times the boxes are degraded (default 3)")
    made.add_argument("--first-seed", type=int, default=1)
    made.add_argument("--only", action="append", help="only levels whose name begins so")
    made.add_argument("--no-peers", action="store_true", help="only Onwatch")
    made.add_argument("--notes", action="store_true", help="list the errors, with the history of the boxes")
    made.add_argument("--fit", action="store_true", help="print the habits and faults of the models' boxes")
    options = made.parse_args(argv)
    junctions = {name: Junction.read(options.shared / "media" / f"{name}.tracks.json") for name in NEAR_ZONES}
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for level in levels(junctions, options.shared, options.cache, seeds):
        if options.only and not any(level.name.startswith(begin) for begin in options.only):
            continue
        if options.fit:
            if level.name in MODELS:
                print(fit(level, seeds))
            continue
        own: list[Result] = []
        best: list[Result] = []
        for junction, frames in level.clips:
            zones = junction.zones(options.zones)
            own += results(junction, frames, zones)
            best += results_of(junction, frames, zones, true_tracks(frames))
        everyone = {report.ONWATCH: own, TRUE_TRACKS: best}
        if not options.no_peers:
            everyone |= peer_results(level, options.zones, options.peers)
        rows = [row(f"{name}, near zones", found[:: options.zones]) for name, found in everyone.items()]
        rows += [row(f"{name}, all zones", found) for name, found in everyone.items()]
        print(f"{level.name}\n\n{report.table(HEAD, rows)}\n")
        if options.notes:
            print("\n".join(note for one in own for note in one.notes))


if __name__ == "__main__":
    main()
