"""`onwatch up`: everything in one process, behind one address."""

from __future__ import annotations

import asyncio
import logging
import socket

from rich.console import Console

from onwatch.all_in_one import build, client_of
from onwatch.configuration import Configuration
from onwatch.model import prepare_model
from onwatch.sample import add_sample
from onwatch_catalog.login_link import new_login_path
from onwatch_gateway.service import warn_if_open
from onwatch_runtime.http import RequestTimeouts, http_server, serving
from onwatch_runtime.process import serve_until_signalled

log = logging.getLogger(__name__)

PORTS_TRIED = 20  # counted from the configured one


def free_socket(host: str, wanted_port: int) -> socket.socket:
    """A listening socket on the wanted port, or on the next free one. Raises `OSError` when there is none."""
    last = OSError(f"no free port from {wanted_port} to {wanted_port + PORTS_TRIED - 1} on {host}")
    for port in range(wanted_port, wanted_port + PORTS_TRIED) if wanted_port else (0,):
        try:
            return socket.create_server((host, port))
        except OSError as error:
            last = error
    raise last


async def up(configuration: Configuration, console: Console) -> None:
    """Serve until SIGINT or SIGTERM."""
    log.info("one-process mode, settings from %s (copy it to change them: onwatch up --settings)", configuration.file)
    data_dir = configuration.catalog.data_dir
    is_first_start = not (data_dir / "catalog.db").exists()
    data_dir.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(prepare_model, configuration.detector, console)
    warn_if_open(configuration.gateway)
    onwatch = build(configuration)
    settings = configuration.gateway
    with (
        free_socket(settings.host, settings.port) as listening,
        free_socket(settings.ops_host, settings.ops_port) as ops_listening,
    ):
        ops_server = http_server(onwatch.ops_app, settings.ops_host, settings.ops_port)
        async with onwatch.running(), serving(ops_server, ops_listening):
            if is_first_start:
                async with client_of(onwatch.catalog.app) as catalog:
                    await add_sample(catalog)
            log.info("health and metrics, for operators: http://%s:%d/readyz", *ops_listening.getsockname()[:2])
            await _print_address(listening, configuration, console)
            timeouts = RequestTimeouts(settings.request_head_timeout_s, settings.request_body_timeout_s)
            server = http_server(onwatch.app, settings.host, settings.port, timeouts=timeouts)
            await serve_until_signalled(server, listening)
            console.print("Stopping: committing results in flight ...")


async def _print_address(listening: socket.socket, configuration: Configuration, console: Console) -> None:
    host, port = listening.getsockname()[:2]
    wanted_port = configuration.gateway.port
    if wanted_port not in (0, port):
        console.print(f"[yellow]Port {wanted_port} is taken; using {port} instead.[/yellow]")
    console.print("Another port: ONWATCH_PORT=9000 make up, or onwatch up --port 9000", highlight=False)
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104 shown, not bound
    console.print(f"\n  Onwatch is ready: [bold]http://{shown}:{port}[/bold]   (Ctrl+C stops it)\n")
    if configuration.gateway.auth == "on":
        path = await new_login_path(configuration.catalog)
        console.print(
            f"  Log in with this link, once and within an hour: [bold]http://{shown}:{port}{path}[/bold]\n",
            highlight=False,
            soft_wrap=True,
        )
