"""What becomes of a message whose handler failed: one rule for every bus."""

from __future__ import annotations

from dataclasses import dataclass


class Reject(Exception):
    """Raised by a handler: this message can never be handled; dead-letter it with this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(Exception):
    """Base of errors that say: a server is away. Nothing is wrong with the message that was being handled."""


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


def next_step(attempt: int, error: Exception, policy: RetryPolicy = DEFAULT_POLICY) -> NextStep:
    """Decide after the `attempt`-th failure (the first is 1).

    While a server is away the message waits, however long that takes: dead-lettered, it would be lost with a server
    that comes back a minute later.
    """
    if isinstance(error, Reject):
        return DeadLetter(error.reason)
    if attempt >= policy.max_attempts and not isinstance(error, Unavailable):
        return DeadLetter(f"failed {attempt} times, last with {type(error).__name__}: {error}")
    return TryAgain(_delay_s(attempt, policy))


def _delay_s(attempt: int, policy: RetryPolicy) -> float:
    """Growing until the longest; the exponent is bounded, so that no power is too large for a number."""
    growing = min(attempt, policy.max_attempts) - 1
    return min(policy.first_delay_s * policy.factor**growing, policy.max_delay_s)
