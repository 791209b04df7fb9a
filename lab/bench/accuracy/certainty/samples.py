"""Counts of one zone with their evidence, and what was wrong with them."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench.accuracy.clips import PERFECT_LEVEL, Clip, Frame, levels
from bench.accuracy.counting import counted_visits, identities_of
from bench.accuracy.metrics import Counted, match
from bench.accuracy.real.__main__ import MODELS, perfect
from bench.accuracy.real.annotated import NEAR_ZONES, Junction
from bench.accuracy.real.degraded import degraded
from bench.accuracy.real.engine_boxes import frames_of
from bench.accuracy.real.habits import YOLOV8N
from bench.accuracy.real.scoring import Zoned, pairs_of
from onwatch_contracts.site import ROI_ZONE, Site
from onwatch_contracts.values import Anchor, ZoneEvent
from onwatch_counting.evidence import VisitEvidence
from onwatch_counting.log import LoggedPicture
from onwatch_counting.site import SiteCounter
from onwatch_detector.count import TrackedBox, Tracker
from onwatch_synthetic.detecting import NOISY, Faults
from onwatch_synthetic.hard_cases import HardCase, hard_cases

HARSH = Faults(missed=0.25, jitter=0.05, false_per_frame=0.3, flipped=0.2)
"""Worse than the noise with which the counting rules were tuned: with that, there is nearly nothing to learn from."""
ZONES = 12
Say = Callable[[str], None]


@dataclass(frozen=True)
class Sample:
    """The count of one zone."""

    group: str
    """The clip, or the drawn case: what is left out together."""
    boxes: str
    """Where the boxes come from."""
    true_total: int
    vehicles: tuple[tuple[VisitEvidence, ...], ...]
    """The evidence of the visits of each counted vehicle."""
    is_false: tuple[bool, ...]
    """Of each: no vehicle of the truth is left for it."""
    unconfirmed_tracks_count: int

    @property
    def total(self) -> int:
        return len(self.vehicles)

    @property
    def missed(self) -> int:
        return self.true_total - (self.total - sum(self.is_false))


def samples(shared: Path, boxes_cache: Path, cache: Path, seeds: Sequence[int], say: Say) -> list[Sample]:
    """Of the annotated clips that are there and the drawn ones. Kept in files: counting takes minutes."""
    found: list[Sample] = []
    for name, make in _parts(shared, boxes_cache, seeds):
        kept = cache / f"{name}.pickle"
        if not kept.is_file():
            say(f"counting: {name}")
            cache.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pickle.dumps(list(make())))
        found += pickle.loads(kept.read_bytes())  # noqa: S301 written by this program
    return found


def _parts(
    shared: Path, boxes_cache: Path, seeds: Sequence[int]
) -> Iterator[tuple[str, Callable[[], Iterator[Sample]]]]:
    for name in NEAR_ZONES:
        tracks = shared / "media" / f"{name}.tracks.json"
        if not tracks.is_file():
            continue
        junction = Junction.read(tracks)
        yield f"{name} annotated", partial(of_junction, junction, "annotated", partial(perfect, junction))
        for seed in seeds:
            look = partial(_degraded, junction, seed)
            yield f"{name} degraded {seed}", partial(of_junction, junction, "degraded", look)
        for model in MODELS:
            weights = shared / "models" / f"{model}.onnx"
            if weights.is_file():
                look = partial(frames_of, junction, tracks.with_name(f"{name}.mp4"), weights, boxes_cache)
                yield f"{name} {model}", partial(of_junction, junction, model, look)
    for case in hard_cases():
        yield f"{case.name} seeds {seeds[0]} to {seeds[-1]}", partial(of_case, case, seeds)


def _degraded(junction: Junction, seed: int) -> list[Frame]:
    return list(degraded(junction, YOLOV8N, seed))


# --- annotated junctions -------------------------------------------------------------------------


def of_junction(junction: Junction, boxes: str, look: Callable[[], Sequence[Frame]]) -> Iterator[Sample]:
    """One for each zone. A vehicle that only touched the zone counts where it was counted, as in the benchmark."""
    tracker, frames = Tracker(), look()
    tracked = [tracker.update(frame.detections, frame.timestamp_s, junction.size) for frame in frames]
    for zone in junction.zones(ZONES):
        clip = Clip(junction.name, "", "", junction.size, zone, Anchor.BOTTOM_CENTER.value, tuple(frames), ())
        counted, vehicles, unconfirmed = with_evidence(clip, tracked)
        stays = junction.stays(zone)
        pairs = pairs_of(Zoned(junction, stays, frames), counted)
        true_total = sum(not stay.is_touch or place in pairs for place, stay in enumerate(stays))
        right = set(pairs.values())
        yield Sample(
            junction.name, boxes, true_total, tuple(vehicles.values()), tuple(one not in right for one in vehicles),
            unconfirmed,
        )  # fmt: skip


# --- drawn cases ---------------------------------------------------------------------------------


def of_case(case: HardCase, seeds: Sequence[int]) -> Iterator[Sample]:
    """With perfect boxes, and with the usual noise and a harsh one for each seed."""
    recording = case.make()
    yield _of_clip(case, next(levels(case, recording, ())), PERFECT_LEVEL)
    for name, faults in (("noisy", NOISY), ("harsh", HARSH)):
        for clip in levels(replace(case, noise=case.noise.with_(faults)), recording, seeds):
            if clip.level != PERFECT_LEVEL:
                yield _of_clip(case, clip, name)


def _of_clip(case: HardCase, clip: Clip, boxes: str) -> Sample:
    tracker = Tracker()
    tracked = [tracker.update(frame.detections, frame.timestamp_s, clip.size) for frame in clip.frames]
    counted, vehicles, unconfirmed = with_evidence(clip, tracked)
    right = {seen.identity for _, seen in match(clip, counted)}
    return Sample(
        f"drawn: {case.kind}", boxes, clip.total, tuple(vehicles.values()), tuple(one not in right for one in vehicles),
        unconfirmed,
    )  # fmt: skip


# --- both ----------------------------------------------------------------------------------------


def with_evidence(
    clip: Clip, tracks: Sequence[Sequence[TrackedBox]]
) -> tuple[Counted, dict[int, tuple[VisitEvidence, ...]], int]:
    """The count, the evidence of each counted vehicle, and the tracks in the zone that never became one."""
    anchor = Anchor(clip.anchor)
    zone = ROI_ZONE.model_copy(update={"polygon": clip.roi, "anchor": anchor})
    counter = SiteCounter(Site(zones=(zone,)), keep_results=True, keep_evidence=True)
    events: list[ZoneEvent] = []
    identities: list[tuple[int | None, ...]] = []
    for frame, tracked in zip(clip.frames, tracks, strict=True):
        boxes = sorted((box.logged(*clip.size) for box in tracked), key=lambda box: box.track_id)
        events += counter.observe(LoggedPicture(frame.timestamp_s, tuple(boxes)))
        identities.append(identities_of(frame, tracked, counter.roi))
    events += counter.finish(clip.frames[-1].timestamp_s)
    evidence = counter.results.evidence
    if evidence is None or evidence.unconfirmed_tracks is None:
        raise ValueError("the counter keeps no evidence")
    vehicles: dict[int, tuple[VisitEvidence, ...]] = {}
    for visit in evidence.visits:
        vehicles[visit.row_no] = (*vehicles.get(visit.row_no, ()), visit)
    unconfirmed = evidence.unconfirmed_tracks[zone.zone_id]
    return Counted(counted_visits(events), tuple(identities)), vehicles, unconfirmed
