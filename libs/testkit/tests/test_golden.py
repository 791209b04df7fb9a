from pathlib import Path

import pytest

from onwatch_testkit.golden import Golden


@pytest.fixture(autouse=True)
def comparing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONWATCH_REGENERATE_GOLDEN", raising=False)


def test_what_agrees_with_its_file_passes_whatever_the_order_of_its_keys(tmp_path: Path):
    (tmp_path / "answer.json").write_text('{\n  "a": 1,\n  "b": 2\n}\n', encoding="utf-8")
    Golden(tmp_path).check_json("answer.json", {"b": 2, "a": 1})


def test_what_differs_fails_to_the_byte(tmp_path: Path):
    (tmp_path / "table.csv").write_bytes(b"a,b\r\n")
    Golden(tmp_path).check("table.csv", "a,b\r\n")
    with pytest.raises(AssertionError, match=r"table\.csv differs; if that is meant, regenerate it"):
        Golden(tmp_path).check("table.csv", "a,b\n")


def test_what_has_no_file_yet_fails(tmp_path: Path):
    with pytest.raises(AssertionError, match=r"new\.json is not there"):
        Golden(tmp_path).check_json("new.json", {})


def test_a_person_may_have_the_files_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ONWATCH_REGENERATE_GOLDEN", "1")
    Golden(tmp_path / "golden").check_json("answer.json", {"a": 1})
    monkeypatch.delenv("ONWATCH_REGENERATE_GOLDEN")
    Golden(tmp_path / "golden").check_json("answer.json", {"a": 1})


def test_a_test_gets_the_folder_beside_it(golden: Golden, request: pytest.FixtureRequest):
    with pytest.raises(AssertionError, match=str(request.path.parent / "golden")):
        golden.check("never.txt", "")
