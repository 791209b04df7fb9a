"""Errors that every service knows: a server cannot be reached, and a service cannot start."""

from __future__ import annotations


class Unavailable(Exception):
    """A server cannot be reached or does not answer in time. Trying again later is safe and may succeed.

    Subclasses: `BusUnavailable` (`onwatch_runtime.bus`), `StoreUnavailable` (`onwatch_sql`), `ServiceUnavailable`.
    """


class StartRefused(Exception):
    """The service cannot start before a person has changed something; the text says what was found and what to do.

    Subclasses: `PartitionsDiffer` (`onwatch_runtime.bus`), `DatabaseTooNew` and `MigrationRefused` (`onwatch_sql`).
    """


class ServiceUnavailable(Unavailable):
    """Another Onwatch service cannot be reached or did not answer in time."""
