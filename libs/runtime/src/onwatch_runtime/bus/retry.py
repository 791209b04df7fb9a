"""Decides what happens to a message whose handler failed: the same rule for every bus."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_runtime.backoff import Backoff
from onwatch_runtime.errors import Unavailable


class Reject(Exception):
    """Raised by a handler for a message that can never be handled: it is dead-lettered with this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


DEFAULT_BACKOFF = Backoff(first_delay_s=0.2, max_delay_s=15.0)


@dataclass(frozen=True)
class RetryPolicy:
    max_attempts: int = 8
    backoff: Backoff = DEFAULT_BACKOFF


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

    While a server is unavailable the message waits, however long that takes: dead-lettered, it would be lost with a
    server that comes back a minute later.
    """
    if isinstance(error, Reject):
        return DeadLetter(error.reason)
    if attempt >= policy.max_attempts and not isinstance(error, Unavailable):
        return DeadLetter(f"failed {attempt} times, last with {type(error).__name__}: {error}")
    return TryAgain(policy.backoff.delay_s(attempt))
