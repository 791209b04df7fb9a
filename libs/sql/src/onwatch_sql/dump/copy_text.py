"""Rows as text, in the form of PostgreSQL's COPY: both databases write the same text, and read what the other wrote.

A row is a line, its values are separated by tabs, and `\\N` is NULL. Times are in UTC, bytes in hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa

NULL = r"\N"
ESCAPES = {"\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
ESCAPED = {escape: char for char, escape in ESCAPES.items()}
SPECIAL = str.maketrans(ESCAPES)
ESCAPE = re.compile(r"\\[\\bfnrtv]")
SQLITE_TIME = "%Y-%m-%d %H:%M:%S.%f"  # as SQLAlchemy writes it


class Kind(Enum):
    """How a column's values are written."""

    TEXT = auto()
    INTEGER = auto()
    FLOAT = auto()
    BOOLEAN = auto()
    TIME = auto()
    BYTES = auto()


def kind_of(column_type: sa.types.TypeEngine[Any]) -> Kind:
    """JSON is text here: parsed and written again, it might differ."""
    match column_type:
        case sa.Boolean():
            return Kind.BOOLEAN
        case sa.Integer():
            return Kind.INTEGER
        case sa.Numeric() | sa.Float():
            return Kind.FLOAT
        case sa.DateTime():
            return Kind.TIME
        case sa.LargeBinary():
            return Kind.BYTES
        case _:
            return Kind.TEXT


def line_of(values: Sequence[Any], kinds: Sequence[Kind]) -> str:
    """A row of SQLite, whose values are as the driver reads them."""
    return "\t".join(map(_field, values, kinds)) + "\n"


def _field(value: Any, kind: Kind) -> str:
    if value is None:
        return NULL
    match kind:
        case Kind.BOOLEAN:
            return "t" if value else "f"
        case Kind.FLOAT:
            return repr(float(value))
        case Kind.TIME:
            return f"{value}+00"
        case Kind.BYTES:
            return rf"\\x{bytes(value).hex()}"
        case _:
            return str(value).translate(SPECIAL)


def values_of(line: str, kinds: Sequence[Kind]) -> tuple[Any, ...]:
    """The row for SQLite. `ValueError` for text that is none."""
    return tuple(_value(field, kind) for field, kind in zip(line.split("\t"), kinds, strict=True))


def _value(field: str, kind: Kind) -> Any:
    if field == NULL:
        return None
    text = ESCAPE.sub(lambda found: ESCAPED[found[0]], field) if "\\" in field else field
    match kind:
        case Kind.BOOLEAN:
            return int(text == "t")
        case Kind.INTEGER:
            return int(text)
        case Kind.FLOAT:
            return float(text)
        case Kind.TIME:
            return datetime.fromisoformat(text).astimezone(UTC).strftime(SQLITE_TIME)
        case Kind.BYTES:
            return bytes.fromhex(text.removeprefix(r"\x"))
        case _:
            return text
