from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onwatch_contracts.site import Gate, Site, SiteZone
from onwatch_contracts.values import Anchor, Checkpoint, Left, RunSettings, VehicleType, Zone
from onwatch_counting.log import RESOLUTION, LoggedPicture, pack, unpack
from onwatch_counting.site import SiteCounter
from onwatch_detector.detect.sources.source import PerFrameSource
from onwatch_detector.detections import TYPES, Detections, Picture
from onwatch_detector.errors import CheckpointUnreadable
from onwatch_detector.read.in_process import InProcessDecoder
from onwatch_detector.service import one_thread
from onwatch_detector.work.pipeline import Pipeline
from onwatch_detector.work.selection import EVERY_FRAME, Intervals
from onwatch_testkit.blob_engine import BlobEngine, Drive, write_blob_clip

SETTINGS = RunSettings(
    zones=(Zone(polygon=((0, 0.2), (1, 0.2), (1, 0.8), (0, 0.8))),),
    anchor=Anchor.CENTER,
    duration_s=3.0,
    frames_per_second=25,
    detector_model="blobs",
)


def pipeline(clip: Path, checkpoint: Checkpoint | None = None) -> Pipeline:
    return Pipeline(InProcessDecoder(clip), SETTINGS, PerFrameSource(BlobEngine()), checkpoint, one_thread)


def recount(pictures: list[LoggedPicture], end_s: float, site: Site) -> list[object]:
    counter = SiteCounter(site)
    return [*(event for picture in pictures for event in counter.observe(picture)), *counter.finish(end_s)]


def run_to_end(work: Pipeline) -> list[object]:
    events: list[object] = []
    while (step := work.step()) is not None:
        events.extend(step.events)
        events.append(step.boxes)
    events.extend(work.finish())
    work.close()
    return events


def test_every_frame_gives_its_boxes_with_the_number_of_the_vehicle_once_it_has_entered(clip: Path) -> None:
    work = pipeline(clip)
    numbers = {}
    while (step := work.step()) is not None:
        for box in step.boxes:
            numbers.setdefault(box.track_id, []).append((box.inside, box.vehicle_id))
    work.close()
    for seen in numbers.values():
        assert seen[0][1] is None, "no number before it has entered"
        assert any(inside and number is not None for inside, number in seen)


def test_a_checkpoint_at_any_frame_leads_to_the_same_end(clip: Path) -> None:
    whole = run_to_end(pipeline(clip))
    for stop in range(1, 75, 7):
        first = pipeline(clip)
        events: list[object] = []
        for _ in range(stop):
            step = first.step()
            assert step is not None
            events.extend(step.events)
            events.append(step.boxes)
        checkpoint = Checkpoint.model_validate(json.loads(json.dumps(first.checkpoint().model_dump(mode="json"))))
        first.close()
        assert events + run_to_end(pipeline(clip, checkpoint)) == whole, f"stopped after {stop} frames"


@pytest.mark.parametrize("analysed_fps", [8, 12.5])
def test_with_sampled_frames_the_numbers_are_nearly_the_same_and_cover_the_whole_video(
    clip: Path, analysed_fps: float
) -> None:
    settings = SETTINGS.model_copy(update={"analysed_fps": analysed_fps})
    work = Pipeline(InProcessDecoder(clip), settings, PerFrameSource(BlobEngine()), None, one_thread)
    thinned = [one for one in run_to_end(work) if isinstance(one, Left)]
    every = [one for one in run_to_end(pipeline(clip)) if isinstance(one, Left)]
    assert [(one.vehicle_id, one.vehicle_type) for one in thinned] == [
        (one.vehicle_id, one.vehicle_type) for one in every
    ]
    for one, other in zip(thinned, every, strict=True):
        assert one.entered_at_s == pytest.approx(other.entered_at_s, abs=1 / analysed_fps)
        assert one.left_at_s == pytest.approx(other.left_at_s, abs=1 / analysed_fps)
    assert work.checkpoint().position_s == pytest.approx(3.0)


