from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_aggregator.reports.scheme_file import load_type_scheme
from onwatch_counting.tables import DEFAULT_SCHEME, InvalidTypeScheme, TypeScheme

NATIONAL = TypeScheme("National", {"Pkw": ("car",), "Lkw": ("truck", "bus")}, ("Lkw",))


def test_without_a_file_there_is_a_default() -> None:
    assert load_type_scheme(None) == DEFAULT_SCHEME


def test_a_toml_file(tmp_path: Path) -> None:
    file = tmp_path / "types.toml"
    file.write_text('name = "National"\nheavy = ["Lkw"]\n[groups]\nPkw = ["car"]\nLkw = ["truck", "bus"]\n')

    assert load_type_scheme(file) == NATIONAL


def test_a_json_file(tmp_path: Path) -> None:
    file = tmp_path / "types.json"
    file.write_text('{"name": "National", "heavy": ["Lkw"], "groups": {"Pkw": ["car"], "Lkw": ["truck", "bus"]}}')

    assert load_type_scheme(file) == NATIONAL


@pytest.mark.parametrize("content", ["name = 1", "= nonsense", "[groups]\na = 'car'"])
def test_a_file_with_an_error_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "types.toml"
    file.write_text(content)

    with pytest.raises(InvalidTypeScheme, match=r"types\.toml cannot be used: "):
        load_type_scheme(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidTypeScheme, match=r"none\.toml cannot be used: "):
        load_type_scheme(tmp_path / "none.toml")


def test_a_json_file_is_an_object(tmp_path: Path) -> None:
    file = tmp_path / "types.json"
    file.write_text("[]")

    with pytest.raises(InvalidTypeScheme, match="expected a table"):
        load_type_scheme(file)
