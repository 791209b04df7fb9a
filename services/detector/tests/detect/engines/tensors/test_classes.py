import pytest

from onwatch_contracts.values import VehicleType
from onwatch_detector.detect.engines.tensors.classes import COCO_VEHICLES, VehicleClasses, parse_names


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
