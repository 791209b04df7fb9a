from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_runtime.observe.findings import ExaminationFailed, Finding, age_text, confirmed, expect_sqlite_file


def test_only_findings_of_both_examinations_are_confirmed() -> None:
    first = [Finding("files", "stray", "a", "old"), Finding("files", "stray", "b", "old")]
    second = [Finding("files", "stray", "b", "new"), Finding("files", "stray", "c", "new")]

    assert confirmed(first, second) == (Finding("files", "stray", "b", "new"),)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (400_000, "5 days")]
)
def test_an_age_is_rounded_for_people(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


def test_a_failed_examination_is_reported_in_one_line() -> None:
    assert str(ExaminationFailed("Redis", ValueError("away\nand more"))) == "Redis: away"
    assert str(ExaminationFailed("Redis", ValueError())) == "Redis: ValueError"


def test_expecting_a_database_file_does_not_create_it(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    with pytest.raises(ExaminationFailed, match=r"catalog\.db is not there"):
        expect_sqlite_file("the database", f"sqlite+aiosqlite:///{file}")
    assert not file.exists()
    file.touch()
    expect_sqlite_file("the database", f"sqlite+aiosqlite:///{file}")
    expect_sqlite_file("the database", "postgresql+psycopg://host/db")
