"""What a user of RabbitMQ needs to be one service, as the regular expressions that the broker matches with names.

A binding needs `write` for the queue and `read` for the exchange; a topic exchange also checks the routing keys of what
is published (`write`) and bound (`read`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from onwatch_contracts.messages import Message
from onwatch_runtime.bus.port import PrivateQueue, SharedQueue
from onwatch_runtime.bus.rabbit.topology import RANDOM, Topology

NOTHING = "^$"


@dataclass(frozen=True)
class Part:
    """What a service does on the bus."""

    consumes: Sequence[SharedQueue | PrivateQueue] = ()
    publishes: Sequence[type[Message]] = ()
    sends_frames: bool = False
    receives_frames: bool = False


@dataclass(frozen=True)
class Permissions:
    """Regular expressions of names that may be declared or deleted, published or bound to, consumed or bound from."""

    configure: str
    write: str
    read: str


@dataclass(frozen=True)
class TopicPermissions:
    """Regular expressions of routing keys of one topic exchange."""

    exchange: str
    write: str
    read: str


def permissions_of(part: Part, topology: Topology) -> Permissions:
    """Everybody may declare the frames' exchange, which is gone after a restart of the broker, and the mark of the
    partitions: among the definitions of a newer release, its mark would appear beside the one that is in use."""
    own = [*_own_names(part, topology)]
    frames = [re.escape(topology.frames)]
    events, dead = [re.escape(topology.events)], [re.escape(topology.dead_letters)]
    return Permissions(
        configure=_any([*frames, re.escape(topology.partitions_mark(topology.partitions)), *own]),
        write=_any(
            [
                *(events if part.publishes else []),
                *(frames if part.sends_frames else []),
                *(dead if part.consumes else []),
                *own,
            ]
        ),
        read=_any([*(events if part.consumes else []), *(frames if part.receives_frames else []), *own]),
    )


def topic_permissions_of(part: Part, topology: Topology) -> Sequence[TopicPermissions]:
    """A service dead-letters under the key of the message that it consumed."""
    consumed = _keys(message for queue in part.consumes for message in queue.messages)
    return (
        TopicPermissions(topology.events, write=_keys(part.publishes), read=consumed),
        TopicPermissions(topology.dead_letters, write=consumed, read=NOTHING),
    )


def _own_names(part: Part, topology: Topology) -> Iterator[str]:
    """Regular expressions of the queues and exchanges that only this service uses."""
    for queue in part.consumes:
        name = re.escape(topology.queue(queue.name))
        if isinstance(queue, PrivateQueue):
            yield rf"{name}\.{RANDOM}"
        elif queue.ordered:
            yield rf"{name}(\.p[0-9]+|\.rest|\.members)?"
        else:
            yield name
    if part.receives_frames:
        yield rf"{re.escape(topology.frames)}\.{RANDOM}"


def _keys(messages: Iterable[type[Message]]) -> str:
    return _any(rf"{re.escape(f'{message.name}.v{message.version}')}\.[^.]+" for message in messages)


def _any(patterns: Iterable[str]) -> str:
    found = sorted(set(patterns))
    return f"^({'|'.join(found)})$" if found else NOTHING
