"""Lists, requeues and purges dead letters."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, HeadersType
from aio_pika.exceptions import DeliveryError

from onwatch_runtime.bus.codec import kind_of
from onwatch_runtime.bus.rabbit.doctor.browser import QueueBrowser, Visit, copy_of
from onwatch_runtime.bus.rabbit.topology import ATTEMPTS, DEAD_AT, FROM_QUEUE, PARTITION, REASON, Topology, partition_of
from onwatch_runtime.observe import Finding

REASON_CHARS = 160
UNKNOWN_TIME = datetime.min.replace(tzinfo=UTC)
ID_CHARS = 12


@dataclass(frozen=True)
class DeadLetter:
    """Which queue a message came from, why it was dead-lettered, and its kind."""

    queue: str
    reason: str
    kind: str
    letter_id: str = ""
    """The same whenever it is read; two queues may each have refused the same message."""
    message_id: str = ""
    video_id: str = ""
    dead_at: datetime | None = None
    """None if the broker or an older version dead-lettered it."""
    attempts: int | None = None
    """By the consumer that gave up; None as above."""
    body: bytes = b""


@dataclass(frozen=True)
class DeadLetterGroup:
    """Dead letters of one queue, for one reason, counted by kind."""

    queue: str
    reason: str
    kinds: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.kinds)


def grouped(letters: Collection[DeadLetter]) -> Sequence[DeadLetterGroup]:
    """By queue and reason, the largest group first."""
    kinds: dict[tuple[str, str], Counter[str]] = {}
    for letter in letters:
        kinds.setdefault((letter.queue, letter.reason), Counter())[letter.kind] += 1
    groups = [DeadLetterGroup(queue, reason, tuple(found.most_common())) for (queue, reason), found in kinds.items()]
    return sorted(groups, key=lambda group: (-group.count, group.queue, group.reason))


@dataclass(frozen=True)
class DeadLetters:
    """The queue of dead letters. Every method raises `ExaminationFailed` if the broker cannot be reached."""

    browser: QueueBrowser
    topology: Topology

    async def findings(self) -> Sequence[Finding]:
        return [
            Finding(
                "bus",
                "dead_letters",
                f"{group.queue}: {group.reason}"[:REASON_CHARS],
                f"{group.count}: " + ", ".join(f"{count} {kind}" for kind, count in group.kinds),
            )
            for group in grouped(await self.list())
        ]

    async def list(self) -> Sequence[DeadLetter]:
        """They stay in their queue. Sorted by time, since reading them may change their order in the queue."""
        found: list[DeadLetter] = []

        async def note(_: AbstractChannel, message: AbstractIncomingMessage) -> bool:
            found.append(_dead_letter(message))
            return False

        await self.browser.for_each(self.topology.dead_letters, note)
        return sorted(found, key=lambda letter: letter.dead_at or UNKNOWN_TIME)

    async def requeue(self, only: Collection[str] | None = None) -> tuple[int, int]:
        """Republish dead letters to all queues bound to their kind; consumers recognise a repeat by its id.

        `only`: the letters with these ids; None: all. Returns how many were republished, and how many of them stay
        because no queue is bound to their kind. Killed in between, one may be republished and stay: none is lost.
        """
        return await self._take(only, self._republish)

    async def purge(self, only: Collection[str] | None = None) -> int:
        """Drop dead letters: those with these ids, or all. Returns how many."""
        dropped, _ = await self._take(only, _drop)
        return dropped

    async def _take(self, only: Collection[str] | None, take: Visit) -> tuple[int, int]:
        """How many of the chosen ones were taken and left. The others keep their order."""
        chosen = 0

        async def visit(channel: AbstractChannel, message: AbstractIncomingMessage) -> bool:
            nonlocal chosen
            if only is not None and _dead_letter(message).letter_id not in only:
                return False
            chosen += 1
            return await take(channel, message)

        taken, _ = await self.browser.for_each(self.topology.dead_letters, visit)
        return taken, chosen - taken

    async def _republish(self, channel: AbstractChannel, message: AbstractIncomingMessage) -> bool:
        key = message.routing_key or ""
        headers: HeadersType = {PARTITION: partition_of(key.rpartition(".")[2], self.topology.partitions)}
        events = await channel.get_exchange(self.topology.events, ensure=False)
        try:
            await events.publish(copy_of(message, headers), key, mandatory=True)
        except DeliveryError:
            return False
        return True


def _dead_letter(message: AbstractIncomingMessage) -> DeadLetter:
    """What the broker itself dead-lettered has the broker's headers instead."""
    headers, key = message.headers, message.routing_key or ""
    queue = str(headers.get(FROM_QUEUE) or headers.get("x-first-death-queue") or "?")
    reason = headers.get(REASON) or headers.get("x-first-death-reason") or "no reason given"
    return DeadLetter(
        queue,
        str(reason),
        kind_of(key),
        letter_id=_letter_id(queue, message),
        message_id=message.message_id or "",
        video_id=key.rpartition(".")[2],
        dead_at=_time(headers.get(DEAD_AT)),
        attempts=attempts if isinstance(attempts := headers.get(ATTEMPTS), int) else None,
        body=message.body,
    )


def _letter_id(queue: str, message: AbstractIncomingMessage) -> str:
    """Short enough to be typed; AMQP gives a message in a queue no id."""
    what = "\0".join((queue, message.routing_key or "", message.message_id or "")).encode() + message.body
    return hashlib.sha256(what).hexdigest()[:ID_CHARS]


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


async def _drop(_channel: AbstractChannel, _message: AbstractIncomingMessage) -> bool:
    return True
