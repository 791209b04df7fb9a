from __future__ import annotations

import pytest

from onwatch_counting.tables import DEFAULT_SCHEME, InvalidTypeScheme, TypeScheme, heavy_share


def test_a_type_is_counted_in_its_group() -> None:
    assert DEFAULT_SCHEME.group_of("bus") == "heavy"


def test_a_class_of_a_custom_model_is_its_own_group() -> None:
    assert DEFAULT_SCHEME.group_of("tram") == "tram"
    assert not DEFAULT_SCHEME.is_heavy("tram")


def test_types_are_ordered_by_group_then_model_then_name() -> None:
    scheme = TypeScheme("two", {"big": ("tram", "bus"), "small": ("car",)})

    found = scheme.ordered_types(["zebra", "bicycle", "car", "ant", "bus", "tram", "truck", "car"])

    assert found == ("tram", "bus", "car", "truck", "bicycle", "ant", "zebra")
    assert scheme.ordered_groups(["zebra", "car", "bus", "tram"]) == ("big", "small", "zebra")


def test_heavy_vehicles_are_compared_with_those_of_known_type() -> None:
    assert heavy_share(DEFAULT_SCHEME, {"car": 6, "truck": 1, "bus": 1, "vehicle": 100}) == 0.25
    assert heavy_share(DEFAULT_SCHEME, {"vehicle": 3}) is None
    assert heavy_share(DEFAULT_SCHEME, {}) is None


def test_a_scheme_is_read_from_the_fields_of_a_file() -> None:
    fields = {"name": "national", "groups": {"Pkw": ["car"], "Lkw": ["truck"]}, "heavy": ["Lkw"]}

    assert TypeScheme.from_fields(fields) == TypeScheme("national", {"Pkw": ("car",), "Lkw": ("truck",)}, ("Lkw",))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"groups": {}}, "name: expected a text"),
        ({"name": "x"}, "groups: expected a table"),
        ({"name": "x", "groups": {"a": "car"}}, "groups: expected a table"),
        ({"name": "x", "groups": {"a": ["car"], "b": ["car"]}}, "type 'car' is in the groups 'a' and 'b'"),
        ({"name": "x", "groups": {"a": ["car"]}, "heavy": ["b"]}, "heavy names the group 'b'; there are a"),
        ({"name": "x", "groups": {}, "heavy": "b"}, "heavy: expected a list"),
        ({"name": "x", "groups": {}, "weight": 1}, "unknown key 'weight'"),
    ],
)
def test_a_scheme_with_an_error_is_refused(fields: dict[str, object], text: str) -> None:
    with pytest.raises(InvalidTypeScheme, match=text):
        TypeScheme.from_fields(fields)
