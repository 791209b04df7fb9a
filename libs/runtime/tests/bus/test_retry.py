import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_runtime.backoff import Backoff
from onwatch_runtime.bus.retry import DEFAULT_POLICY, DeadLetter, Reject, RetryPolicy, TryAgain, next_step
from onwatch_runtime.errors import Unavailable

POLICY = RetryPolicy(max_attempts=5, backoff=Backoff(first_delay_s=0.5, max_delay_s=3.0))
ERROR = RuntimeError("no such column")

policies = st.builds(
    RetryPolicy,
    max_attempts=st.integers(1, 50),
    backoff=st.builds(
        Backoff, first_delay_s=st.floats(0.001, 10.0), max_delay_s=st.floats(0.001, 60.0), factor=st.floats(1.0, 10.0)
    ),
)


@pytest.mark.parametrize(
    ("attempt", "step"),
    [
        (1, TryAgain(0.5)),
        (2, TryAgain(1.0)),
        (3, TryAgain(2.0)),
        (4, TryAgain(3.0)),
        (5, DeadLetter("failed 5 times, last with RuntimeError: no such column")),
        (6, DeadLetter("failed 6 times, last with RuntimeError: no such column")),
    ],
)
def test_a_failed_message_is_tried_again_until_the_last_attempt(attempt: int, step: TryAgain | DeadLetter):
    assert next_step(attempt, ERROR, POLICY) == step


@pytest.mark.parametrize("attempt", [5, 6, 10_000])
def test_a_message_waits_for_an_unavailable_server_without_limit(attempt: int):
    assert next_step(attempt, Unavailable("the store does not answer"), POLICY) == TryAgain(3.0)


@pytest.mark.parametrize("attempt", [1, 5])
def test_a_rejected_message_is_never_tried_again(attempt: int):
    assert next_step(attempt, Reject("no such video"), POLICY) == DeadLetter("no such video")


def test_a_rejection_has_its_reason_as_text():
    assert str(Reject("no such video")) == "no such video"


@given(policies)
def test_every_attempt_but_the_last_is_followed_by_another(policy: RetryPolicy):
    *steps, last = [next_step(attempt, ERROR, policy) for attempt in range(1, policy.max_attempts + 1)]
    assert all(isinstance(step, TryAgain) for step in steps)
    assert isinstance(last, DeadLetter)


@given(policies, st.integers(1, 100), st.text())
def test_a_rejection_is_dead_lettered_under_any_policy(policy: RetryPolicy, attempt: int, reason: str):
    assert next_step(attempt, Reject(reason), policy) == DeadLetter(reason)


def test_the_default_policy_retries_for_some_seconds_but_not_minutes():
    waits = (next_step(attempt, ERROR) for attempt in range(1, DEFAULT_POLICY.max_attempts))
    assert 10 < sum(wait.delay_s for wait in waits if isinstance(wait, TryAgain)) < 60
