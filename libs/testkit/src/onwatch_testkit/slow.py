"""Cases of a parametrised test, of which `make test` runs some and `make test-slow` the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some_of(cases: Iterable[Any], kept: int) -> list[Any]:
    """All cases; those but `kept`, which are spread evenly from the first to the last, are marked `slow`.

    A case may be a `pytest.param` with an id and marks of its own. `ValueError` for fewer than two kept.
    """
    if kept < 2:
        raise ValueError(f"the first and the last case are kept, not {kept}")
    every = list(cases)
    spread = {round(at * (len(every) - 1) / (kept - 1)) for at in range(kept)}
    return [case if at in spread else _slow(case) for at, case in enumerate(every)]


def _slow(case: Any) -> Any:
    if hasattr(case, "marks"):  # what `pytest.param` makes
        return pytest.param(*case.values, id=case.id, marks=[*case.marks, pytest.mark.slow])
    return pytest.param(case, marks=pytest.mark.slow)
