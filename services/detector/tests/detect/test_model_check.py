from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from onwatch_contracts.values import Anchor, RunSettings, Zone
from onwatch_detector.detect.engines import Detections
from onwatch_detector.detect.engines.port import Picture
from onwatch_detector.detect.model_check import Look, ModelChecks, is_blind, sees_little
from onwatch_detector.detect.source import Interrupted
from onwatch_detector.errors import VideoUnreadable
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
    """Sees nothing, and counts how often it was asked."""

    name = "blind"

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, picture: Picture) -> Detections:
        self.asked += 1
        return Detections.none()

    def close(self) -> None:
        """Nothing to give back."""


@pytest.mark.parametrize(
    ("looks", "blind"),
    [
        ([], False),
        ([Look([CAR], [])] * 2, False),
        ([Look([CAR], [])] * 3, True),
        ([Look([CAR], [SHIFTED])] * 3, False),
        ([Look([CAR], [CORNER]), *[Look([CAR], [])] * 4], True),
        ([Look([CAR], [SHIFTED])] * 2 + [Look([CAR], [])] * 3, False),
        ([Look([CAR], [SHIFTED])] * 1 + [Look([CAR], [])] * 3, True),
        ([Look([CAR, ELSEWHERE], [SHIFTED])] * 5, False),
        ([Look([CAR], [ELSEWHERE])] * 5, False),
    ],
    ids=[
        "nothing moves",
        "too little moves to say",
        "it sees nothing",
        "it sees all, not quite there",
        "a corner in common is not the same",
        "it sees two of five",
        "it sees one of four",
        "it sees half",
        "it sees vehicles where no motion is found: lights at night",
    ],
)
def test_a_model_is_blind_where_it_sees_almost_nothing_of_what_moves(looks: list[Look], blind: bool) -> None:
    assert is_blind(looks) is blind


def test_a_model_that_knows_the_view_is_kept_and_one_that_does_not_is_found_out(clip: Path) -> None:
    assert not sees_little(clip, BlobEngine(), settings(), lambda: False)
    assert sees_little(clip, Blind(), settings(), lambda: False)


def test_it_looks_only_where_something_moves_and_only_in_the_zones(clip: Path) -> None:
    engine = Blind()
    beside = Zone(polygon=((0.3, 0.0), (0.4, 0.0), (0.4, 1.0), (0.3, 1.0)))
    assert not sees_little(clip, engine, settings(beside), lambda: False)
    assert engine.asked == 0
    sees_little(clip, engine, settings(), lambda: False)
    assert 3 <= engine.asked < 24


def test_the_answer_for_a_file_is_always_the_same(clip: Path) -> None:
    asked = []
    for _ in range(2):
        engine = Blind()
        sees_little(clip, engine, settings(), lambda: False)
        asked.append(engine.asked)
    assert asked[0] == asked[1]


def test_an_engine_that_takes_several_pictures_is_given_several_and_the_answer_is_the_same(clip: Path) -> None:
    class SideBySide(BlobEngine):
        places = 2

        def __init__(self) -> None:
            super().__init__()
            self.asked = 0
            self.pool = ThreadPoolExecutor(self.places)

        def submit(self, picture: Picture) -> Future[Detections]:
            self.asked += 1
            return self.pool.submit(self.detect, picture)

    engine, blind = SideBySide(), Blind()
    with engine.pool:
        assert not sees_little(clip, engine, settings(), lambda: False)
    sees_little(clip, blind, settings(), lambda: False)
    assert engine.asked == blind.asked


def test_an_answer_is_remembered_for_its_file_model_and_zones(clip: Path, tmp_path: Path) -> None:
    checks, engine = ModelChecks(), Blind()
    assert checks.sees_little(clip, engine, settings(), lambda: False)
    asked = engine.asked
    assert checks.sees_little(clip, engine, settings(), lambda: False)
    assert engine.asked == asked
    other = shutil.copy(clip, tmp_path / "other.mp4")
    assert checks.sees_little(other, engine, settings(), lambda: False)
    assert engine.asked == 2 * asked


def test_it_is_given_up_when_nobody_wants_it_and_says_what_is_no_video(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        sees_little(clip, Blind(), settings(), lambda: True)
    with pytest.raises(VideoUnreadable):
        sees_little(tmp_path / "none.mp4", Blind(), settings(), lambda: False)
