"""The form of a name that is sorted and searched."""

from __future__ import annotations

import re
import unicodedata

MAX_KEY_CHARS = 400
"""Four bytes each, with the rest of its row, fit into an entry of a PostgreSQL index: 2,704 bytes."""
LONGEST_NUMBER = 31
NUMBER = re.compile("[0-9]+")
NUMBER_AFTER_TEXT = re.compile("(?<=[^0-9])(?=[0-9])")
WILDCARD = re.compile(r"[\\%_]")
ESCAPE = "\\"


def name_key(name: str) -> str:
    """The name without accents and differences of case. Before each number stands a character for its length.

    Compared byte by byte, "Elm 2" comes before "Elm 10". Characters below a space stand for lengths: no name has them.
    """
    return NUMBER.sub(lambda found: chr(min(len(found[0]), LONGEST_NUMBER)) + found[0], _folded(name))[:MAX_KEY_CHARS]


def search_pattern(word: str) -> str:
    """The pattern of LIKE, with `ESCAPE`, of the keys of the names that contain the word."""
    escaped = WILDCARD.sub(lambda found: ESCAPE + found[0], _folded(word))
    return f"%{NUMBER_AFTER_TEXT.sub('_', escaped)}%"


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in decomposed if char.isprintable() and not unicodedata.combining(char))
