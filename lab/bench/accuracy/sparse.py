"""What leaving frames out changes: the same clips with every frame inferred and with fewer, counted in the same zones.

`PYTHONPATH=lab python -m bench.accuracy.sparse`. Real clips with a model, each junction in 12 zones; drawn ones with
the demo model, in the zone of their truth.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from bench.accuracy import report
from bench.accuracy.counting import counted_visits
from bench.accuracy.metrics import CountedVisit
from bench.accuracy.pictures import DRAWN
from bench.accuracy.real.annotated import NEAR_ZONES, Junction, Polygon
from onwatch_contracts.values import Anchor, RunSettings, Zone
from onwatch_counting.log import LoggedPicture
from onwatch_counting.zones import ZoneCounter
from onwatch_detector.detect.engines import Engine, open_engine
from onwatch_detector.detect.models import DEMO_MODEL, DEMO_NAME, engine_options
from onwatch_detector.detect.sources import PerFrameSource
from onwatch_detector.read import InProcessDecoder
from onwatch_detector.service import one_thread
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work import Intervals, Pipeline
from onwatch_synthetic import ClipSpec, write_clip
from onwatch_synthetic.recording import record_scene

ROOT = Path(__file__).parents[3]
ZONES = 12
SAME_DWELL_S = 0.3
EVERY_FRAME = Intervals()
FEWER = {"still 1 s": Intervals(still_s=1.0), "still 1 s, moving 0.12 s": Intervals(still_s=1.0, moving_s=0.12)}
QUIET: tuple[tuple[str, ClipSpec], ...] = (
    ("quiet road", ClipSpec(seed=81, duration_s=24.0, vehicles_per_minute=8.0)),
    ("quiet road, noise", ClipSpec(seed=82, duration_s=24.0, vehicles_per_minute=8.0, noise_sigma=8.0)),
    ("quiet road, night", ClipSpec(seed=83, duration_s=24.0, vehicles_per_minute=8.0, lighting="night")),
    ("queue", ClipSpec(seed=84, duration_s=24.0, stop_line=True)),
)


@dataclass(frozen=True)
class Counted:
    """One clip, counted in each of its zones."""

    inferred: float
    """Share of its frames."""
    visits: tuple[tuple[CountedVisit, ...], ...]

    @property
    def totals(self) -> list[int]:
        return [len({visit.identity for visit in zone}) for zone in self.visits]


def counted(file: Path, engine: Engine, intervals: Intervals, zones: Sequence[Polygon], anchor: Anchor) -> Counted:
    """Run the detector's pipeline over the file, and count each zone from its log."""
    pictures, end_s = _log_of(file, engine, intervals)
    share = sum(picture.is_inferred for picture in pictures) / len(pictures)
    return Counted(share, tuple(_visits(pictures, end_s, Zone(polygon=zone), anchor) for zone in zones))


def _log_of(file: Path, engine: Engine, intervals: Intervals) -> tuple[list[LoggedPicture], float]:
    with closing(InProcessDecoder(file)) as decoder:
        settings = RunSettings(
            zones=(Zone(),), anchor=Anchor.CENTER, duration_s=0.0, frames_per_second=25, detector_model=engine.name
        )
        pipeline = Pipeline(decoder, settings, PerFrameSource(engine), None, one_thread, intervals=intervals)
        pictures = []
        while (step := pipeline.step()) is not None:
            pictures.append(step.picture)
        pipeline.close()
        return pictures, pipeline.checkpoint().position_s


def _visits(pictures: Sequence[LoggedPicture], end_s: float, zone: Zone, anchor: Anchor) -> tuple[CountedVisit, ...]:
    counter = ZoneCounter(zone)
    events = [
        event
        for picture in pictures
        for event in counter.observe(picture.timestamp_s, [box.observation(anchor) for box in picture.boxes])
    ]
    return counted_visits([*events, *counter.finish(end_s)])


