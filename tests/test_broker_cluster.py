"""A run on a cluster of three RabbitMQ nodes that loses the node its services are connected to, and the leader of its
queues: the rows are those of an undisturbed run, and nothing is dead-lettered."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fleet import Fleet, fleet_on

from onwatch_runtime.bus.rabbit import Topology
from onwatch_runtime.bus.rabbit.doctor import rabbit_doctor
from onwatch_runtime.bus.rabbit.topology import partition_of
from onwatch_testkit.api_client import (
    Viewer,
    assert_true,
    rows_of,
    until,
    upload,
    watching_with_reconnects,
    write_short_clip,
)
from onwatch_testkit.servers import PostgresServer, RabbitCluster, RabbitNode, RedisServer, require

pytestmark = [
    pytest.mark.slow,
    pytest.mark.connected,
    pytest.mark.timeout(3600),  # five servers, five services, and two nodes that start again
]

NODES = 3
NAMES = Topology()
SERVICES = ("dashboard", "gateway", "detector", "aggregator", "catalog")
FRAMES_BEFORE = 20  # of 175: the run has begun, its end is far


@pytest.fixture(scope="module")
def cluster() -> Iterator[RabbitCluster]:
    require(RabbitNode)
    with RabbitCluster.running(NODES) as cluster:
        yield cluster


@pytest.fixture
def fleet(
    cluster: RabbitCluster, redis_server: RedisServer, postgres_server: PostgresServer, tmp_path: Path
) -> Iterator[Fleet]:
    database = f"cluster_{os.getpid()}"
    first = cluster.nodes[0]
    with fleet_on(first, redis_server, postgres_server, tmp_path, database, tmp_path / "media") as fleet:
        fleet.environ |= {f"ONWATCH_{service.upper()}_BUS_URL": cluster.url for service in SERVICES}
        yield fleet


@asynccontextmanager
async def started(fleet: Fleet) -> AsyncIterator[httpx.AsyncClient]:
    for service in SERVICES:
        fleet.start(f"{service}-1")
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
        yield http


async def are_replicated(cluster: RabbitCluster) -> bool:
    """Whether every replica of every queue is in touch with its leader: one more node may be lost."""
    queues = await asyncio.to_thread(cluster.quorum_queues)
    return all(queue.leader is not None and len(queue.online) == NODES for queue in queues.values())


async def leader_of(cluster: RabbitCluster, queue: str) -> RabbitNode:
    leader = (await asyncio.to_thread(cluster.quorum_queues))[queue].leader
    assert leader is not None, queue
    return leader


async def undisturbed(fleet: Fleet, http: httpx.AsyncClient, clip: Path) -> str:
    """The id of a video that is analysed without a failure."""
    gateway = fleet.url("gateway-1")
    video_id = await upload(http, gateway, clip)
    async with watching_with_reconnects(gateway, video_id) as viewer:
        await until(viewer.has_ended, "the end of the undisturbed run", lambda: fleet.log_of("aggregator-1"))
    return video_id


async def losing(
    fleet: Fleet, http: httpx.AsyncClient, clip: Path, cluster: RabbitCluster, lost: str
) -> tuple[str, RabbitNode]:
    """A run during which a node is killed: that of the connections, or the leader of the queue of its batches."""
    gateway = fleet.url("gateway-1")
    video_id = await upload(http, gateway, clip)
    batches = f"{NAMES.queue('aggregator.batches')}.{partition_of(video_id)}"
    leader = await leader_of(cluster, batches)  # before the run: asking takes seconds
    node = leader if lost == "leader" else connected_node(fleet, cluster)
    async with watching_with_reconnects(gateway, video_id) as viewer:
        await until(lambda: has_frames(viewer), "frames", lambda: fleet.log_of("detector-1"))
        await asyncio.to_thread(node.kill)
        assert not await viewer.has_ended(), "the run goes on without the node"
        await until(viewer.has_ended, f"the end without {node.node}", lambda: fleet.log_of("aggregator-1"))
    return video_id, node


async def has_frames(viewer: Viewer) -> bool:
    return len(viewer.frames) >= FRAMES_BEFORE


def connected_node(fleet: Fleet, cluster: RabbitCluster) -> RabbitNode:
    """The node that the detector is connected to, by the last line of its log that tells."""
    lines = [line for line in fleet.log_of("detector-1").splitlines() if "connected to RabbitMQ at" in line]
    (node,) = [node for node in cluster.nodes if f"{node.port} with" in lines[-1]]
    return node


async def test_a_run_survives_the_loss_of_any_node(fleet: Fleet, cluster: RabbitCluster, tmp_path: Path) -> None:
    clip = tmp_path / "short.mp4"
    write_short_clip(clip)
    async with started(fleet) as http:
        gateway = fleet.url("gateway-1")
        expected = await rows_of(http, gateway, await undisturbed(fleet, http, clip))
        assert_true(expected)
        for lost in ("connected", "leader"):
            await until(lambda: are_replicated(cluster), "three replicas of each queue")
            video_id, node = await losing(fleet, http, clip, cluster, lost)
            assert await rows_of(http, gateway, video_id) == expected, f"lost: {lost}, {node.node}"
            await asyncio.to_thread(node.start)
        assert len(cluster.running_nodes()) == NODES
    async with rabbit_doctor(cluster.url, ()) as doctor:
        assert not await doctor.dead_letters.findings()
    assert fleet.stop_all() == dict.fromkeys(fleet.processes, 0)
    reconnected = [name for name in fleet.processes if "is lost" in fleet.log_of(name)]
    assert "detector-1" in reconnected
