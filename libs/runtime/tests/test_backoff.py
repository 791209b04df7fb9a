from hypothesis import given
from hypothesis import strategies as st

from onwatch_runtime.backoff import Backoff

backoffs = st.builds(
    Backoff, first_delay_s=st.floats(0.001, 10.0), max_delay_s=st.floats(0.001, 60.0), factor=st.floats(1.0, 10.0)
)


def test_delays_double_up_to_the_maximum():
    backoff = Backoff(first_delay_s=0.5, max_delay_s=3.0)
    assert [backoff.delay_s(attempt) for attempt in range(1, 6)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_the_factor_can_be_chosen():
    assert Backoff(first_delay_s=0.1, max_delay_s=100.0, factor=10.0).delay_s(3) == 10.0


def test_any_number_of_attempts_has_a_delay():
    assert Backoff(first_delay_s=0.5, max_delay_s=3.0).delay_s(1_000_000) == 3.0


@given(backoffs, st.integers(2, 2000))
def test_delays_never_shrink_and_never_exceed_the_maximum(backoff: Backoff, attempt: int):
    assert 0 < backoff.delay_s(attempt - 1) <= backoff.delay_s(attempt) <= backoff.max_delay_s
