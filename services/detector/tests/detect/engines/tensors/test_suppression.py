import numpy as np

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines.tensors.letterbox import Letterbox, Size
from onwatch_detector.detect.engines.tensors.outputs import Candidates
from onwatch_detector.detect.engines.tensors.suppression import detections_of
from onwatch_detector.detections import TYPE_COLUMN, TYPES

SIZE = Size(100, 100)
AS_IT_IS = Letterbox.centred(SIZE, SIZE)


def candidates(*found):
    scores = np.zeros((len(found), len(TYPES)), np.float32)
    for row, (_, by_type) in enumerate(found):
        for kind, score in by_type.items():
            scores[row, TYPE_COLUMN[kind]] = score
    return Candidates(np.float32([box for box, _ in found]).reshape(-1, 4), scores)


def test_nothing_is_suppressed_to_nothing():
    assert len(detections_of(candidates(), AS_IT_IS, 0.5)) == 0


def test_a_pickup_boxed_as_car_and_as_truck_is_one_vehicle_of_the_better_type():
    found = detections_of(
        candidates(
            ([10, 10, 50, 50], {VehicleType.CAR: 0.5}),
            ([10, 10, 50, 48], {VehicleType.TRUCK: 0.75}),
        ),
        AS_IT_IS,
        0.5,
    )
    assert found.vehicle_types == (VehicleType.TRUCK,)
    assert found.boxes.tolist() == [[10, 10, 50, 48]]
    assert found.confidences.tolist() == [0.75]


def test_vehicles_that_overlap_little_are_two_and_the_best_comes_first():
    found = detections_of(
        candidates(
            ([10, 10, 50, 50], {VehicleType.CAR: 0.5}),
            ([40, 10, 90, 50], {VehicleType.BUS: 0.75}),
        ),
        AS_IT_IS,
        0.5,
    )
    assert found.vehicle_types == (VehicleType.BUS, VehicleType.CAR)
    assert found.confidences.tolist() == [0.75, 0.5]


def test_of_equal_boxes_the_first_is_kept():
    box = [10, 10, 50, 50]
    both = candidates((box, {VehicleType.CAR: 0.5}), (box, {VehicleType.TRUCK: 0.5}))
    assert detections_of(both, AS_IT_IS, 0.5).vehicle_types == (VehicleType.CAR,)


def test_a_box_in_the_padding_is_no_vehicle():
    letterbox = Letterbox.centred(Size(100, 50), SIZE)
    assert len(detections_of(candidates(([10, 80, 50, 99], {VehicleType.CAR: 0.9})), letterbox, 0.5)) == 0


def test_a_near_vehicle_has_more_evidence_for_its_type_than_a_distant_one():
    found = detections_of(
        candidates(
            ([0, 0, 10, 10], {VehicleType.CAR: 0.75, VehicleType.TRUCK: 0.5}),
            ([50, 50, 100, 100], {VehicleType.TRUCK: 0.5}),
        ),
        AS_IT_IS,
        0.5,
    )
    car, truck = TYPE_COLUMN[VehicleType.CAR], TYPE_COLUMN[VehicleType.TRUCK]
    np.testing.assert_allclose(found.scores[:, car], [0.0075, 0])
    np.testing.assert_allclose(found.scores[:, truck], [0, 0.125])
    assert np.count_nonzero(found.scores) == 2
