import numpy as np
import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines.tensors.classes import VehicleClasses
from onwatch_detector.detect.engines.tensors.letterbox import Letterbox, Size
from onwatch_detector.detect.engines.tensors.outputs import Layout, class_count, decode, layout_of
from onwatch_detector.detect.engines.tensors.suppression import detections_of
from onwatch_detector.detections import TYPES

CLASSES = VehicleClasses.among({0: "person", 1: "car", 2: "truck", 3: "van"})
SIZE = Size(64, 32)  # 8 x 4, 4 x 2 and 2 x 1 cells


def scored(*found):
    """Rows of scores by type."""
    return [[dict(each).get(kind, 0) for kind in TYPES] for each in found]


def raw(*columns):
    return np.float32(columns).T[None]


def yolox(cells):
    output = np.zeros((1, 42, 9), np.float32)
    for cell, values in cells.items():
        output[0, cell, : len(values)] = values
    return output


@pytest.mark.parametrize(
    ("shape", "size", "layout"),
    [
        ((1, 84, 8400), Size(640, 640), Layout.RAW),
        ((1, 84, 2100), Size(320, 320), Layout.RAW),
        ((1, 8, 5040), Size(640, 384), Layout.RAW),
        ((1, 6, 8400), Size(640, 640), Layout.RAW),
        ((1, 300, 6), Size(640, 640), Layout.END_TO_END),
        ((1, 3549, 85), Size(416, 416), Layout.YOLOX),
        ((1, 3549, 6), Size(416, 416), Layout.YOLOX),
        ((1, 8400, 9), Size(640, 640), Layout.YOLOX),
        ((1, 8500, 85), Size(640, 640), Layout.YOLOX),
        ((1, 25200, 85), Size(640, 640), None),  # YOLOv5
        ((1, 1000), Size(224, 224), None),
        ((2, 84, 8400), Size(640, 640), None),
        ((1, 4, 8400), Size(640, 640), None),
        ((), Size(640, 640), None),
    ],
)
def test_the_layout_is_recognised_by_the_shape(shape, size, layout):
    assert layout_of(shape, size) is layout


def test_the_number_of_classes_follows_from_the_shape_unless_boxes_carry_their_class():
    assert class_count(Layout.RAW, (1, 84, 8400)) == 80
    assert class_count(Layout.YOLOX, (1, 3549, 85)) == 80
    assert class_count(Layout.QUERIES, (1, 300, 91)) == 91
    assert class_count(Layout.END_TO_END, (1, 300, 6)) is None


def test_raw_boxes_are_centre_and_size():
    found = decode(Layout.RAW, [raw([30, 20, 10, 8, 0, 0.75, 0.5, 0])], SIZE, CLASSES, 0.25)
    assert found.boxes.tolist() == [[25, 16, 35, 24]]
    assert found.scores.tolist() == scored({VehicleType.CAR: 0.75, VehicleType.TRUCK: 0.5})


def test_two_classes_of_one_type_score_as_the_better():
    found = decode(Layout.RAW, [raw([30, 20, 10, 8, 0, 0.5, 0, 0.75])], SIZE, CLASSES, 0.25)
    assert found.scores.tolist() == scored({VehicleType.CAR: 0.75})


def test_weak_boxes_and_boxes_of_another_class_are_dropped():
    weak, rider = [30, 20, 10, 8, 0, 0.125, 0, 0], [30, 20, 10, 8, 0.9, 0.5, 0, 0]
    found = decode(Layout.RAW, [raw(weak, rider)], SIZE, CLASSES, 0.25)
    assert found.boxes.shape == (0, 4)
    assert found.scores.shape == (0, len(TYPES))


@pytest.mark.parametrize(
    ("cell", "box"),
    [
        (10, [20, 8, 28, 16]),  # second row of 8, third column: (2 + 1, 1 + 0.5) x 8, one stride wide
        (39, [48, 16, 64, 32]),  # second row of 4, last column: (3 + 0.5, 1 + 0.5) x 16
        (41, [32, 0, 64, 32]),  # the second of the two of stride 32
    ],
)
def test_yolox_boxes_are_relative_to_their_cell(cell, box):
    shift = [1, 0.5] if cell == 10 else [0.5, 0.5]
    output = yolox({cell: [*shift, 0, 0, 0.5, 0, 0.5, 1, 0]})
    found = decode(Layout.YOLOX, [output], SIZE, CLASSES, 0.25)
    assert found.boxes.tolist() == [box]
    assert found.scores.tolist() == scored({VehicleType.CAR: 0.25, VehicleType.TRUCK: 0.5})


