"""Lists, requeues and purges dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, HeadersType
from aio_pika.exceptions import DeliveryError

from onwatch_runtime.bus.codec import kind_of
from onwatch_runtime.bus.rabbit.doctor.browser import QueueBrowser, copy_of
from onwatch_runtime.bus.rabbit.topology import FROM_QUEUE, PARTITION, REASON, Topology, partition_of
from onwatch_runtime.observe import Finding

REASON_CHARS = 160


@dataclass(frozen=True)
class DeadLetter:
    """Which queue a message came from, why it was dead-lettered, and its kind."""

    queue: str
    reason: str
    kind: str


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
        """They stay in their queue."""
        found: list[DeadLetter] = []

        async def note(_: AbstractChannel, message: AbstractIncomingMessage) -> bool:
            found.append(_dead_letter(message))
            return False

        await self.browser.for_each(self.topology.dead_letters, note)
        return found

    async def requeue(self) -> tuple[int, int]:
        """Republish every dead letter to all queues bound to its kind; consumers recognise a repeat by its id.

        Returns how many were republished, and how many stay because no queue is bound to their kind.
        """
        return await self.browser.for_each(self.topology.dead_letters, self._republish)

    async def purge(self) -> int:
        """Drop the present dead letters. Returns how many."""
        dropped, _ = await self.browser.for_each(self.topology.dead_letters, _drop)
        return dropped

    async def _republish(self, channel: AbstractChannel, message: AbstractIncomingMessage) -> bool:
        key = message.routing_key or ""
        headers: HeadersType = {PARTITION: partition_of(key.rpartition(".")[2])}
        events = await channel.get_exchange(self.topology.events, ensure=False)
        try:
            await events.publish(copy_of(message, headers), key, mandatory=True)
        except DeliveryError:
            return False
        return True


def _dead_letter(message: AbstractIncomingMessage) -> DeadLetter:
    """What the broker itself dead-lettered has the broker's headers instead."""
    headers = message.headers
    queue = headers.get(FROM_QUEUE) or headers.get("x-first-death-queue") or "?"
    reason = headers.get(REASON) or headers.get("x-first-death-reason") or "no reason given"
    return DeadLetter(str(queue), str(reason), kind_of(message.routing_key or ""))


async def _drop(_channel: AbstractChannel, _message: AbstractIncomingMessage) -> bool:
    return True
