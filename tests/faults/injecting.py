"""Doing what a plan says."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import aio_pika
import httpx
from aio_pika import DeliveryMode
from aio_pika import Message as AmqpMessage
from aio_pika.exceptions import AMQPError

from faults.arena import Arena
from faults.plan import Fault
from onwatch_contracts.messages import VideoDeletedV1
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.bus.rabbit.topology import PARTITION, partition_of
from onwatch_testkit.servers.local import RedisServer, Server
from onwatch_testkit.tcp_proxy import TcpProxy

LATENCY_S = 0.3
SLOW_BYTES_PER_S = 20_000.0
AGAIN_S = 1.0
SECOND_S = 1.0
COME_BACK_S = 0.3
PLANT_LIMIT_S = 60.0


class CannotHappenHere(Exception):
    """The machine does not let us."""


async def inject(arena: Arena, fault: Fault, victim: Path | None = None) -> None:
    """Do it, and return when it is over; two on the same target one after the other.

    The victim is the file that `file_deleted_under_worker` deletes.
    """
    async with arena.turns[fault.target]:
        if fault.kind == "file_deleted_under_worker":
            assert victim is not None
            await asyncio.to_thread(victim.unlink, missing_ok=True)
        elif fault.target in arena.links:
            await LINK_FAULTS[fault.kind](arena.links[fault.target], fault.lasts_s)
        elif fault.target in arena.servers:
            await SERVER_FAULTS[fault.kind](arena.servers[fault.target], fault.lasts_s)
        else:
            await OTHER_FAULTS[fault.kind](arena, fault)


# --- processes -----------------------------------------------------------------------------------


async def kill(arena: Arena, fault: Fault) -> None:
    arena.fleet.kill(fault.target)
    await asyncio.sleep(fault.lasts_s)
    arena.fleet.start(fault.target)


async def kill_again_and_again(arena: Arena, fault: Fault) -> None:
    """Before it is ready, as a crash loop."""
    ends_at = time.monotonic() + fault.lasts_s
    while time.monotonic() < ends_at:
        arena.fleet.kill(fault.target)
        arena.fleet.start(fault.target)
        await asyncio.sleep(AGAIN_S)


async def terminate(arena: Arena, fault: Fault) -> None:
    arena.fleet.processes[fault.target].send_signal(signal.SIGCONT)  # another fault may hold it
    code = await asyncio.to_thread(arena.fleet.terminate, fault.target)
    # Killed by another fault meanwhile, or on its way up, when nothing handles signals yet.
    assert code in (0, 1, -signal.SIGKILL, -signal.SIGTERM), f"{fault.target} ended with {code}"
    await asyncio.sleep(fault.lasts_s)
    arena.fleet.start(fault.target)


async def stall(arena: Arena, fault: Fault) -> None:
    process = arena.fleet.processes[fault.target]
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
    """As when the machine dies between two syncs of the log."""
    assert isinstance(server, RedisServer)
    log, kept = server.folder / "appendonlydir", server.folder / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    await asyncio.to_thread(shutil.copytree, log, kept)
    await asyncio.sleep(SECOND_S)
    await asyncio.to_thread(server.kill)
    shutil.rmtree(log)
    kept.rename(log)
    await asyncio.to_thread(server.start)


async def redis_is_wiped(server: Server, _: float) -> None:
    await asyncio.to_thread(server.kill)
    shutil.rmtree(server.folder / "appendonlydir")
    await asyncio.to_thread(server.start)


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
    link.to_server.stop_up()
    link.to_client.stop_up()
    await asyncio.sleep(lasts_s)
    link.reset()
    await link.repair()


async def answers_lost(link: TcpProxy, lasts_s: float) -> None:
    """What was asked is done, and nobody hears of it: killed between commit and acknowledgement."""
    link.to_client.stop_up()
    await asyncio.sleep(lasts_s)
    link.reset()
    await link.repair()


# --- deliveries ----------------------------------------------------------------------------------


async def repeat_messages(arena: Arena, fault: Fault) -> None:
    """All that was said lately, once more and in another order."""
    messages = [message for message in arena.ear.recent if not isinstance(message, VideoDeletedV1)]
    random.Random(fault.seed).shuffle(messages)
    for message in messages:
        try:
            await arena.bus.publish(message)
        except BusUnavailable:
            return


async def future_message(arena: Arena, fault: Fault) -> None:
    """Of a version that nobody knows yet, right in a queue: no exchange would bring it there."""
    await _plant(arena, exchange="", routing_key=arena.bus.topology.queue(fault.target), body=b'{"version": 99}')


async def broken_message(arena: Arena, fault: Fault) -> None:
    """Of a kind that is known, with a body that no schema accepts."""
    routing_key = f"{fault.target}.no-such-video"
    await _plant(arena, exchange=arena.bus.topology.events, routing_key=routing_key, body=b'{"half": ')


async def _plant(arena: Arena, *, exchange: str, routing_key: str, body: bytes) -> None:
    """Until the broker has it, or is known not to: what is planted has to be found among the dead letters."""
    message_id = f"planted-{uuid.uuid4()}"
    headers = {PARTITION: partition_of("no-such-video")}
    message = AmqpMessage(body, message_id=message_id, delivery_mode=DeliveryMode.PERSISTENT, headers=headers)
    arena.planted.add(message_id)
    async with asyncio.timeout(PLANT_LIMIT_S):
        while True:
            try:
                async with await aio_pika.connect(arena.rabbit.url) as connection, connection.channel() as channel:
                    place = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
                    await place.publish(message, routing_key, mandatory=False)
                return
            except (OSError, AMQPError, RuntimeError):
                await asyncio.sleep(COME_BACK_S)


# --- files ---------------------------------------------------------------------------------------


async def disk_full_while_uploading(arena: Arena, _: Fault) -> None:
    """The upload is refused with the reason; with room again it is taken."""
    if not arena.media_is_limited:
        raise CannotHappenHere("the media folder is no file system of its own: mounting one needs root")
    filler = arena.media / ".filler"
    with filler.open("wb") as file:
        space = os.statvfs(arena.media)
        file.truncate(0)
        os.posix_fallocate(file.fileno(), 0, max(space.f_bavail * space.f_frsize - 4 * space.f_frsize, 1))
    try:
        await arena.upload(arena.clips[0], "too-much")
    except httpx.HTTPStatusError as refused:
        # 507, or whatever another fault has in store for an upload.
        if refused.response.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
            raise
    except httpx.TransportError:
        pass
    else:
        raise AssertionError("an upload was taken though the disk is full")
    finally:
        filler.unlink()


Timed = Callable[[TcpProxy, float], Awaitable[None]]
LINK_FAULTS: Mapping[str, Timed] = {
    each.__name__: each for each in (latency, slow_reader, reset, cut, black_hole, answers_lost)
}
SERVER_FAULTS: Mapping[str, Callable[[Server, float], Awaitable[None]]] = {
    "broker_away_long": kill_server,
    "database_away_long": kill_server,
    **{each.__name__: each for each in (restart, kill_server, freeze_server, redis_loses_last_second, redis_is_wiped)},
}
OTHER_FAULTS: Mapping[str, Callable[[Arena, Fault], Awaitable[None]]] = {
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
