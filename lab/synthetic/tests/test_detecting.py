from dataclasses import replace

import numpy as np
import pytest

from onwatch_synthetic.detecting import NOISY, PERFECT, Detection, Faults, detect, origins
from onwatch_synthetic.recording import Recording
from onwatch_synthetic.truth import TruthBox

SIZE = (640, 360)
ROI = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
CAR = TruthBox(1, "car", 100.0, 100.0, 180.0, 150.0, 1.0)
BESIDE = replace(CAR, vehicle_id=2, left=300.0, right=380.0)


def recorded(*boxes: TruthBox, frames: int = 400) -> Recording:
    times = tuple(n / 25 for n in range(frames))
    return Recording("r", SIZE, ROI, "bottom_center", times, (boxes,) * frames, ())


def found(faults: Faults, *boxes: TruthBox, seed: int = 1) -> list[tuple[Detection, ...]]:
    return list(detect(recorded(*boxes), faults, seed))


def test_a_perfect_detector_reports_every_vehicle() -> None:
    for seen in found(PERFECT, CAR, BESIDE):
        assert {(one.box, one.vehicle_type, one.vehicle_id) for one in seen} == {
            ((100.0, 100.0, 180.0, 150.0), "car", 1),
            ((300.0, 100.0, 380.0, 150.0), "car", 2),
        }


def test_hidden_vehicles_are_not_detected() -> None:
    [seen, *_] = found(PERFECT, replace(CAR, visible_fraction=0.2), BESIDE)
    assert [one.vehicle_id for one in seen] == [2]


def test_overlapping_vehicles_are_one_box_with_the_id_of_the_nearer() -> None:
    near = replace(CAR, vehicle_id=7, left=110.0, right=190.0, bottom=155.0)
    [seen, *_] = found(PERFECT, CAR, near)
    assert [(one.box, one.vehicle_id) for one in seen] == [((100.0, 100.0, 190.0, 155.0), 7)]


def test_faults_come_at_their_rates() -> None:
    seen = found(Faults(missed=0.2, false_per_frame=0.5, flipped=0.1, jitter=0.02), CAR, BESIDE)
    real = [one for frame in seen for one in frame if one.vehicle_id is not None]
    false = sum(one.vehicle_id is None for frame in seen for one in frame)
    assert len(real) / 800 == pytest.approx(0.8, abs=0.05)
    assert sum(one.vehicle_type == "truck" for one in real) / len(real) == pytest.approx(0.1, abs=0.04)
    assert false / 400 == pytest.approx(0.5 * 1.25, abs=0.12)
    lefts = np.array([one.box[0] for one in real if one.vehicle_id == 1])
    assert lefts.std() == pytest.approx(0.02 * 80, rel=0.15)
    assert all(0.25 <= one.confidence < 1 for frame in seen for one in frame)


def test_a_seed_determines_the_detections() -> None:
    assert found(NOISY, CAR) == found(NOISY, CAR)
    assert found(NOISY, CAR) != found(NOISY, CAR, seed=2)


def test_the_worse_of_two_faults_stays() -> None:
    assert Faults(missed=0.2, jitter=0.01).with_(NOISY) == replace(NOISY, missed=0.2)


def test_a_box_belongs_to_the_vehicle_it_overlaps_by_half() -> None:
    assert origins([(102.0, 100.0, 182.0, 150.0), (0.0, 0.0, 50.0, 50.0)], (CAR, BESIDE)) == [1, None]
    assert origins([(0.0, 0.0, 5.0, 5.0)], ()) == [None]
