"""The registry of connections and their subscriptions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from onwatch_contracts.channel import Alerted, Counts, MalformedFrame, Metrics, Recount, State, Unsubscribed
from onwatch_contracts.frame_formats import JPEG, FrameFormat, parse_frames_key
from onwatch_gateway.connection import CloseCode, Connection
from onwatch_gateway.demand import DemandLedger
from onwatch_gateway.frames import FrameLedger, Screen
from onwatch_gateway.instruments import Instruments
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)


class Subscriptions:
    """Every open connection, with its entry in the demand ledger.

    No change awaits anything: each is complete before other code runs, however a connection ends.
    The `on_change` callbacks are called after each one.
    """

    def __init__(
        self,
        ledger: DemandLedger,
        frames: FrameLedger,
        instruments: Instruments,
        clock: Clock,
        *,
        max_connections: int,
        on_change: Iterable[Callable[[], None]] = (),
    ) -> None:
        self._ledger = ledger
        self._frames = frames
        self._instruments = instruments
        self._clock = clock
        self._max_connections = max_connections
        self._on_change = tuple(on_change)
        self._connections: dict[str, Connection] = {}
        self._closing = False
        self._empty = asyncio.Event()
        self._empty.set()

    # --- connections

    @property
    def accepts_connections(self) -> bool:
        return not self._closing and len(self._connections) < self._max_connections

    def add(self, connection: Connection) -> None:
        self._connections[connection.id] = connection
        self._empty.clear()
        self._instruments.viewers.set(len(self._connections))

    def remove(self, connection: Connection) -> None:
        """Remove a closed connection, its subscription and its demand."""
        self._connections.pop(connection.id, None)
        self._instruments.viewers.set(len(self._connections))
        self._end_in_ledgers(connection)
        self._notify_changed()
        if not self._connections:
            self._empty.set()

    def end_all(self) -> None:
        """Accept no new connection and have the open ones closed."""
        self._closing = True
        for connection in self._connections.values():
            connection.end(CloseCode.SERVICE_RESTART)

    async def until_empty(self) -> None:
        """Return once no connection is open."""
        await self._empty.wait()

    # --- requests of viewers

    def subscribe(self, connection: Connection, video_id: str) -> None:
        self.end_other_subscription(connection, video_id)
        if self._ledger.video_of(connection.id) != video_id:
            self._ledger.subscribe(connection.id, video_id)
            self._frames.subscribe(connection.id, video_id)
        self._notify_changed()

    def end_other_subscription(self, connection: Connection, video_id: str) -> None:
        """End the connection's subscription if it is to another video than this one."""
        current = self._ledger.video_of(connection.id)
        if current not in (None, video_id):
            self._end(connection)

    def unsubscribe(self, connection: Connection, video_id: str) -> None:
        """Raises `NotSubscribed` when the connection is subscribed to another video or to none."""
        self._ledger.stop(connection.id, video_id)
        self._end(connection)

    def show(self, connection: Connection, video_id: str, screen: Screen) -> None:
        """The viewer shows only such frames from now on. Nothing changes without a subscription to the video."""
        if self._ledger.video_of(connection.id) == video_id:
            self._frames.show(connection.id, video_id, screen)
            self._notify_changed()

    def start(self, connection: Connection, video_id: str, now: datetime, traceparent: str | None = None) -> None:
        self._ledger.start(connection.id, video_id, now, traceparent)
        self._notify_changed()

    def stop(self, connection: Connection, video_id: str) -> None:
        self._ledger.stop(connection.id, video_id)
        self._notify_changed()

    def video_of(self, connection: Connection) -> str | None:
        """The video that it is subscribed to."""
        return self._ledger.video_of(connection.id)

    # --- events of videos

    def active_subscribers(self, video_id: str) -> int:
        return self._ledger.active_subscribers(video_id)

    def broadcast_frame(self, key: str, body: bytes) -> None:
        """Queue the frame's bytes, unchanged, for every subscriber for whom its format is the best of those that come.

        `key`: `frames_key` of the video and the format.
        """
        video_id, frame_format = parse_frames_key(key)
        if self.active_subscribers(video_id) == 0:
            self._instruments.broadcasts_skipped.inc()
            return
        if frame_format.codec != JPEG:
            self._broadcast_video_frame(video_id, frame_format, body)
            return
        for connection in self._viewers_for(video_id, frame_format):
            connection.queue_frame(body)

    def _broadcast_video_frame(self, video_id: str, frame_format: FrameFormat, body: bytes) -> None:
        try:
            group = self._frames.add_video_frame(video_id, frame_format, body)
        except MalformedFrame as error:
            log.warning("a frame of video %s was dropped: %s", video_id, error)
            return
        if group is not None:
            for connection in self._viewers_for(video_id, frame_format):
                connection.queue_group(group)

    def _viewers_for(self, video_id: str, frame_format: FrameFormat) -> Iterator[Connection]:
        for viewer in self._frames.viewers_for(video_id, frame_format, self._clock.monotonic()):
            yield self._connections[viewer]

    def broadcast_newest(self, numbers: Metrics | Counts) -> None:
        """Queue live numbers for every subscriber, in place of older ones that are not sent yet."""
        if self.active_subscribers(numbers.video_id) == 0:
            return
        text = numbers.model_dump_json()
        for connection in self._subscribers(numbers.video_id):
            connection.queue_newest(type(numbers), text)

    def broadcast(self, message: State | Recount | Alerted) -> None:
        """Queue it for every subscriber, after everything before it."""
        if self.active_subscribers(message.video_id) == 0:
            return
        text = message.model_dump_json()
        for connection in self._subscribers(message.video_id):
            connection.queue_text(text)

    def answered(self, video_id: str, at: datetime) -> None:
        """A run ended at `at`: end the demand that was started by then."""
        self._ledger.answered(video_id, at)
        self._notify_changed()

    def end_video(self, video_id: str) -> None:
        """End every subscription to a deleted video."""
        for connection in self._subscribers(video_id):
            self._end(connection)

    def _subscribers(self, video_id: str) -> list[Connection]:
        return [self._connections[viewer] for viewer in self._ledger.viewers_of(video_id)]

    def _end(self, connection: Connection) -> None:
        """After `unsubscribed`, nothing of the video follows."""
        video_id = self._end_in_ledgers(connection)
        if video_id is not None:
            connection.discard_unsent()
            connection.queue(Unsubscribed(video_id=video_id))
        self._notify_changed()

    def _end_in_ledgers(self, connection: Connection) -> str | None:
        """The video that it was subscribed to."""
        video_id = self._ledger.unsubscribe(connection.id)
        if video_id is not None:
            self._frames.unsubscribe(connection.id, video_id)
        return video_id

    def _notify_changed(self) -> None:
        for callback in self._on_change:
            callback()
