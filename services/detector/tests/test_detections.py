from onwatch_contracts.values import VehicleType
from onwatch_detector.detections import TYPES, Detections


def test_no_detections_have_the_shapes_of_some():
    nothing = Detections.none()
    assert len(nothing) == 0
    assert nothing.boxes.shape == (0, 4)
    assert nothing.confidences.shape == (0,)
    assert nothing.scores.shape == (0, len(TYPES))


def test_scores_have_a_column_for_each_vehicle_type():
    assert set(TYPES) == set(VehicleType)
