"""Which alert fires when a process or a server is away: a Prometheus reads real services, and judges the real rules.

The rules' `for` is shortened to a second; what they ask is as deployed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fleet import Fleet, fleet_on

from onwatch_testkit.api_client import until
from onwatch_testkit.servers import (
    PostgresServer,
    PrometheusServer,
    RabbitServer,
    RedisServer,
    Server,
    chosen,
    require,
)

pytestmark = pytest.mark.connected

ALERTS = Path(__file__).parents[1] / "deploy" / "monitoring" / "alerts.yml"
PROCESSES = ("dashboard-1", "gateway-1", "detector-1", "aggregator-1", "catalog-1")
TOLD_BY = ("service", "instance", "check")
OUTAGES = frozenset({"OnwatchServiceDown", "OnwatchProcessDown", "OnwatchCheckFailed", "OnwatchBrokerAway"})


def rules() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(ALERTS.read_text())
    for rule in found["groups"][0]["rules"]:
        if "for" in rule:
            rule["for"] = "1s"
    return found


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RabbitServer]:
    """Of this module alone, like the two below: its outage must not be seen by others."""
    with chosen(RabbitServer).running() as server:
        yield server


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with chosen(RedisServer).running() as server:
        yield server


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with chosen(PostgresServer).running() as server:
        yield server


@pytest.fixture(scope="module")
def prometheus() -> Iterator[PrometheusServer]:
    require(PrometheusServer)
    with PrometheusServer.running() as server:
        yield server


@pytest.fixture(scope="module")
def fleet(
    rabbit: RabbitServer,
    redis: RedisServer,
    postgres: PostgresServer,
    prometheus: PrometheusServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("outages")
    with fleet_on(rabbit, redis, postgres, folder, "outages", folder / "media") as fleet:
        for name in PROCESSES:
            fleet.start(name)
        asyncio.run(watched(fleet, prometheus))
        yield fleet


async def watched(fleet: Fleet, prometheus: PrometheusServer) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
    prometheus.watch({name: f"127.0.0.1:{port}" for name, port in fleet.ops_ports.items()}, rules())
    await until_fires(prometheus, set())


def outages(prometheus: PrometheusServer) -> set[tuple[str, ...]]:
    """The alerts that fire because something is away, with the labels that say what."""
    return {
        (alert.name, *(alert.labels[name] for name in TOLD_BY if name in alert.labels))
        for alert in prometheus.firing()
        if alert.name in OUTAGES
    }


async def until_fires(prometheus: PrometheusServer, expected: set[tuple[str, ...]]) -> None:
    """These, while all processes that are expected to answer have been read."""

    async def fires() -> bool:
        down = sum(name == "OnwatchProcessDown" for name, *_ in expected)
        answering = await asyncio.to_thread(prometheus.query, "onwatch_build_info")
        return len(answering) == len(PROCESSES) - down and await asyncio.to_thread(outages, prometheus) == expected

    await until(fires, f"the alerts {expected}", lambda: f"there are {outages(prometheus)}")


async def until_starts_are_seen(prometheus: PrometheusServer, name: str, count: int) -> None:
    """At least so many starts after the first one."""
    expression = f'changes(process_start_time_seconds{{instance="{name}"}}[15m]) >= {count}'

    async def seen() -> bool:
        return bool(await asyncio.to_thread(prometheus.query, expression))

    await until(seen, f"{count} starts of {name} that Prometheus has read")


async def while_away(
    prometheus: PrometheusServer, end: Callable[[], None], start: Callable[[], None], expected: set[tuple[str, ...]]
) -> None:
    await asyncio.to_thread(end)
    try:
        await until_fires(prometheus, expected)
    finally:
        await asyncio.to_thread(start)
    await until_fires(prometheus, set())


@pytest.mark.parametrize(
    "name", [PROCESSES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in PROCESSES[1:])]
)
async def test_a_killed_process_is_named(fleet: Fleet, prometheus: PrometheusServer, name: str) -> None:
    service = name.partition("-")[0]
    expected: set[tuple[str, ...]] = {("OnwatchProcessDown", service, name)}
    if service != "detector":
        expected.add(("OnwatchServiceDown", service))
    await while_away(prometheus, lambda: fleet.kill(name), lambda: fleet.start(name), expected)


async def test_without_redis_the_aggregator_is_named(
    fleet: Fleet, prometheus: PrometheusServer, redis: RedisServer
) -> None:
    expected: set[tuple[str, ...]] = {("OnwatchCheckFailed", "aggregator-1", "redis")}
    await while_away(prometheus, redis.kill, redis.start, expected)


@pytest.mark.slow
async def test_without_a_database_those_who_need_it_are_named(
    fleet: Fleet, prometheus: PrometheusServer, postgres: PostgresServer
) -> None:
    expected: set[tuple[str, ...]] = {("OnwatchCheckFailed", name, "sql") for name in ("aggregator-1", "catalog-1")}
    await while_away(prometheus, postgres.kill, postgres.start, expected)


@pytest.mark.slow
@pytest.mark.parametrize("server", [RabbitServer.kill, RabbitServer.pause])
async def test_without_a_broker_those_who_need_it_are_named(
    fleet: Fleet, prometheus: PrometheusServer, rabbit: RabbitServer, server: Callable[[Server], None]
) -> None:
    expected: set[tuple[str, ...]] = {("OnwatchBrokerAway", name) for name in PROCESSES if name != "dashboard-1"}
    start = rabbit.start if server is RabbitServer.kill else rabbit.unpause
    await while_away(prometheus, lambda: server(rabbit), start, expected)


@pytest.mark.slow
async def test_a_service_that_starts_again_and_again_is_named(fleet: Fleet, prometheus: PrometheusServer) -> None:
    async def is_named() -> bool:
        firing = await asyncio.to_thread(prometheus.firing)
        return any(each.name == "OnwatchProcessRestarts" and each.labels["service"] == "gateway" for each in firing)

    for starts in range(1, 4):
        await asyncio.to_thread(fleet.kill, "gateway-1")
        await asyncio.to_thread(fleet.start, "gateway-1")
        await until_starts_are_seen(prometheus, "gateway-1", starts)
    await until(is_named, "the alert OnwatchProcessRestarts")
