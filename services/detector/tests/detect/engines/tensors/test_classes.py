import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines.tensors.classes import (
    COCO_VEHICLES,
    COCO_VEHICLES_BY_COUNT,
    VehicleClasses,
    parse_names,
)
from onwatch_detector.detections import TYPES


@pytest.mark.parametrize(
    "text", ["{0: 'car', 1: 'traffic light'}", "['car', 'traffic light']", '{"0": "car", "1": "traffic light"}']
)
def test_names_are_read_as_ultralytics_writes_them(text):
    assert parse_names(text) == {0: "car", 1: "traffic light"}


def test_names_are_read_as_openvino_writes_them():
    assert parse_names("car traffic_light bus") == {0: "car", 1: "traffic_light", 2: "bus"}


@pytest.mark.parametrize("text", ["{0: 'car'", "{os.system('x')}", "{1, 2}"])
def test_names_that_are_not_names_are_refused(text):
    with pytest.raises(ValueError, match="class names"):
        parse_names(text)


def test_coco_has_five_vehicle_classes():
    classes = VehicleClasses.among(COCO_VEHICLES)
    assert classes.indices == (1, 2, 3, 5, 7)
    assert set(classes.types) == set(VehicleType) - {VehicleType.VEHICLE}


def test_synonyms_of_vehicle_classes_are_recognised():
    classes = VehicleClasses.among({0: "Person", 1: "Motorbike", 2: " van ", 3: "lorry", 4: "vehicle"})
    assert classes.indices == (1, 2, 3, 4)
    assert classes.types == (VehicleType.MOTORCYCLE, VehicleType.CAR, VehicleType.TRUCK, VehicleType.VEHICLE)


def test_names_without_a_vehicle_give_no_classes():
    assert not VehicleClasses.among({0: "cat", 1: "dog"})


VISDRONE = ["pedestrian", "people", "bicycle", "car", "van", "truck", "tricycle", "awning-tricycle", "bus", "motor"]
KITTI = ["Car", "Van", "Truck", "Pedestrian", "Person_sitting", "Cyclist", "Tram", "Misc", "DontCare"]


def types_of(names, wanted=()):
    return VehicleClasses.among(dict(enumerate(names)), wanted).types


def test_a_model_for_traffic_counts_every_class_but_what_is_no_vehicle():
    assert types_of(VISDRONE) == (
        *("bicycle", "car", "car", "truck", "tricycle", "awning-tricycle", "bus", "motorcycle"),
    )
    assert types_of(KITTI) == ("car", "car", "truck", "Cyclist", "Tram")


@pytest.mark.parametrize("names", [["person", "train", "car", "chair"], ["Train", "Car", "Dining_Table"]])
def test_of_a_model_that_knows_everyday_things_only_known_vehicles_are_counted(names):
    assert types_of(names) == ("car",)


def test_scores_have_a_column_for_each_class_of_a_custom_model():
    classes = VehicleClasses.among({0: "tram", 1: "person", 2: "van", 3: "e-scooter", 4: "Tram", 5: "tram"})
    assert classes.types == ("tram", "car", "e-scooter", "Tram", "tram")
    assert classes.columns == (*TYPES, "tram", "e-scooter", "Tram")


def test_classes_that_are_asked_for_are_counted_and_no_others():
    names = {0: "person", 1: "car", 2: "dog", 3: "traffic_light", 4: "bus"}
    classes = VehicleClasses.among(names, ("Car", "person", "traffic light"))
    assert (classes.indices, classes.types) == ((0, 1, 3), ("person", "car", "traffic_light"))


def test_classes_that_are_asked_for_and_unknown_are_named():
    with pytest.raises(ValueError, match="no class of it is named lorries, tram"):
        VehicleClasses.among({0: "car"}, ("tram", "car", "Lorries"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [(" road\nsweeper\x00 ", "road sweeper"), ("x" * 70, "x" * 64), ("Müllwagen", "Müllwagen"), ("\t", "class 7")],
)
def test_the_name_of_a_class_is_one_that_results_can_have(name, shown):
    assert VehicleClasses.among({7: name}).types == (shown,)


def test_the_vehicles_of_coco_are_the_same_by_number_and_by_id():
    by_number, by_id = (VehicleClasses.among(COCO_VEHICLES_BY_COUNT[count]) for count in (80, 91))
    assert by_number.types == by_id.types
    assert (by_number.indices, by_id.indices) == ((1, 2, 3, 5, 7), (2, 3, 4, 6, 8))
