from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from onwatch_sql.columns import Id, UtcDateTime
from onwatch_sql.dump.copy_text import Kind, kind_of, line_of, values_of


@pytest.mark.parametrize(
    ("column_type", "kind"),
    [
        (Id, Kind.TEXT),
        (sa.JSON(), Kind.TEXT),
        (sa.BigInteger(), Kind.INTEGER),
        (sa.Double(), Kind.FLOAT),
        (sa.Boolean(), Kind.BOOLEAN),
        (sa.DateTime(timezone=True), Kind.TIME),
        (sa.LargeBinary(), Kind.BYTES),
    ],
)
def test_the_kind_follows_the_type_of_the_column(column_type: Any, kind: Kind) -> None:
    assert kind_of(column_type) is kind


def test_our_own_type_of_times_is_stored_as_one() -> None:
    assert kind_of(UtcDateTime().impl_instance) is Kind.TIME


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, Kind.TEXT, r"\N"),
        ("\\N", Kind.TEXT, r"\\N"),
        ("a\tb\nc\\d\re", Kind.TEXT, r"a\tb\nc\\d\re"),
        (b"\x00\xff", Kind.BYTES, r"\\x00ff"),
        (1, Kind.BOOLEAN, "t"),
        (0, Kind.BOOLEAN, "f"),
        (0.1, Kind.FLOAT, "0.1"),
        (3, Kind.FLOAT, "3.0"),
        (1 << 60, Kind.INTEGER, "1152921504606846976"),
        ("2026-01-02 03:04:05.000006", Kind.TIME, "2026-01-02 03:04:05.000006+00"),
    ],
)
def test_a_value_is_written_as_postgresql_would_and_read_again(value: Any, kind: Kind, text: str) -> None:
    assert line_of([value], [kind]) == f"{text}\n"
    assert values_of(text, [kind]) == (value,)


def test_times_of_postgresql_have_as_many_digits_as_they_need() -> None:
    assert values_of("2026-01-02 03:04:05+00\t2026-01-02 03:04:05.12+00", [Kind.TIME] * 2) == (
        "2026-01-02 03:04:05.000000",
        "2026-01-02 03:04:05.120000",
    )


def test_a_line_with_too_few_values_is_refused() -> None:
    with pytest.raises(ValueError, match="is longer than argument 1"):
        values_of("a", [Kind.TEXT] * 2)


@given(st.lists(st.text() | st.none(), min_size=1, max_size=4))
def test_any_text_comes_back(values: list[str | None]) -> None:
    line = line_of(values, [Kind.TEXT] * len(values))
    assert line.count("\n") == 1
    assert values_of(line.removesuffix("\n"), [Kind.TEXT] * len(values)) == tuple(values)


@given(st.floats(allow_nan=False), st.binary(max_size=20))
def test_any_number_and_bytes_come_back(number: float, content: bytes) -> None:
    kinds = [Kind.FLOAT, Kind.BYTES]
    assert values_of(line_of([number, content], kinds).removesuffix("\n"), kinds) == (number, content)
