"""Refusals of requests before anything of them is looked at."""

from __future__ import annotations

from math import ceil

from onwatch_runtime.http import ProblemError


class HostRefused(ProblemError):
    """The Host header names a host that this gateway does not serve."""

    status = 421
    code = "host_refused"
    title = "Host refused"

    def __init__(self, host: str | None) -> None:
        super().__init__(
            f"This server does not answer for the host {(host or '')[:200]!r}; "
            "ONWATCH_GATEWAY_ALLOWED_HOSTS lists the names that it answers for."
        )


class TooManyRequests(ProblemError):
    """A client sends more requests than one may."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"

    def __init__(self, per_minute: int, wait_s: float) -> None:
        super().__init__(f"A client may send {per_minute} requests per minute; try again in {ceil(wait_s)} s.")
        self.headers = {"retry-after": str(ceil(wait_s))}


class TooManyOpen(ProblemError):
    """A client has more requests and channels open than one may."""

    status = 429
    code = "too_many_open"
    title = "Too many open connections"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A client may have {limit} requests and channels open at a time; close some first.")
        self.headers = {"retry-after": "1"}


DOOR_ERRORS = (HostRefused, TooManyRequests, TooManyOpen)
"""Of every request."""