def row(clip: str, model: str, label: str, few: Counted, every: Counted, truth: int) -> list[object]:
    """A line of the table."""
    same = [pair for pair in zip(few.visits, every.visits, strict=True) if len(pair[0]) == len(pair[1])]
    dwells_s = [
        abs((one.left_s - one.entered_s) - (other.left_s - other.entered_s))
        for pair in same
        for one, other in zip(*(sorted(visits, key=lambda visit: visit.entered_s) for visits in pair), strict=True)
    ]
    others = sum(one != other for one, other in zip(few.totals, every.totals, strict=True))
    return [
        clip, model, label, f"{few.inferred:.2f}", sum(few.totals), sum(every.totals), truth,
        f"{others} of {len(every.totals)}", report.seconds(max(dwells_s, default=0.0)),
        f"{sum(dwell_s > SAME_DWELL_S for dwell_s in dwells_s)} of {len(dwells_s)}",
    ]  # fmt: skip


HEAD = [
    "clip", "model", "intervals", "inferred", "vehicles", "with every frame", "truth", "zones with another total",
    "largest difference of a dwell time", f"more than {SAME_DWELL_S} s",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    name: str
    file: Path
    zones: Sequence[Polygon]
    anchor: Anchor
    truth: int


def real(media: Path) -> Iterator[Case]:
    """The clips that are there."""
    for file in sorted(media.glob("*.truth.json")):
        given = json.loads(file.read_text())
        name, zone = file.name.removesuffix(".truth.json"), tuple((x, y) for x, y in given["roi"])
        yield Case(name, media / f"{name}.mp4", (zone,), Anchor(given["anchor"]), len(given["vehicles"]))
    for name in NEAR_ZONES:
        if (file := media / f"{name}.tracks.json").is_file():
            junction = Junction.read(file)
            zones = junction.zones(ZONES)
            truth = sum(not stay.is_touch for zone in zones for stay in junction.stays(zone))
            yield Case(name, media / f"{name}.mp4", zones, Anchor.BOTTOM_CENTER, truth)


def drawn(folder: Path, wanted: Callable[[str], bool]) -> Iterator[Case]:
    """Drawn into the folder when they are taken, one after the other."""
    for name, spec in (*QUIET, *DRAWN):
        if wanted(name):
            write_clip(file := folder / "clip.mp4", spec)
            recording = record_scene(name, spec)
            yield Case(name, file, (recording.roi,), Anchor(recording.anchor), recording.total)


def compared(cases: Iterable[Case], name: str, weights: Path) -> Iterator[list[object]]:
    """The lines of these clips with one model."""
    engine = open_engine(weights, name=name, options=replace(engine_options(DetectorSettings()), cache_dir=None))
    with closing(engine):
        for case in cases:
            every = counted(case.file, engine, EVERY_FRAME, case.zones, case.anchor)
            for label, intervals in FEWER.items():
                few = counted(case.file, engine, intervals, case.zones, case.anchor)
                yield row(case.name, name, label, few, every, case.truth)


def main(argv: Sequence[str] | None = None) -> None:
    """Run as the options say."""
    made = argparse.ArgumentParser(prog="python -m bench.accuracy.sparse", description=__doc__)
    shared = Path(os.environ.get("ONWATCH_SHARED_DIR", ROOT.parent / "shared"))
    made.add_argument("--shared", type=Path, default=shared, help="the folder with media/ and models/")
    made.add_argument("--model", action="append", help="of the real clips; may be given again (default yolox-nano-416)")
    made.add_argument("--only", action="append", help="only clips whose name begins so")
    options = made.parse_args(argv)

    def wanted(name: str) -> bool:
        return not options.only or name.startswith(tuple(options.only))

    lines: list[list[object]] = []
    for model in options.model or ["yolox-nano-416"]:
        cases = (case for case in real(options.shared / "media") if wanted(case.name))
        lines += compared(cases, model, options.shared / "models" / f"{model}.onnx")
    with tempfile.TemporaryDirectory() as folder:
        lines += compared(drawn(Path(folder), wanted), DEMO_NAME, DEMO_MODEL)
    print(report.table(HEAD, lines))


if __name__ == "__main__":
    main()
