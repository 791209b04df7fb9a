"""The command `onwatch status`. Imports nothing that takes long: every start of the program loads it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onwatch.configuration import SETTINGS_FILE
from onwatch.dead_letters import all_that_wait
from onwatch.options import FAILED, DataDir, SettingsFile, configured, err, out

if TYPE_CHECKING:
    from onwatch_gateway.settings import GatewaySettings
    from onwatch_runtime.bus.rabbit.doctor import DeadLetter
    from onwatch_runtime.overview import DeadLetterCounts, System

HINT = (
    "Is `onwatch up` running? Of services, name the ports for operators: onwatch status gateway:9000 catalog:9001 ..."
)
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 compared, not bound

Addresses = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ADDRESS",
        envvar="ONWATCH_OPS_URLS",
        help="Ports for operators, one for each process: catalog:9001 gateway:9000 ... "
        "Default: that of `onwatch up` on this machine.",
        show_default=False,
    ),
]


def status(
    addresses: Addresses = None,
    timeout_s: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds to wait for each process.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    data_dir: DataDir = Path("data"),
    settings: SettingsFile = SETTINGS_FILE,
) -> None:
    """Show the whole system: services, demand, detectors, viewers, dead letters, disk, and what is wrong.

    Asks the port for operators of each process (health and metrics; no login), and the broker for its dead letters if
    the environment names it (ONWATCH_CATALOG_BUS_URL). Changes nothing. For several processes name each:
    `onwatch status gateway:9000 catalog:9001 aggregator:9002 dashboard:9003 detector:9004`.

    Exit code 0: nothing is wrong, 1: something is, or a process does not answer.
    """
    from onwatch.status.showing import as_json as shown_as_json
    from onwatch.status.showing import show
    from onwatch_runtime.overview import problems_of

    asked = addresses or [_address_of(configured(data_dir, settings).gateway)]
    found = _looked_at(asked, timeout_s)
    if as_json:
        typer.echo(shown_as_json(found))
    else:
        show(found, out)
    if not addresses and found.processes[0].failure is not None:
        err.print(HINT, highlight=False, markup=False, soft_wrap=True)
    if problems_of(found):
        raise typer.Exit(FAILED)


def _address_of(gateway: GatewaySettings) -> str:
    """Of the one-process mode, whose port for operators is the gateway's."""
    host = "127.0.0.1" if gateway.ops_host in ANY_ADDRESS else gateway.ops_host
    return f"http://{host}:{gateway.ops_port}"


def _looked_at(addresses: list[str], timeout_s: float) -> System:
    from onwatch_runtime.observe import ExaminationFailed
    from onwatch_runtime.overview import ask, system_of

    processes = asyncio.run(ask(addresses, timeout_s))
    try:
        letters = all_that_wait()
    except ExaminationFailed as error:
        return system_of(processes, broker_failure=str(error))
    return system_of(processes, dead_letters=None if letters is None else counted(letters, datetime.now(UTC)))


def counted(letters: Sequence[DeadLetter], now: datetime) -> DeadLetterCounts:
    from onwatch_runtime.overview import DeadLetterCounts

    ages_s = [(now - letter.dead_at).total_seconds() for letter in letters if letter.dead_at is not None]
    queues = dict(Counter(letter.queue for letter in letters).most_common())
    return DeadLetterCounts(len(letters), max(0.0, *ages_s) if ages_s else None, queues)
