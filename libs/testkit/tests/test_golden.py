from pathlib import Path

import pytest

from onwatch_testkit.golden import Golden


@pytest.fixture(autouse=True)
def comparing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONWATCH_REGENERATE_GOLDEN", raising=False)


def test_equal_output_passes_whatever_the_order_of_its_keys(tmp_path: Path):
    (tmp_path / "answer.json").write_text('{\n  "a": 1,\n  "b": 2\n}\n', encoding="utf-8")
    Golden(tmp_path).check_json("answer.json", {"b": 2, "a": 1})


def test_a_difference_of_one_byte_fails(tmp_path: Path):
    (tmp_path / "table.csv").write_bytes(b"a,b\r\n")
    Golden(tmp_path).check("table.csv", "a,b\r\n")
    with pytest.raises(AssertionError, match=r"table\.csv differs; if that is intended, regenerate it"):
        Golden(tmp_path).check("table.csv", "a,b\n")


def test_output_without_a_file_fails(tmp_path: Path):
    with pytest.raises(AssertionError, match=r"new\.json does not exist"):
        Golden(tmp_path).check_json("new.json", {})


def test_an_environment_variable_rewrites_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ONWATCH_REGENERATE_GOLDEN", "1")
    Golden(tmp_path / "golden").check_json("answer.json", {"a": 1})
    monkeypatch.delenv("ONWATCH_REGENERATE_GOLDEN")
    Golden(tmp_path / "golden").check_json("answer.json", {"a": 1})


def test_the_fixture_uses_the_folder_beside_the_test(golden: Golden, request: pytest.FixtureRequest):
    with pytest.raises(AssertionError, match=str(request.path.parent / "golden")):
        golden.check("never.txt", "")
