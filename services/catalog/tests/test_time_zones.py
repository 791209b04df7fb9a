from __future__ import annotations

import pytest

from onwatch_catalog.time_zones import is_time_zone


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Europe/Berlin", True),
        ("UTC", True),
        ("Europe", False),
        ("../etc/passwd", False),
        ("", False),
        ("CET+9", False),
    ],
)
def test_names_of_the_database_are_known(name: str, known: bool) -> None:
    assert is_time_zone(name) == known
