from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_runtime.observe.findings import CouldNotLook, Finding, age, expect_file, found_twice


def test_only_what_a_second_look_confirms_is_told_as_it_was_seen_last() -> None:
    first = [Finding("files", "stray", "a", "old"), Finding("files", "stray", "b", "old")]
    second = [Finding("files", "stray", "b", "new"), Finding("files", "stray", "c", "new")]

    assert found_twice(first, second) == (Finding("files", "stray", "b", "new"),)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (400_000, "5 days")]
)
def test_ages_are_for_people(seconds: float, said: str) -> None:
    assert age(seconds) == said


def test_what_could_not_be_looked_at_is_said_in_one_line() -> None:
    assert str(CouldNotLook("Redis", ValueError("away\nand more"))) == "Redis: away"
    assert str(CouldNotLook("Redis", ValueError())) == "Redis: ValueError"


def test_looking_for_a_database_makes_none(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    with pytest.raises(CouldNotLook, match=r"catalog\.db is not there"):
        expect_file("the database", f"sqlite+aiosqlite:///{file}")
    assert not file.exists()
    file.touch()
    expect_file("the database", f"sqlite+aiosqlite:///{file}")
    expect_file("the database", "postgresql+psycopg://host/db")
