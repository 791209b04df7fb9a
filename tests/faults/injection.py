"""Performs the faults of a schedule."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import httpx
from aio_pika import DeliveryMode
from aio_pika import Message as AmqpMessage
from aio_pika.exceptions import AMQPError

from faults.environment import Environment
from faults.files import MediaFolder
from faults.schedule import NODES, Fault
from onwatch_contracts.messages import VideoDeletedV1
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.bus.rabbit.topology import PARTITION, partition_of
from onwatch_testkit.servers import RedisServer, Server
from onwatch_testkit.tcp_proxy import TcpProxy

LATENCY_S = 0.3
SLOW_BYTES_PER_S = 20_000.0
CRASH_INTERVAL_S = 1.0
SYNC_INTERVAL_S = 1.0  # of `appendfsync everysec`
RECONNECT_S = 0.3
PUBLISH_LIMIT_S = 60.0


class InjectionUnsupported(Exception):
    """This machine does not permit the fault."""


async def inject(environment: Environment, fault: Fault, victim: str | None = None) -> None:
    """Inject the fault and return when it is over; two on the same target run one after the other.

    `victim` is the path of the file that `file_deleted_under_worker` deletes.
    """
    async with AsyncExitStack() as stack:
        for target in NODES if fault.kind in CLUSTER_FAULTS else (fault.target,):
            await stack.enter_async_context(environment.locks[target])
        if fault.kind == "file_deleted_under_worker":
            assert victim is not None
            await environment.files.delete(victim)
        elif fault.kind in CLUSTER_FAULTS:
            await CLUSTER_FAULTS[fault.kind](environment, fault)
        elif fault.target in environment.links:
            await asyncio.gather(
                *(LINK_FAULTS[fault.kind](proxy, fault.lasts_s) for proxy in environment.links[fault.target])
            )
        elif fault.target in environment.servers:
            await SERVER_FAULTS[fault.kind](environment.servers[fault.target], fault.lasts_s)
        else:
            await OTHER_FAULTS[fault.kind](environment, fault)


# --- processes -----------------------------------------------------------------------------------


async def kill(environment: Environment, fault: Fault) -> None:
    environment.fleet.kill(fault.target)
    await asyncio.sleep(fault.lasts_s)
    environment.fleet.start(fault.target)


async def kill_again_and_again(environment: Environment, fault: Fault) -> None:
    """A crash loop: killed before it is ready."""
    ends_at = time.monotonic() + fault.lasts_s
    while time.monotonic() < ends_at:
        environment.fleet.kill(fault.target)
        environment.fleet.start(fault.target)
        await asyncio.sleep(CRASH_INTERVAL_S)


async def terminate(environment: Environment, fault: Fault) -> None:
    environment.fleet.processes[fault.target].send_signal(signal.SIGCONT)  # another fault may have stopped it
    code = await asyncio.to_thread(environment.fleet.terminate, fault.target)
    # Killed by another fault meanwhile, or still starting, when no signal handler is installed yet.
    assert code in (0, 1, -signal.SIGKILL, -signal.SIGTERM), f"{fault.target} ended with {code}"
    await asyncio.sleep(fault.lasts_s)
    environment.fleet.start(fault.target)


async def stall(environment: Environment, fault: Fault) -> None:
    process = environment.fleet.processes[fault.target]
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(fault.lasts_s)
    process.send_signal(signal.SIGCONT)


# --- servers -------------------------------------------------------------------------------------


async def restart(server: Server, _: float) -> None:
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)


async def kill_server(server: Server, lasts_s: float) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(lasts_s)
    await asyncio.to_thread(server.start)


async def freeze_server(server: Server, lasts_s: float) -> None:
    server.pause()
    await asyncio.sleep(lasts_s)
    server.unpause()


async def redis_loses_last_second(server: Server, _: float) -> None:
    """As if the machine died between two syncs of the append-only file."""
    assert isinstance(server, RedisServer)
    log, kept = server.folder / "appendonlydir", server.folder / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    await asyncio.to_thread(shutil.copytree, log, kept)
    await asyncio.sleep(SYNC_INTERVAL_S)
    await asyncio.to_thread(server.kill)
    shutil.rmtree(log)
    kept.rename(log)
    await asyncio.to_thread(server.start)


async def redis_is_wiped(server: Server, _: float) -> None:
    await asyncio.to_thread(server.kill)
    shutil.rmtree(server.folder / "appendonlydir")
    await asyncio.to_thread(server.start)


# --- several nodes of the broker at once ---------------------------------------------------------


async def majority_away(environment: Environment, fault: Fault) -> None:
    """Two of three nodes are killed: nothing is confirmed until one is back."""
    nodes = random.Random(fault.seed).sample(list(environment.nodes), len(environment.nodes) // 2 + 1)
    await _kill_and_start(nodes, fault.lasts_s)


async def cluster_away(environment: Environment, fault: Fault) -> None:
    """As if the power of all nodes failed."""
    await _kill_and_start(environment.nodes, fault.lasts_s)


async def _kill_and_start(nodes: Sequence[Server], lasts_s: float) -> None:
    await asyncio.gather(*(asyncio.to_thread(node.kill) for node in nodes))
    await asyncio.sleep(lasts_s)
    # At once: the first that starts waits for the last that was there.
    await asyncio.gather(*(asyncio.to_thread(node.start) for node in nodes))


# --- the network ---------------------------------------------------------------------------------


async def latency(link: TcpProxy, lasts_s: float) -> None:
    link.to_server.delay_s = link.to_client.delay_s = LATENCY_S
    await asyncio.sleep(lasts_s)
    await link.repair()


async def slow_reader(link: TcpProxy, lasts_s: float) -> None:
    link.to_client.bytes_per_s = SLOW_BYTES_PER_S
    await asyncio.sleep(lasts_s)
    await link.repair()


async def reset(link: TcpProxy, _: float) -> None:
    link.reset()


async def cut(link: TcpProxy, lasts_s: float) -> None:
    await link.cut()
    await asyncio.sleep(lasts_s)
    await link.repair()


async def black_hole(link: TcpProxy, lasts_s: float) -> None:
    link.to_server.block()
    link.to_client.block()
    await asyncio.sleep(lasts_s)
    link.reset()
    await link.repair()


async def answers_lost(link: TcpProxy, lasts_s: float) -> None:
    """Requests are carried out and their answers lost, as if killed between commit and acknowledgement."""
    link.to_client.block()
    await asyncio.sleep(lasts_s)
    link.reset()
    await link.repair()


# --- deliveries ----------------------------------------------------------------------------------


async def repeat_messages(environment: Environment, fault: Fault) -> None:
    """Republish the recent messages in another order."""
    messages = [message for message in environment.listener.recent if not isinstance(message, VideoDeletedV1)]
    random.Random(fault.seed).shuffle(messages)
    for message in messages:
        try:
            await environment.bus.publish(message)
        except BusUnavailable:
            return


async def future_message(environment: Environment, fault: Fault) -> None:
    """Put a message of an unknown version directly into a queue: no exchange would route it there."""
    await _publish_undeliverable(
        environment, exchange="", routing_key=environment.bus.topology.queue(fault.target), body=b'{"version": 99}'
    )


async def broken_message(environment: Environment, fault: Fault) -> None:
    """Publish a message of a known kind whose body fails the schema."""
    routing_key = f"{fault.target}.no-such-video"
    await _publish_undeliverable(
        environment, exchange=environment.bus.topology.events, routing_key=routing_key, body=b'{"half": '
    )


async def _publish_undeliverable(environment: Environment, *, exchange: str, routing_key: str, body: bytes) -> None:
    """Publish until the broker has it: it has to be found among the dead letters."""
    message_id = f"undeliverable-{uuid.uuid4()}"
    headers = {PARTITION: partition_of("no-such-video")}
    message = AmqpMessage(body, message_id=message_id, delivery_mode=DeliveryMode.PERSISTENT, headers=headers)
    environment.planted_message_ids.add(message_id)
    async with asyncio.timeout(PUBLISH_LIMIT_S):
        while True:
            try:
                async with await environment.connect() as connection, connection.channel() as channel:
                    target = (
                        await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
                    )
                    await target.publish(message, routing_key, mandatory=False)
                return
            except (OSError, AMQPError, RuntimeError, BusUnavailable):
                await asyncio.sleep(RECONNECT_S)


# --- files ---------------------------------------------------------------------------------------


async def disk_full_while_uploading(environment: Environment, _: Fault) -> None:
    """An upload to a full disk is refused."""
    media = environment.files
    if not isinstance(media, MediaFolder) or not media.is_limited:
        raise InjectionUnsupported("the media folder is not a separate file system: mounting one needs root")
    filler = media.folder / ".filler"
    with filler.open("wb") as file:
        space = os.statvfs(media.folder)
        file.truncate(0)
        os.posix_fallocate(file.fileno(), 0, max(space.f_bavail * space.f_frsize - 4 * space.f_frsize, 1))
    try:
        await environment.upload(environment.clips[0], "too-much")
    except httpx.HTTPStatusError as refused:
        # 507, or the error that another fault causes.
        if refused.response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            raise
    except httpx.TransportError:
        pass
    else:
        raise AssertionError("an upload was accepted although the disk is full")
    finally:
        filler.unlink()


LinkFault = Callable[[TcpProxy, float], Awaitable[None]]
LINK_FAULTS: Mapping[str, LinkFault] = {
    each.__name__: each for each in (latency, slow_reader, reset, cut, black_hole, answers_lost)
}
SERVER_FAULTS: Mapping[str, Callable[[Server, float], Awaitable[None]]] = {
    "broker_away_long": kill_server,
    "database_away_long": kill_server,
    "store_away_long": kill_server,
    **{each.__name__: each for each in (restart, kill_server, freeze_server, redis_loses_last_second, redis_is_wiped)},
}
CLUSTER_FAULTS: Mapping[str, Callable[[Environment, Fault], Awaitable[None]]] = {
    each.__name__: each for each in (majority_away, cluster_away)
}
OTHER_FAULTS: Mapping[str, Callable[[Environment, Fault], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        kill,
        kill_again_and_again,
        terminate,
        stall,
        repeat_messages,
        future_message,
        broken_message,
        disk_full_while_uploading,
    )
}
