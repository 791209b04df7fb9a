"""The registry of connections and their subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from onwatch_contracts.channel import Metrics, State, Unsubscribed
from onwatch_gateway.connection import CloseCode, Connection
from onwatch_gateway.demand import DemandBook
from onwatch_gateway.instruments import Instruments


class Subscriptions:
    """Every open connection, with its place in the demand book.

    No change waits: each is whole before anything else runs, whichever way a connection ends.
    `changed` is called after each one.
    """

    def __init__(
        self,
        book: DemandBook,
        instruments: Instruments,
        *,
        max_connections: int,
        changed: Iterable[Callable[[], None]] = (),
    ) -> None:
        self._book = book
        self._instruments = instruments
        self._max_connections = max_connections
        self._changed = tuple(changed)
        self._connections: dict[str, Connection] = {}
        self._closing = False
        self._empty = asyncio.Event()
        self._empty.set()

    # --- connections

    @property
    def has_room(self) -> bool:
        return not self._closing and len(self._connections) < self._max_connections

    def enter(self, connection: Connection) -> None:
        self._connections[connection.id] = connection
        self._empty.clear()
        self._instruments.viewers.set(len(self._connections))

    def leave(self, connection: Connection) -> None:
        """The connection is over: its subscription and its demand end now."""
        self._connections.pop(connection.id, None)
        self._instruments.viewers.set(len(self._connections))
        self._book.unsubscribe(connection.id)
        self._note()
        if not self._connections:
            self._empty.set()

    def end_all(self) -> None:
        """Take no new connection and have the open ones closed."""
        self._closing = True
        for connection in self._connections.values():
            connection.end(CloseCode.SERVICE_RESTART)

    async def until_empty(self) -> None:
        """Return once no connection is open."""
        await self._empty.wait()

    # --- what viewers do

    def subscribe(self, connection: Connection, video_id: str) -> None:
        self.end_other(connection, video_id)
        self._book.subscribe(connection.id, video_id)
        self._note()

    def end_other(self, connection: Connection, video_id: str) -> None:
        """End the connection's subscription if it is to another video than this one."""
        current = self._book.video_of(connection.id)
        if current not in (None, video_id):
            self._end(connection)

    def unsubscribe(self, connection: Connection, video_id: str) -> None:
        """`NotSubscribed` when the connection's subscription is to another video, or there is none."""
        self._book.stop(connection.id, video_id)
        self._end(connection)

    def start(self, connection: Connection, video_id: str, now: datetime) -> None:
        self._book.start(connection.id, video_id, now)
        self._note()

    def stop(self, connection: Connection, video_id: str) -> None:
        self._book.stop(connection.id, video_id)
        self._note()

    # --- what happens to videos

    def active_subscribers(self, video_id: str) -> int:
        return self._book.active_subscribers(video_id)

    def broadcast_frame(self, video_id: str, body: bytes) -> None:
        """Offer the frame's bytes, as they came, to everyone subscribed."""
        if self.active_subscribers(video_id) == 0:
            self._instruments.broadcasts_skipped.inc()
            return
        for connection in self._subscribers(video_id):
            connection.offer_frame(body)

    def broadcast_metrics(self, metrics: Metrics) -> None:
        if self.active_subscribers(metrics.video_id) == 0:
            return
        text = metrics.model_dump_json()
        for connection in self._subscribers(metrics.video_id):
            connection.offer_metrics(text)

    def broadcast_state(self, state: State) -> None:
        if self.active_subscribers(state.video_id) == 0:
            return
        text = state.model_dump_json()
        for connection in self._subscribers(state.video_id):
            connection.say_text(text)

    def answered(self, video_id: str, at: datetime) -> None:
        """A run ended: the wishes up to then are met."""
        self._book.answered(video_id, at)
        self._note()

    def end_video(self, video_id: str) -> None:
        """The video is gone: end every subscription to it."""
        for connection in self._subscribers(video_id):
            self._end(connection)

    def _subscribers(self, video_id: str) -> list[Connection]:
        return [self._connections[viewer] for viewer in self._book.viewers_of(video_id)]

    def _end(self, connection: Connection) -> None:
        """After `unsubscribed`, nothing of the video follows."""
        video_id = self._book.unsubscribe(connection.id)
        if video_id is not None:
            connection.forget_video()
            connection.say(Unsubscribed(video_id=video_id))
        self._note()

    def _note(self) -> None:
        for callback in self._changed:
            callback()
