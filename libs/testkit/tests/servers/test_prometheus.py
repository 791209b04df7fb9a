from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from onwatch_testkit.api_client import until
from onwatch_testkit.servers.ports import HOST
from onwatch_testkit.servers.prometheus import Alert, PrometheusServer
from onwatch_testkit.servers.server import require

RULE = {"alert": "Reached", "expr": "up == 1", "labels": {"severity": "info"}}


@pytest.fixture
def server() -> Iterator[PrometheusServer]:
    require(PrometheusServer)
    with PrometheusServer.running() as server:
        yield server


@pytest.mark.connected
async def test_it_reads_its_targets_and_tells_which_alerts_fire(server: PrometheusServer):
    assert server.firing() == []
    server.watch({"itself": f"{HOST}:{server.port}"}, {"groups": [{"name": "test", "rules": [RULE]}]})

    async def fires() -> bool:
        return bool(await asyncio.to_thread(server.firing))

    await until(fires, "the alert")
    labels = {"severity": "info", "instance": "itself", "job": "onwatch"}
    assert server.firing() == [Alert("Reached", labels)]
    assert server.query("up") == {"__name__=up, instance=itself, job=onwatch": 1.0}


@pytest.mark.connected
def test_a_wrong_rule_is_refused(server: PrometheusServer):
    with pytest.raises(httpx.HTTPStatusError, match="500"):
        server.watch({}, {"groups": [{"name": "test", "rules": [{**RULE, "expr": "up =="}]}]})
