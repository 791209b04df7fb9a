"""Asks real servers: processes that are ready, miss something, are slow, or are not there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry, Gauge
from starlette.types import ASGIApp

from onwatch_contracts.status import ProcessStatus
from onwatch_gateway.status.asking import KEPT_S, SystemAsking
from onwatch_runtime.http import http_server, ops_app, serving
from onwatch_testkit.clock import FakeClock

TIMEOUT_S = 60.0


class Broker:
    """A dependency that may be away; counts how often it was checked."""

    def __init__(self) -> None:
        self.is_away = False
        self.checked_count = 0

    async def check(self) -> None:
        self.checked_count += 1
        if self.is_away:
            raise ConnectionError("refused")


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        async with serving(http_server(app, host, port), server):
            yield f"http://{host}:{port}"


def registry_of(service: str, **values: float) -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("onwatch_build_info", "Build", ["service", "version"], registry=registry).labels(service, "0.1.0").set(1)
    for name, value in values.items():
        Gauge(name, name, registry=registry).set(value)
    return registry


def nobody() -> ASGIApp:
    return ops_app("nobody", {}, CollectorRegistry())


def by_url(processes: tuple[ProcessStatus, ...]) -> dict[str | None, ProcessStatus]:
    return {process.url: process for process in processes}


async def test_each_process_is_asked_and_what_is_wrong_is_named(clock: FakeClock) -> None:
    broker = Broker()
    broker.is_away = True
    catalog = ops_app("catalog", {}, registry_of("catalog", onwatch_catalog_videos_demanded=3))
    detector = ops_app("detector", {"bus": broker.check}, registry_of("detector", onwatch_detector_slots=2))
    with socket.create_server(("127.0.0.1", 0)) as free:
        gone = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with listening(catalog) as one, listening(detector) as other:
        found = await SystemAsking((one, other, gone), nobody(), clock, TIMEOUT_S).status()
    processes = by_url(found.processes)
    assert (processes[one].service, processes[one].ready, processes[one].version) == ("catalog", True, "0.1.0")
    assert processes[other].checks == {"bus": "failed"}
    assert str(processes[gone].failure).startswith("not reached")
    assert [problem.code for problem in found.problems] == ["check_failed", "process_not_reached", "too_few_slots"]
    assert (found.videos_demanded, found.slots, found.viewers) == (3, 2, None)
    assert found.services_missing == ("aggregator", "dashboard", "gateway")
    assert found.asked_at == clock.now()


async def test_a_slow_process_takes_no_longer_than_its_time_and_hides_no_other(clock: FakeClock) -> None:
    async with listening(ops_app("catalog", {}, registry_of("catalog"))) as url:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts connections, and never answers
            slow = f"http://127.0.0.1:{silent.getsockname()[1]}"
            found = await SystemAsking((slow,), nobody(), clock, 0.1).status()
            other = await SystemAsking((url,), nobody(), clock, TIMEOUT_S).status()
    assert found.processes[0].failure == "no answer within 0.1 s"
    assert other.ok


async def test_without_addresses_this_process_is_asked(clock: FakeClock) -> None:
    own = ops_app("gateway", {}, registry_of("all-in-one", onwatch_gateway_viewers=4))
    found = await SystemAsking((), own, clock, TIMEOUT_S).status()
    assert [(process.url, process.service) for process in found.processes] == [(None, "all-in-one")]
    assert (found.ok, found.viewers, found.services_missing) == (True, 4, ())


async def test_many_who_request_it_within_a_moment_share_one_question(clock: FakeClock) -> None:
    broker = Broker()
    asking = SystemAsking((), ops_app("gateway", {"bus": broker.check}, registry_of("gateway")), clock, TIMEOUT_S)
    answers = await asyncio.gather(*(asking.status() for _ in range(20)))
    # Once for `/readyz`, and once for `/metrics`.
    assert (len(set(map(id, answers))), broker.checked_count) == (1, 2)
    broker.is_away = True
    assert (await asking.status()).ok, "kept for a moment"
    await clock.advance(KEPT_S)
    (problem,) = (await asking.status()).problems
    assert (problem.code, broker.checked_count) == ("check_failed", 4)
    broker.is_away = False
    await clock.advance(KEPT_S)
    assert (await asking.status()).ok
