"""What becomes of a message whose handler failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_runtime.bus.retry import DEFAULT_POLICY, DeadLetter, Reject, RetryPolicy, TryAgain, Unavailable, next_step

POLICY = RetryPolicy(max_attempts=5, first_delay_s=0.5, factor=2.0, max_delay_s=3.0)
AWAY = RuntimeError("the store is away")

policies = st.builds(
    RetryPolicy,
    max_attempts=st.integers(1, 50),
    first_delay_s=st.floats(0.001, 10.0),
    factor=st.floats(1.0, 10.0),
    max_delay_s=st.floats(0.001, 60.0),
)


@pytest.mark.parametrize(
    ("attempt", "step"),
    [
        (1, TryAgain(0.5)),
        (2, TryAgain(1.0)),
        (3, TryAgain(2.0)),
        (4, TryAgain(3.0)),
        (5, DeadLetter("failed 5 times, last with RuntimeError: the store is away")),
        (6, DeadLetter("failed 6 times, last with RuntimeError: the store is away")),
    ],
)
def test_delays_double_up_to_the_longest_and_the_last_attempt_is_the_end(attempt: int, step: TryAgain | DeadLetter):
    assert next_step(attempt, AWAY, POLICY) == step


@pytest.mark.parametrize("attempt", [5, 6, 10_000])
def test_while_a_server_is_away_a_message_waits_however_long(attempt: int):
    assert next_step(attempt, Unavailable("the store is away"), POLICY) == TryAgain(3.0)


@pytest.mark.parametrize("attempt", [1, 5])
def test_a_rejected_message_is_never_tried_again(attempt: int):
    assert next_step(attempt, Reject("no such video"), POLICY) == DeadLetter("no such video")


def test_a_rejection_says_its_reason():
    assert str(Reject("no such video")) == "no such video"


@given(policies)
def test_delays_grow_and_are_bounded_and_end_with_a_dead_letter(policy: RetryPolicy):
    steps = [next_step(attempt, AWAY, policy) for attempt in range(1, policy.max_attempts + 1)]
    delays_s = [step.delay_s for step in steps[:-1] if isinstance(step, TryAgain)]
    assert len(delays_s) == policy.max_attempts - 1
    assert isinstance(steps[-1], DeadLetter)
    assert delays_s == sorted(delays_s)
    assert all(0 < delay_s <= policy.max_delay_s for delay_s in delays_s)


@given(policies, st.integers(1, 100), st.text())
def test_a_rejection_is_dead_lettered_with_its_reason_whatever_the_policy(policy: RetryPolicy, attempt: int, why: str):
    assert next_step(attempt, Reject(why), policy) == DeadLetter(why)


def test_the_default_policy_is_patient_for_some_seconds_and_not_for_minutes():
    waits = (next_step(attempt, AWAY) for attempt in range(1, DEFAULT_POLICY.max_attempts))
    assert 10 < sum(wait.delay_s for wait in waits if isinstance(wait, TryAgain)) < 60
