from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from onwatch_contracts.values import Anchor, RunSettings, Zone
from onwatch_detector.detect.sources.model_check import ModelChecks, Sample, is_blind, sees_little
from onwatch_detector.detections import Detections, Picture
from onwatch_detector.errors import Interrupted, VideoUnreadable
from onwatch_detector.read.in_process import InProcessDecoder
from onwatch_testkit.blob_engine import BlobEngine

CAR = (0.2, 0.2, 0.4, 0.4)
SHIFTED = (0.22, 0.22, 0.42, 0.42)
ELSEWHERE = (0.6, 0.6, 0.8, 0.8)
CORNER = (0.38, 0.38, 0.6, 0.6)


def settings(zone: Zone | None = None) -> RunSettings:
    return RunSettings(
        zones=(zone or Zone(),), anchor=Anchor.CENTER, duration_s=3.0, frames_per_second=25, detector_model="blobs"
    )


class Blind:
    """Finds nothing, and counts its calls."""

    name = "blind"

    def __init__(self) -> None:
        self.calls = 0

    def detect(self, picture: Picture) -> Detections:
        self.calls += 1
        return Detections.none()

    def close(self) -> None:
        """Has nothing to close."""


@pytest.mark.parametrize(
    ("samples", "blind"),
    [
        ([], False),
        ([Sample([CAR], [])] * 2, False),
        ([Sample([CAR], [])] * 3, True),
        ([Sample([CAR], [SHIFTED])] * 3, False),
        ([Sample([CAR], [CORNER]), *[Sample([CAR], [])] * 4], True),
        ([Sample([CAR], [SHIFTED])] * 2 + [Sample([CAR], [])] * 3, False),
        ([Sample([CAR], [SHIFTED])] * 1 + [Sample([CAR], [])] * 3, True),
        ([Sample([CAR, ELSEWHERE], [SHIFTED])] * 5, False),
        ([Sample([CAR], [ELSEWHERE])] * 5, False),
    ],
    ids=[
        "nothing moves",
        "too little moves",
        "it sees nothing",
        "it sees all, not quite there",
        "a corner in common is not the same",
        "it sees two of five",
        "it sees one of four",
        "it sees half",
        "it sees vehicles where no motion is found: lights at night",
    ],
)
def test_a_model_is_blind_if_it_sees_almost_nothing_of_what_moves(samples: list[Sample], blind: bool) -> None:
    assert is_blind(samples) is blind


def test_a_model_that_sees_the_vehicles_passes_and_a_blind_one_does_not(clip: Path) -> None:
    assert not sees_little(InProcessDecoder(clip), BlobEngine(), settings(), lambda: False)
    assert sees_little(InProcessDecoder(clip), Blind(), settings(), lambda: False)


def test_only_pictures_with_motion_in_the_zones_are_checked(clip: Path) -> None:
    engine = Blind()
    beside = Zone(polygon=((0.3, 0.0), (0.4, 0.0), (0.4, 1.0), (0.3, 1.0)))
    assert not sees_little(InProcessDecoder(clip), engine, settings(beside), lambda: False)
    assert engine.calls == 0
    sees_little(InProcessDecoder(clip), engine, settings(), lambda: False)
    assert 3 <= engine.calls < 24


def test_the_result_for_a_file_is_always_the_same(clip: Path) -> None:
    calls = []
    for _ in range(2):
        engine = Blind()
        sees_little(InProcessDecoder(clip), engine, settings(), lambda: False)
        calls.append(engine.calls)
    assert calls[0] == calls[1]


def test_a_queued_engine_gets_several_pictures_and_the_result_is_the_same(clip: Path) -> None:
    class SideBySide(BlobEngine):
        places = 2

        def __init__(self) -> None:
            super().__init__()
            self.calls = 0
            self.pool = ThreadPoolExecutor(self.places)

        def submit(self, picture: Picture) -> Future[Detections]:
            self.calls += 1
            return self.pool.submit(self.detect, picture)

    engine, blind = SideBySide(), Blind()
    with engine.pool:
        assert not sees_little(InProcessDecoder(clip), engine, settings(), lambda: False)
    sees_little(InProcessDecoder(clip), blind, settings(), lambda: False)
    assert engine.calls == blind.calls


def test_a_result_is_cached_for_its_file_model_and_zones(clip: Path, tmp_path: Path) -> None:
    checks, engine = ModelChecks(), Blind()
    assert checks.sees_little(InProcessDecoder(clip), engine, settings(), lambda: False)
    calls = engine.calls
    assert checks.sees_little(InProcessDecoder(clip), engine, settings(), lambda: False)
    assert engine.calls == calls
    other = shutil.copy(clip, tmp_path / "other.mp4")
    assert checks.sees_little(InProcessDecoder(other), engine, settings(), lambda: False)
    assert engine.calls == 2 * calls


def test_it_is_interrupted_when_unwanted_and_a_file_that_is_not_a_video_is_unreadable(
    clip: Path, tmp_path: Path
) -> None:
    with pytest.raises(Interrupted):
        sees_little(InProcessDecoder(clip), Blind(), settings(), lambda: True)
    with pytest.raises(VideoUnreadable):
        sees_little(InProcessDecoder(tmp_path / "none.mp4"), Blind(), settings(), lambda: False)
