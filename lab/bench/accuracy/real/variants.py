"""Count other forms of the same annotated clips: `PYTHONPATH=lab python -m bench.accuracy.real.variants`.

Mirrored, at half the frame rate, smaller, darker and encoded again; with the annotated boxes and with a model's own. A
variant should be counted as its clip is, with dwell times within 0.3 s. Where the boxes of the model differ, the
interval should hold the true number.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from bench.accuracy import report
from bench.accuracy.certainty.samples import with_evidence
from bench.accuracy.clips import Clip, Frame
from bench.accuracy.metrics import Counted
from bench.accuracy.real.__main__ import ROOT, perfect
from bench.accuracy.real.annotated import NEAR_ZONES, Floats, Junction, Polygon, Track
from bench.accuracy.real.engine_boxes import frames_of
from bench.accuracy.real.scoring import Zoned, pairs_of
from onwatch_contracts.values import Anchor
from onwatch_counting.evidence import TotalInterval, best_seen, total_interval
from onwatch_detector.count import Tracker
from onwatch_detector.detections import Picture
from onwatch_detector.read import VideoReader

SAME_DWELL_S = 0.3
SLACK_S = 1e-6
ANNOTATED = "annotated"


@dataclass(frozen=True)
class Variant:
    """How a clip is changed."""

    name: str
    mirrored: bool = False
    every: int = 1
    """Only each picture of so many is kept."""
    scale: float = 1.0
    brightness: float = 1.0
    quality: int = 18
    """The constant rate factor of x264: 18 shows no loss, 30 does."""

    @property
    def changes_boxes(self) -> bool:
        """Whether annotated vehicles are elsewhere, or seen less often."""
        return self.mirrored or self.every > 1 or self.scale != 1

    def junction(self, one: Junction) -> Junction:
        """The annotations of the changed clip."""
        size = round(one.size[0] * self.scale), round(one.size[1] * self.scale)
        tracks = (self._track(track, one.size[0]) for track in one.tracks)
        kept = tuple(track for track in tracks if len(track.numbers))
        return Junction(f"{one.name} {self.name}", size, one.fps / self.every, kept)

    def _track(self, track: Track, width: int) -> Track:
        rows = track.numbers % self.every == 0
        boxes = self._boxes(track.boxes[rows], width)
        return replace(track, numbers=track.numbers[rows] // self.every, boxes=boxes)

    def _boxes(self, boxes: Floats, width: int) -> Floats:
        if self.mirrored:
            boxes = np.column_stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]])
        return boxes * self.scale

    def zone(self, polygon: Polygon) -> Polygon:
        return tuple((1 - x, y) for x, y in polygon) if self.mirrored else polygon

    def picture(self, picture: Picture) -> Picture:
        changed = picture[:, ::-1] if self.mirrored else picture
        if self.scale != 1:
            resized = cv2.resize(changed, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_AREA)
            changed = np.asarray(resized, np.uint8)
        if self.brightness != 1:
            changed = np.asarray(cv2.convertScaleAbs(changed, alpha=self.brightness), np.uint8)
        return np.ascontiguousarray(changed)

    def write(self, video: Path, file: Path) -> None:
        """Encode the changed clip."""
        with closing(VideoReader(video)) as reader, av.open(str(file), "w", format="mp4") as container:
            rate = Fraction(reader.frames_per_second / self.every).limit_denominator(1001)
            stream = container.add_stream("libx264", rate=rate, options={"crf": str(self.quality)})
            stream.width, stream.height = round(reader.width * self.scale), round(reader.height * self.scale)
            while (frame := reader.read()) is not None:
                if frame.number % self.every == 0:
                    picture = av.VideoFrame.from_ndarray(self.picture(frame.picture), format="bgr24")
                    picture.pts, picture.time_base = frame.number // self.every, 1 / rate
                    container.mux(stream.encode(picture))
            container.mux(stream.encode())


VARIANTS = (
    Variant("mirrored", mirrored=True),
    Variant("half the frame rate", every=2),
    Variant("at 0.75 of its size", scale=0.75),
    Variant("darker", brightness=0.6),
    Variant("encoded again", quality=30),
)


@dataclass(frozen=True)
class ZoneCount:
    """What was counted in one zone."""

    true_total: int
    total: int
    interval: TotalInterval
    dwells_s: Mapping[int, float]
    """By annotated vehicle."""

    @property
    def is_held(self) -> bool:
        return self.interval.low <= self.true_total <= self.interval.high


def counts(junction: Junction, frames: Sequence[Frame], zones: Iterable[Polygon]) -> list[ZoneCount]:
    tracker = Tracker()
    tracked = [tracker.update(frame.detections, frame.timestamp_s, junction.size) for frame in frames]
    found = []
    for zone in zones:
        clip = Clip(junction.name, "", "", junction.size, zone, Anchor.BOTTOM_CENTER.value, tuple(frames), ())
        counted, vehicles, unconfirmed = with_evidence(clip, tracked)
        interval = total_interval(best_seen([seen for visits in vehicles.values() for seen in visits]), unconfirmed)
        found.append(_zone_count(Zoned(junction, junction.stays(zone), frames), counted, interval))
    return found


def _zone_count(zoned: Zoned, counted: Counted, interval: TotalInterval) -> ZoneCount:
    pairs = pairs_of(zoned, counted)
    dwells_s = {
        zoned.stays[place].track_id: sum(
            visit.left_s - visit.entered_s for visit in counted.visits if visit.identity == identity
        )
        for place, identity in pairs.items()
    }
    # As in the benchmark of certainty, a vehicle that only touched the zone counts where it was counted.
    true_total = sum(not stay.is_touch or place in pairs for place, stay in enumerate(zoned.stays))
    return ZoneCount(true_total, counted.total, interval, dwells_s)


HEAD = (
    "boxes", "variant", "vehicles of the clip", "of the variant", "zones", "with the same count",
    "dwell times within 0.3 s", "largest difference", "intervals that hold the truth", "of those that differ",
)  # fmt: skip


def row(boxes: str, variant: Variant, pairs: Sequence[tuple[ZoneCount, ZoneCount]]) -> list[object]:
    """A line of the table, from each zone of the clips and of their variants."""
    apart_s = [
        abs(dwell_s - other.dwells_s[vehicle])
        for one, other in pairs
        for vehicle, dwell_s in one.dwells_s.items()
        if vehicle in other.dwells_s
    ]
    near = sum(each <= SAME_DWELL_S + SLACK_S for each in apart_s)
    differing = [other for one, other in pairs if one.total != other.total]
    return [
        boxes, variant.name, sum(one.total for one, _ in pairs), sum(other.total for _, other in pairs), len(pairs),
        len(pairs) - len(differing), f"{near} of {len(apart_s)}", report.seconds(max(apart_s, default=float("nan"))),
        f"{sum(other.is_held for _, other in pairs)} of {len(pairs)}",
        f"{sum(other.is_held for other in differing)} of {len(differing)}",
    ]  # fmt: skip


@dataclass(frozen=True)
class Boxes:
    """The boxes of a model, or the annotated ones."""

    name: str
    shared: Path
    cache: Path

    def of_clip(self, junction: Junction) -> Sequence[Frame]:
        if self.name == ANNOTATED:
            return perfect(junction)
        return self._detected(junction, self.shared / "media" / f"{junction.name}.mp4")

    def of_variant(self, junction: Junction, variant: Variant) -> Sequence[Frame]:
        changed = variant.junction(junction)
        if self.name == ANNOTATED:
            return perfect(changed)
        file = self.cache / f"{changed.name}.mp4"
        if not file.is_file():
            self.cache.mkdir(parents=True, exist_ok=True)
            variant.write(self.shared / "media" / f"{junction.name}.mp4", file)
        return self._detected(changed, file)

    def _detected(self, junction: Junction, video: Path) -> Sequence[Frame]:
        return frames_of(junction, video, self.shared / "models" / f"{self.name}.onnx", self.cache)


def rows(boxes: Boxes, clips: Sequence[tuple[Junction, Sequence[Polygon]]]) -> Iterator[list[object]]:
    """The lines of one kind of boxes."""
    before = [one for junction, zones in clips for one in counts(junction, boxes.of_clip(junction), zones)]
    for variant in VARIANTS:
        if boxes.name == ANNOTATED and not variant.changes_boxes:
            continue
        after = [
            one
            for junction, zones in clips
            for one in counts(variant.junction(junction), boxes.of_variant(junction, variant), map(variant.zone, zones))
        ]
        yield row(boxes.name, variant, list(zip(before, after, strict=True)))


def main(argv: Sequence[str] | None = None) -> None:
    """Run as the options say."""
    made = argparse.ArgumentParser(prog="python -m bench.accuracy.real.variants", description=__doc__)
    shared = Path(os.environ.get("ONWATCH_SHARED_DIR", ROOT.parent / "shared"))
    made.add_argument("--shared", type=Path, default=shared, help="the folder with media/ and models/")
    made.add_argument(
        "--cache", type=Path, default=ROOT / ".cache" / "bench-real", help="clips and boxes are kept there"
    )
    made.add_argument("--zones", type=int, default=12, help="zones of each clip (default 12)")
    made.add_argument("--model", action="append", help="whose boxes; may be given again (default yolox-nano-416)")
    made.add_argument("--only", action="append", help="only clips whose name begins so")
    options = made.parse_args(argv)
    names = [name for name in NEAR_ZONES if not options.only or name.startswith(tuple(options.only))]
    junctions = [Junction.read(options.shared / "media" / f"{name}.tracks.json") for name in names]
    clips = [(junction, junction.zones(options.zones)) for junction in junctions]
    kinds = [ANNOTATED, *(options.model or ["yolox-nano-416"])]
    lines = [line for kind in kinds for line in rows(Boxes(kind, options.shared, options.cache), clips)]
    print(report.table(HEAD, lines))


if __name__ == "__main__":
    main()
