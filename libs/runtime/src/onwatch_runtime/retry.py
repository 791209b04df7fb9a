"""What becomes of a message whose handler failed: one rule for every bus."""

from __future__ import annotations

from dataclasses import dataclass


class Reject(Exception):
    """Raised by a handler: this message can never be handled; dead-letter it with this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(Exception):
    """Something that the handler needs is away: no fault of the message, which waits as long as that takes."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a failed message is tried again."""

    max_attempts: int = 8
    first_delay_s: float = 0.2
    factor: float = 2.0
    max_delay_s: float = 15.0


@dataclass(frozen=True)
class TryAgain:
    delay_s: float


@dataclass(frozen=True)
class DeadLetter:
    reason: str


NextStep = TryAgain | DeadLetter

DEFAULT_POLICY = RetryPolicy()
MOST_DOUBLINGS = 60  # the longest delay is reached long before, and a float ends some time after


def next_step(attempt: int, error: Exception, policy: RetryPolicy = DEFAULT_POLICY) -> NextStep:
    """Decide after the `attempt`-th failure (the first is 1)."""
    if isinstance(error, Reject):
        return DeadLetter(error.reason)
    if attempt >= policy.max_attempts and not isinstance(error, Unavailable):
        return DeadLetter(f"failed {attempt} times, last with {type(error).__name__}: {error}")
    doublings = min(attempt - 1, MOST_DOUBLINGS)
    return TryAgain(min(policy.first_delay_s * policy.factor**doublings, policy.max_delay_s))
