"""Predictable ids."""

from __future__ import annotations

import itertools

from onwatch_runtime.ids import NewId


def counting_ids(prefix: str = "id") -> NewId:
    """`id-1`, `id-2`, ..."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"
