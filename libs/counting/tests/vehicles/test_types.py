"""The vote on the type of a vehicle."""

from __future__ import annotations

from onwatch_contracts.values import VehicleType
from onwatch_counting.vehicles import best_type, known_type


def test_the_type_with_the_most_evidence_wins() -> None:
    assert best_type({"car": 3, "truck": 5, "tram": 4}) == "truck"


def test_at_a_tie_the_type_listed_first_wins_and_known_ones_before_others() -> None:
    assert best_type({"tram": 5, "truck": 5, "car": 5}) == "car"
    assert best_type({"tram": 5, "minibus": 5}) == "minibus"


def test_a_class_of_a_custom_model_looks_like_any_vehicle() -> None:
    assert known_type("tram") is VehicleType.VEHICLE
    assert known_type("bus") is VehicleType.BUS