def test_yolox_sizes_are_exponents_of_the_stride():
    output = yolox({0: [2, 2, np.log(2), np.log(3), 1, 0, 1, 0, 0]})
    found = decode(Layout.YOLOX, [output], SIZE, CLASSES, 0.25)
    np.testing.assert_allclose(found.boxes, [[8, 4, 24, 28]], rtol=1e-6)


def test_the_confidence_of_yolox_is_objectness_times_class_score():
    output = yolox({0: [0, 0, 0, 0, 0.5, 0, 0.375, 0, 0]})
    assert len(decode(Layout.YOLOX, [output], SIZE, CLASSES, 0.25).boxes) == 0
    assert len(decode(Layout.YOLOX, [output], SIZE, CLASSES, 0.125).boxes) == 1


def test_end_to_end_rows_are_corners_score_and_class():
    rows = [[1, 2, 30, 20, 0.75, 2], [1, 2, 30, 20, 0.9, 0], [1, 2, 30, 20, 0.125, 1], [0, 0, 0, 0, 0, 0]]
    found = decode(Layout.END_TO_END, [np.float32([rows])], SIZE, CLASSES, 0.25)
    assert found.boxes.tolist() == [[1, 2, 30, 20]]
    assert found.scores.tolist() == scored({VehicleType.TRUCK: 0.75})


@pytest.mark.parametrize("layout", list(Layout))
def test_a_class_of_a_custom_model_keeps_its_own_name(layout):
    classes = VehicleClasses.among({0: "person", 1: "tram"})
    outputs = {
        Layout.RAW: [raw([30, 20, 10, 8, 0, 0.75])],
        Layout.YOLOX: [yolox({0: [2, 2, 0, 0, 0.75, 0, 1]})[:, :, :7]],
        Layout.END_TO_END: [np.float32([[[25, 16, 35, 24, 0.75, 1]]])],
        Layout.QUERIES: [np.float32([[[0.5, 0.5, 0.2, 0.2]]]), np.float32([[[-9, np.log(3)]]])],
        Layout.RANKED: [np.int64([[1]]), np.float32([[[25, 16, 35, 24]]]), np.float32([[0.75]])],
    }[layout]
    found = decode(layout, outputs, SIZE, classes, 0.25)
    assert found.columns == (*TYPES, "tram")
    assert found.scores.tolist() == [[0, 0, 0, 0, 0, 0, pytest.approx(0.75)]]
    detections = detections_of(found, Letterbox.centred(SIZE, SIZE), 0.5)
    assert (detections.vehicle_types, detections.columns) == (("tram",), found.columns)


def queries(*rows):
    """Boxes and logits of queries: a box, then the score of each class."""
    scores = np.float32([scored for _, scored in rows])
    return [np.float32([[box for box, _ in rows]]), np.log(scores / (1 - scores))[None]]


def test_queries_have_boxes_in_fractions_and_classes_scored_each_by_itself():
    car, rider = [0.5, 0.5, 0.25, 0.5], [0.25, 0.25, 0.125, 0.25]
    found = decode(
        Layout.QUERIES, queries((car, [0.1, 0.75, 0.5, 0.1]), (rider, [0.9, 0.5, 0.1, 0.1])), SIZE, CLASSES, 0.25
    )
    assert found.boxes.tolist() == [[24, 8, 40, 24]]
    np.testing.assert_allclose(found.scores, scored({VehicleType.CAR: 0.75, VehicleType.TRUCK: 0.5}), atol=1e-6)


def test_logits_beyond_all_numbers_are_certain():
    found = decode(Layout.QUERIES, [np.float32([[[0.5] * 4]]), np.float32([[[-1e9, 1e9, 0, 0]]])], SIZE, CLASSES, 0.25)
    assert found.scores.max() == 1


def test_ranked_boxes_are_corners_and_carry_their_class():
    labels, scores = np.int64([[2, 0, 1, 1]]), np.float32([[0.75, 0.6, 0.5, 0.1]])
    boxes = np.float32([[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]])
    found = decode(Layout.RANKED, [labels, boxes, scores], SIZE, CLASSES, 0.25)
    assert found.boxes.tolist() == [[1, 2, 3, 4], [9, 10, 11, 12]]
    assert found.scores.tolist() == scored({VehicleType.TRUCK: 0.75}, {VehicleType.CAR: 0.5})


def test_outputs_of_another_layout_are_refused():
    with pytest.raises(ValueError, match="1 outputs do not have the layout queries"):
        decode(Layout.QUERIES, [np.zeros((1, 3, 4), np.float32)], SIZE, CLASSES, 0.25)
