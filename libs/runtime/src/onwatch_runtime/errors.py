"""The base of every error that means: a server cannot be reached."""

from __future__ import annotations


class Unavailable(Exception):
    """A server cannot be reached or does not answer in time. Trying again later is safe and may succeed.

    Subclasses: `BusUnavailable` (`onwatch_runtime.bus`), `StoreUnavailable` (`onwatch_sql`), `ServiceUnavailable`.
    """


class ServiceUnavailable(Unavailable):
    """Another Onwatch service cannot be reached or did not answer in time."""
