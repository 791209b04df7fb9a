import pytest
from pydantic import TypeAdapter, ValidationError

from onwatch_runtime.http.moments import Moment

MOMENT = TypeAdapter(Moment)


def test_a_moment_has_a_date_a_time_and_a_utc_offset():
    assert MOMENT.validate_python("2026-01-31T08:00:00Z").isoformat() == "2026-01-31T08:00:00+00:00"


@pytest.mark.parametrize("text", ["0.5", "1769846400", "2026-01-31T08:00:00", "today"])
def test_a_number_is_no_moment_and_neither_is_a_time_without_an_offset(text: str):
    with pytest.raises(ValidationError):
        MOMENT.validate_python(text)
