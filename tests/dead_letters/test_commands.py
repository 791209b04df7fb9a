"""Listed, shown, replayed and dropped one by one, on RabbitMQ."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from onwatch.cli import app
from onwatch_contracts.messages import Message, VideoDeletedV1
from onwatch_runtime.bus import Reject, SharedQueue
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.bus.rabbit.doctor import DeadLetter, DeadLetters, rabbit_doctor
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.api_client import until
from onwatch_testkit.fault_injector import Crash
from onwatch_testkit.recorder import Recorder
from onwatch_testkit.servers import RabbitServer

pytestmark = pytest.mark.connected

WORK = SharedQueue("aggregator.deleted", (VideoDeletedV1,))
LIMIT_S = 120.0


class Broker:
    """The broker with dead letters of the videos a, b and c."""

    def __init__(self, url: str, bus: RabbitBus) -> None:
        self.url, self.bus = url, bus

    async def run(self, *arguments: str, answer: str | None = None) -> Result:
        env = {"ONWATCH_CATALOG_BUS_URL": self.url, "COLUMNS": "200", "NO_COLOR": "1"}
        return await asyncio.to_thread(CliRunner().invoke, app, ["dead-letters", *arguments], input=answer, env=env)

    async def letters(self) -> list[DeadLetter]:
        async with rabbit_doctor(self.url, ()) as doctor:
            return list(await doctor.dead_letters.list())

    async def until_videos(self, *video_ids: str) -> list[DeadLetter]:
        """The letters, oldest first, once they are of these videos; the broker puts them back a moment later."""
        found: list[DeadLetter] = []

        async def are_there() -> bool:
            found[:] = await self.letters()
            return [letter.video_id for letter in found] == [*video_ids]

        await until(are_there, f"the dead letters of {video_ids}", lambda: str(found), LIMIT_S)
        return found


@pytest_asyncio.fixture
async def broker(rabbit_server: RabbitServer) -> AsyncIterator[Broker]:
    bus = RabbitBus(rabbit_server.url, SystemClock())
    await bus.open()
    async with rabbit_doctor(rabbit_server.url, ()) as doctor:
        await doctor.dead_letters.purge()  # the session's broker has those of other tests
    broker = Broker(rabbit_server.url, bus)

    async def refuse(_: Message) -> None:
        raise Reject("no such video")

    consumer = await bus.subscribe(WORK, refuse)
    for number, video_id in enumerate("abc"):
        at = datetime.now(UTC)
        await bus.publish(VideoDeletedV1(message_id=f"m-{number}", occurred_at=at, video_id=video_id))
        await broker.until_videos(*"abc"[: number + 1])
    await consumer.close()
    yield broker
    async with rabbit_doctor(rabbit_server.url, ()) as doctor:
        await doctor.dead_letters.purge()
    await bus.close()
    async with await aio_pika.connect(rabbit_server.url) as connection:
        await (await connection.channel()).queue_delete(bus.topology.queue(WORK.name))


async def test_they_are_listed_with_what_matters_and_stay(broker: Broker) -> None:
    listed = await broker.run("list", "--json")
    assert listed.exit_code == 0, listed.output
    found = json.loads(listed.stdout)
    assert [(entry["video_id"], entry["message"], entry["attempts"]) for entry in found] == [
        (video_id, "video.deleted.v1", 1) for video_id in "abc"
    ]
    assert {(entry["queue"], entry["reason"]) for entry in found} == {("aggregator.deleted", "no such video")}
    age = datetime.now(UTC) - datetime.fromisoformat(found[0]["dead_at"])
    assert timedelta() <= age < timedelta(minutes=10)

    again = await broker.until_videos("a", "b", "c")
    assert [letter.letter_id for letter in again] == [entry["id"] for entry in found]
    table = await broker.run("list")
    assert all(word in table.stdout for word in (found[0]["id"], "aggregator.deleted", "no such video"))


async def test_one_is_shown_with_its_body(broker: Broker) -> None:
    _, second, _ = await broker.letters()
    shown = await broker.run("show", second.letter_id)
    assert json.loads(shown.stdout)["body"]["video_id"] == "b"

    unknown = await broker.run("show", "nothing")
    assert (unknown.exit_code, "there is no dead letter nothing" in unknown.stderr) == (1, True)


async def test_one_is_replayed_and_the_others_keep_their_order(broker: Broker) -> None:
    recorder = Recorder()
    consumer = await broker.bus.subscribe(WORK, recorder)
    _, second, _ = await broker.until_videos("a", "b", "c")

    replayed = await broker.run("replay", second.letter_id)

    assert (replayed.exit_code, replayed.stderr) == (0, "1 replayed\n")
    await recorder.has_handled(1)
    assert [message.video_id for message in recorder.handled] == ["b"]
    await broker.until_videos("a", "c")

    assert (await broker.run("replay", "--all")).stderr == "2 replayed\n"
    await recorder.has_handled(3)
    assert (await broker.run("list")).stdout == "There are no dead letters.\n"
    await consumer.close()


async def test_one_is_dropped_after_a_question(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _, _ = await broker.until_videos("a", "b", "c")
    refused = await broker.run("drop", first.letter_id)
    assert (refused.exit_code, "--yes is not given" in refused.stderr) == (1, True)
    await broker.until_videos("a", "b", "c")

    monkeypatch.setattr("onwatch.dead_letters.showing.at_a_terminal", lambda: True)
    assert (await broker.run("drop", first.letter_id, answer="n\n")).exit_code == 1
    await broker.until_videos("a", "b", "c")
    dropped = await broker.run("drop", first.letter_id, answer="y\n")
    assert (dropped.exit_code, dropped.stderr.endswith("1 deleted\n")) == (0, True)
    await broker.until_videos("b", "c")

    assert (await broker.run("drop", "--all", "--yes")).stderr == "2 deleted\n"
    await broker.until_videos()


@pytest.mark.parametrize("steps", [0, 1])
async def test_a_replay_that_is_killed_loses_none(broker: Broker, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first message is published, and between its publication and its removal."""
    recorder = Recorder()
    consumer = await broker.bus.subscribe(WORK, recorder)
    await broker.until_videos("a", "b", "c")
    publish = DeadLetters._republish

    async def killed(self: DeadLetters, channel: object, message: object) -> bool:
        if steps:
            await publish(self, channel, message)  # type: ignore[arg-type]
        raise Crash

    monkeypatch.setattr(DeadLetters, "_republish", killed)
    with pytest.raises(Crash):
        async with rabbit_doctor(broker.url, ()) as doctor:
            await doctor.dead_letters.requeue()
    monkeypatch.undo()

    await broker.until_videos("a", "b", "c")
    assert (await broker.run("replay", "--all")).stderr == "3 replayed\n"
    await recorder.has_handled(3 + steps)
    assert {message.video_id for message in recorder.handled} == {"a", "b", "c"}
    await consumer.close()


async def test_without_ids_or_a_broker_it_says_so(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (["replay"], ["drop", "--all", "x"]):
        assert (await broker.run(*arguments)).exit_code == 2
    alone = await asyncio.to_thread(CliRunner().invoke, app, ["dead-letters", "list"])
    assert (alone.exit_code, "does not name it" in " ".join(alone.stderr.split())) == (2, True)


async def test_the_status_of_the_system_counts_them(broker: Broker) -> None:
    env = {"ONWATCH_CATALOG_BUS_URL": broker.url, "NO_COLOR": "1", "COLUMNS": "200"}
    nobody = ["status", "--timeout", "0.1", "--json", "127.0.0.1:1"]
    done = await asyncio.to_thread(CliRunner().invoke, app, nobody, env=env)
    found = json.loads(done.stdout)
    assert (found["dead_letters"], found["dead_letters_by_queue"]) == (3, {WORK.name: 3})
    assert 0 <= found["dead_letters_oldest_s"] < LIMIT_S
    (problem,) = [each for each in found["problems"] if "dead letters" in each]
    assert problem.startswith("3 dead letters wait for a decision, the oldest for ")
    assert problem.endswith("(aggregator.deleted 3): see `onwatch dead-letters list`")
    await broker.until_videos(*"abc")
