"""A date and a time in the query of a request."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from onwatch_contracts.values import Timestamp


def _no_number(value: Any) -> Any:
    """Pydantic takes a number for seconds since 1970."""
    try:
        float(value)
    except (TypeError, ValueError):
        return value
    raise ValueError("expected a date and a time with a UTC offset, as in 2026-01-31T08:00:00Z")


Moment = Annotated[Timestamp, BeforeValidator(_no_number)]
