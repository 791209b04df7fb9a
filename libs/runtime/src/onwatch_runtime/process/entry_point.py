"""The body of a service's `__main__` module: arguments, settings, build, run."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from onwatch_runtime.bus import Bus, connect_bus
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import StartRefused
from onwatch_runtime.observe import configure_logs
from onwatch_runtime.process.lifecycle import run_process
from onwatch_runtime.process.service import Service
from onwatch_runtime.settings import ServiceSettings

log = logging.getLogger(__name__)

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

REFUSED = 3
"""Exit code of a service that does not start; a restart alone does not help."""


def main(
    name: str,
    settings_class: type[SettingsT],
    build: Callable[[SettingsT, Bus], Service],
    migrate: Callable[[SettingsT], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Run the service until it is signalled; with the argument `migrate`, migrate its database instead.

    Exit code 2 for invalid settings or arguments, 3 for a start that was refused (`StartRefused`), 1 for a stop that
    took longer than the grace period.
    """
    settings = _settings(name, settings_class)
    if migrate is not None and sys.argv[1:] == ["migrate"]:
        configure_logs(settings.log_level, settings.log_format, name)
        with _refusal_in_one_line(name):
            asyncio.run(migrate(settings))
        return
    _refuse_arguments(name, "" if migrate is None else " [migrate]")
    connect = partial(connect_bus, tls=settings.tls)
    with _refusal_in_one_line(name):
        in_time = asyncio.run(run_process(name, settings, partial(build, settings), connect))
    raise SystemExit(0 if in_time else 1)


def main_without_bus(name: str, settings_class: type[SettingsT], build: Callable[[SettingsT], Service]) -> None:
    """`main` for a service without a message bus."""

    async def no_bus(url: str, clock: Clock) -> Bus:
        return MemoryBus(clock)

    settings = _settings(name, settings_class)
    _refuse_arguments(name, "")
    in_time = asyncio.run(run_process(name, settings, lambda _: build(settings), no_bus))
    raise SystemExit(0 if in_time else 1)


def _settings(name: str, settings_class: type[SettingsT]) -> SettingsT:
    try:
        return settings_class.load()
    except ValueError as error:  # an unknown name or an invalid value; the text names it
        print(f"onwatch {name}: {error}", file=sys.stderr)  # noqa: T201 logs are not configured yet
        raise SystemExit(2) from None


@contextmanager
def _refusal_in_one_line(name: str) -> Iterator[None]:
    try:
        yield
    except StartRefused as error:
        log.error("%s does not start: %s", name, error)  # noqa: TRY400 the stack says no more
        raise SystemExit(REFUSED) from None


def _refuse_arguments(name: str, known: str) -> None:
    if sys.argv[1:]:
        # Printed, because logs are not configured yet.
        print(f"usage: python -m onwatch_{name}{known}; got {' '.join(sys.argv[1:])!r}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
