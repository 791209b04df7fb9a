from __future__ import annotations

import re

import pytest

from onwatch_catalog.records.name_key import MAX_KEY_CHARS, name_key, search_pattern


def finds(word: str, name: str) -> bool:
    """What LIKE does in both databases."""
    escaped = re.sub(r"\\(.)|(%)|(_)|(.)", _as_regex, search_pattern(word), flags=re.DOTALL)
    return re.fullmatch(escaped, name_key(name), re.DOTALL) is not None


def _as_regex(found: re.Match[str]) -> str:
    literal, several, one, other = found.groups()
    return ".*" if several else "." if one else re.escape(literal or other)


def test_names_are_ordered_as_people_do():
    names = ["elm court", "Elm Street 2", "Elm Street 10", "Elm Street 10 b", "Harbour", "Zürich", "zurich 2"]
    keys = [name_key(name) for name in names]

    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("word", "name", "is_found"),
    [
        ("STREET", "Elm Street 10", True),
        ("zurich", "Zürich", True),
        ("ZÜRICH", "zurich", True),
        ("cam1", "cam10", True),
        ("cam1", "cam51", False),
        ("cam1", "camx1", False),
        ("12", "street 2", False),
        ("12", "street 4125", True),
        ("2024-01-31", "gate 2024-01-31 23.59.59.mkv", True),
        ("100%", "100 per cent", False),
        ("100%", "at 100%", True),
        ("a_b", "axb", False),
        ("a_b", "a_b", True),
        ("a\\b", "a\\b", True),
        ("Straße", "STRASSE", True),
        ("\0", "anything", True),
    ],
)
def test_a_word_is_found_anywhere_in_a_name(word: str, name: str, is_found: bool):
    assert finds(word, name) is is_found


def test_a_key_fits_into_an_index():
    longest = max((name_key(char * 200) for char in ("\ufdfa", "a1", "9", "😀")), key=lambda key: len(key.encode()))

    assert len(longest) <= MAX_KEY_CHARS
    assert len(longest.encode()) < 2000