@pytest.mark.parametrize("stop", [1, 3, 11, 20, 24])
def test_a_run_with_sampled_frames_resumes_exactly(clip: Path, stop: int) -> None:
    settings = SETTINGS.model_copy(update={"analysed_fps": 8})

    def begun(checkpoint: Checkpoint | None = None) -> Pipeline:
        return Pipeline(InProcessDecoder(clip), settings, PerFrameSource(BlobEngine()), checkpoint, one_thread)

    whole, first, events = run_to_end(begun()), begun(), []
    for _ in range(stop):
        step = first.step()
        assert step is not None
        events += [*step.events, step.boxes]
    checkpoint = first.checkpoint()
    first.close()
    assert events + run_to_end(begun(checkpoint)) == whole


@pytest.fixture(scope="module")
def quiet_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A car passes, the road is empty for two seconds, and a bus passes."""
    path = tmp_path_factory.mktemp("clips") / "quiet.mp4"
    car = Drive(VehicleType.CAR, left=20, first_frame=0, pixels_per_frame=6)
    write_blob_clip(path, (car, replace(car, vehicle_type=VehicleType.BUS, first_frame=75)), frames=105)
    return path


def sparse(clip: Path, engine: BlobEngine, intervals: Intervals, checkpoint: Checkpoint | None = None) -> Pipeline:
    return Pipeline(InProcessDecoder(clip), SETTINGS, PerFrameSource(engine), checkpoint, one_thread, None, intervals)


STILL, MOVING = Intervals(still_s=1.0), Intervals(still_s=1.0, moving_s=0.16)


def test_still_frames_are_not_inferred_and_change_no_event(quiet_clip: Path) -> None:
    engine, pictures, events = BlobEngine(), [], []
    work = sparse(quiet_clip, engine, STILL)
    while (step := work.step()) is not None:
        pictures += unpack(pack([step.picture]))
        events += [*step.events, step.boxes]
    events += work.finish()
    work.close()
    assert events == run_to_end(pipeline(quiet_clip))
    assert engine.pictures_seen == sum(picture.is_inferred for picture in pictures) < 75
    assert [picture.timestamp_s for picture in pictures] == [n / 25 for n in range(105)]


def resumable_steps(work: Pipeline, count: int) -> list[object]:
    """At least so many, until a checkpoint can be taken."""
    events: list[object] = []
    while count > 0 or not work.is_resumable:
        step = work.step()
        assert step is not None
        events += [*step.events, step.picture, step.boxes]
        count -= 1
    return events


@pytest.mark.parametrize("intervals", [STILL, MOVING])
@pytest.mark.parametrize("stop", [1, 30, 41, 60, 72, 90])
def test_a_sparse_run_resumes_exactly_and_keeps_its_intervals(
    quiet_clip: Path, intervals: Intervals, stop: int
) -> None:
    whole, inferred = BlobEngine(), BlobEngine()
    undisturbed = sparse(quiet_clip, whole, intervals)
    expected = [*resumable_steps(undisturbed, 105), *run_to_end(undisturbed)]
    first = sparse(quiet_clip, inferred, intervals)
    events = resumable_steps(first, stop)
    checkpoint = Checkpoint.model_validate(json.loads(first.checkpoint().model_dump_json()))
    first.close()
    rest = sparse(quiet_clip, inferred, EVERY_FRAME, checkpoint)
    events += resumable_steps(rest, 105 - checkpoint.next_frame)
    assert events + run_to_end(rest) == expected
    assert inferred.pictures_seen == whole.pictures_seen


def test_between_two_inferred_frames_vehicles_are_interpolated_and_counted_in_order(clip: Path) -> None:
    engine, steps, every = BlobEngine(), [], []
    work, whole = sparse(clip, engine, MOVING), pipeline(clip)
    while (step := work.step()) is not None:
        steps.append(step)
    while (step := whole.step()) is not None:
        every.append(step)
    assert [step.frame.number for step in steps] == [step.frame.number for step in every] == list(range(75))
    between = [number for number, step in enumerate(steps) if not step.picture.is_inferred]
    assert engine.pictures_seen == 75 - len(between) < 30
    compared = 0
    for number in between:
        exact = [pytest.approx(box[1:5], abs=RESOLUTION / 120) for box in every[number].picture.boxes]
        for box in steps[number].picture.boxes:
            if box.top > 0.3 * RESOLUTION and box.bottom < 0.7 * RESOLUTION:  # the border cuts it in neither
                assert box[1:5] in exact, "vehicles move evenly"
                compared += 1
    assert compared >= 5
    work.close()
    whole.close()


def test_a_sparse_run_counts_the_vehicles_of_one_that_infers_every_frame(clip: Path) -> None:
    few, every = (
        [one for one in run_to_end(work) if isinstance(one, Left)]
        for work in (sparse(clip, BlobEngine(), MOVING), pipeline(clip))
    )
    assert [(one.vehicle_id, one.vehicle_type) for one in few] == [(one.vehicle_id, one.vehicle_type) for one in every]
    for one, other in zip(few, every, strict=True):
        assert one.entered_at_s == pytest.approx(other.entered_at_s, abs=0.16)
        assert one.left_at_s == pytest.approx(other.left_at_s, abs=0.16)


def test_the_last_frame_is_inferred_if_those_before_it_wait_for_one(clip: Path) -> None:
    work, steps = sparse(clip, BlobEngine(), Intervals(moving_s=0.4)), []
    while (step := work.step()) is not None:
        steps.append(step)
    assert [step.frame.number for step in steps if step.picture.is_inferred] == [*range(0, 75, 10), 74]
    assert work.checkpoint().next_frame == 75
    work.close()


def test_there_is_no_checkpoint_between_frames_that_are_processed_together(clip: Path) -> None:
    work = sparse(clip, BlobEngine(), Intervals(moving_s=0.12))
    resumable = []
    for _ in range(7):
        work.step()
        resumable.append(work.is_resumable)
    assert resumable == [True, False, False, True, False, False, True]
    work.step()
    with pytest.raises(RuntimeError, match="processed already"):
        work.checkpoint()
    work.close()


def test_the_log_of_a_run_gives_its_events_again(clip: Path) -> None:
    work, pictures, events = pipeline(clip), [], []
    while (step := work.step()) is not None:
        pictures += unpack(pack([step.picture]))
        events += step.events
    events += work.finish()
    work.close()
    zone = SETTINGS.zones[0]
    site = Site(zones=(SiteZone(zone_id="roi", name="roi", polygon=zone.polygon, anchor=SETTINGS.anchor),))
    assert recount(pictures, work.checkpoint().position_s, site) == events
    assert [picture.timestamp_s for picture in pictures] == [n / 25 for n in range(75)]


LINE = Site(gates=(Gate(gate_id="line", name="line", points=((0.0, 0.5), (1.0, 0.5)), anchor=Anchor.CENTER),))


def test_zones_and_gates_are_counted_while_the_run_goes_on(clip: Path) -> None:
    work = Pipeline(InProcessDecoder(clip), SETTINGS, PerFrameSource(BlobEngine()), None, one_thread, LINE)
    run_to_end(work)
    counts = work.site_counts()
    assert counts is not None
    assert [gate.forward | gate.backward for gate in counts.gates] == [{"car": 1, "truck": 1, "bus": 1}]
    assert [(zone.zone_id, zone.total_vehicles_count) for zone in counts.zones] == [("roi", 3)]


class TramEngine(BlobEngine):
    """Takes trucks for trams, as a custom model may."""

    columns = (*TYPES, "tram")

    def detect(self, picture: Picture) -> Detections:
        found = super().detect(picture)
        kinds = tuple("tram" if kind == VehicleType.TRUCK else kind for kind in found.vehicle_types)
        scores = np.zeros((len(found), len(self.columns)), np.float32)
        scores[range(len(found)), [self.columns.index(kind) for kind in kinds]] = 1.0
        return replace(found, vehicle_types=kinds, scores=scores, columns=self.columns)


def test_a_class_of_a_custom_model_counts_under_its_own_name_and_in_the_region_as_a_vehicle(clip: Path) -> None:
    work = Pipeline(InProcessDecoder(clip), SETTINGS, PerFrameSource(TramEngine()), None, one_thread, LINE)
    types = {event.vehicle_type for event in run_to_end(work) if isinstance(event, Left)}
    assert types == {VehicleType.CAR, VehicleType.BUS, VehicleType.VEHICLE}
    counts = work.site_counts()
    assert counts is not None
    assert counts.gates[0].forward == {"bus": 1, "car": 1, "tram": 1}


def test_without_zones_and_gates_there_are_no_counts_of_them(clip: Path) -> None:
    work = pipeline(clip)
    run_to_end(work)
    assert work.site_counts() is None


def test_a_resumed_run_keeps_its_site(clip: Path) -> None:
    def with_site(checkpoint: Checkpoint | None, site: Site) -> Pipeline:
        return Pipeline(InProcessDecoder(clip), SETTINGS, PerFrameSource(BlobEngine()), checkpoint, one_thread, site)

    whole, first = with_site(None, LINE), with_site(None, LINE)
    run_to_end(whole)
    for _ in range(33):
        first.step()
    checkpoint = Checkpoint.model_validate(json.loads(first.checkpoint().model_dump_json()))
    first.close()
    resumed = with_site(checkpoint, Site())
    run_to_end(resumed)
    assert resumed.site_counts() == whole.site_counts()


def test_the_region_of_interest_is_that_of_the_settings(clip: Path) -> None:
    elsewhere = LINE.zones[0].model_copy(update={"polygon": ((0.0, 0.0), (0.1, 0.0), (0.0, 0.1))})
    changed = LINE.model_copy(update={"zones": (elsewhere,)})
    work = Pipeline(InProcessDecoder(clip), SETTINGS, PerFrameSource(BlobEngine()), None, one_thread, changed)
    assert run_to_end(work) == run_to_end(pipeline(clip))


class SideBySide(BlobEngine):
    """Processes three pictures at a time, like a real engine."""

    places = 3

    def __init__(self) -> None:
        super().__init__()
        self.pool = ThreadPoolExecutor(3)

    def submit(self, picture: Picture) -> Future[Detections]:
        return self.pool.submit(self.detect, picture)


def test_four_videos_at_a_time_on_one_engine_have_the_numbers_of_one_alone(clip: Path) -> None:
    alone, engine = run_to_end(pipeline(clip)), SideBySide()
    with engine.pool, ThreadPoolExecutor(4) as slots:
        source = PerFrameSource(engine)
        together = slots.map(
            lambda _: run_to_end(Pipeline(InProcessDecoder(clip), SETTINGS, source, None, one_thread)), range(4)
        )
        assert list(together) == [alone] * 4


def test_a_checkpoint_does_not_include_the_frames_ahead(clip: Path) -> None:
    engine = SideBySide()
    ahead, one_by_one = (
        Pipeline(InProcessDecoder(clip), SETTINGS, PerFrameSource(engine), None, one_thread),
        pipeline(clip),
    )
    with engine.pool:
        for number in range(30):
            ahead.step()
            one_by_one.step()
            assert ahead.checkpoint() == one_by_one.checkpoint()
            assert ahead.checkpoint().next_frame == number + 1
        ahead.close()
        one_by_one.close()


def test_a_checkpoint_is_a_few_kilobytes(clip: Path) -> None:
    work = pipeline(clip)
    for _ in range(40):
        work.step()
    assert len(work.checkpoint().model_dump_json()) < 10_000
    work.close()


def test_a_checkpoint_of_another_version_is_refused(clip: Path) -> None:
    with pytest.raises(CheckpointUnreadable, match="version 99, expected 3"):
        pipeline(clip, Checkpoint(next_frame=3, position_s=0.12, state={"version": 99}))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda state: state["tracker"].update(version=99), "TrackerStateError: tracker state of version 99"),
        (lambda state: state["tracker"].pop("tracks"), "TrackerStateError: tracker state is damaged"),
        (lambda state: state["counter"].update(version=99), "SiteStateError: site state of version 99"),
        (lambda state: state["counter"]["roi"].update(version=99), "ZoneStateError: zone state of version 99"),
        (lambda state: state["counter"]["roi"].update(zone_id="other"), "ZoneStateError: state of zone 'other'"),
        (lambda state: state["site"].update(zones=[]), "ValidationError: .*Site\nzones"),
        (lambda state: state.pop("counter"), "KeyError: 'counter'"),
        (lambda state: state["position"].update(page=3), "TypeError: .*'page'"),
    ],
)
def test_an_unusable_checkpoint_is_refused_with_the_reason(
    clip: Path, damage: Callable[[dict[str, Any]], object], reason: str
) -> None:
    work = pipeline(clip)
    work.step()
    state = json.loads(work.checkpoint().model_dump_json())["state"]
    work.close()
    damage(state)
    with pytest.raises(CheckpointUnreadable, match=reason):
        pipeline(clip, Checkpoint(next_frame=1, position_s=0.04, state=state))
