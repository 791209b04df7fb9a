"""The WebSocket channel `/ws`: its protocol, and the lifecycle of a connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from onwatch_contracts.channel import (
    CLIENT_MESSAGE,
    ClientMessage,
    Error,
    Frames,
    Refused,
    Start,
    Stop,
    Subscribe,
    Subscribed,
    Unsubscribe,
)
from onwatch_gateway import states
from onwatch_gateway.access import MESSAGES, RecentFolders, Sender, sender_of
from onwatch_gateway.catalog_client import VideoLookup
from onwatch_gateway.connection import CloseCode, Connection
from onwatch_gateway.demand import NotSubscribed
from onwatch_gateway.errors import ForeignOrigin, NotPublic, TooManyConnections, refuse
from onwatch_gateway.frames import Screen
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.origins import origin_allowed
from onwatch_gateway.settings import GatewaySettings
from onwatch_gateway.states import RecentStates
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import ServiceUnavailable
from onwatch_runtime.http import ProblemError, send_now_of
from onwatch_runtime.ids import NewId
from onwatch_runtime.observe import current_traceparent, span

log = logging.getLogger(__name__)

_EXPECTED = 'expected {"type": "subscribe"|"unsubscribe"|"start"|"stop"|"frames", "video_id": "..."}'
CLOSE_REASONS = {
    CloseCode.POLICY_VIOLATION: "the session has ended",
    CloseCode.SERVICE_RESTART: "the gateway is stopping",
    CloseCode.TRY_AGAIN_LATER: "the connection is too slow",
}


class InvalidMessage(ValueError):
    """A viewer sent something that is not a message of the channel."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


def read_message(text: str) -> ClientMessage:
    """Parse a text frame. Raises `InvalidMessage` with the error to reply."""
    try:
        return CLIENT_MESSAGE.validate_json(text)
    except ValidationError as invalid:
        raise InvalidMessage(_to_error(invalid)) from invalid


def _to_error(invalid: ValidationError) -> Error:
    first = invalid.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])[:100]  # may be the name of an unknown field
    if first["type"] == "union_tag_invalid":
        tag = str(first.get("ctx", {}).get("tag"))[:64]
        return Error(code="unknown_type", message=f"no message of type {tag!r}; {_EXPECTED}")
    return Error(code="malformed", message=f"{where or 'message'}: {first['msg'][:300]}; {_EXPECTED}")


def _refusal_of(message: ClientMessage, sender: Sender, folder_id: str | None) -> Error | Refused | None:
    """The reply to a message that its sender may not send; None if that is allowed."""
    video_id = message.video_id
    if sender.may_send(message.type, video_id, folder_id):
        return None
    if not sender.identity.may_see(video_id, folder_id):
        return Error(code="video_not_found", message=f"there is no video {video_id}", video_id=video_id)
    role, action = MESSAGES[message.type]
    reason = f"to {action} needs the role {role}; {sender.identity.name} is {sender.identity.role}"
    return Refused(message=reason, video_id=video_id)


@dataclass(frozen=True)
class ChannelProtocol:
    """Handles the messages of viewers."""

    subscriptions: Subscriptions
    videos: VideoLookup
    folders: RecentFolders
    recent: RecentStates
    clock: Clock
    max_message_chars: int
    with_video: bool = True

    async def handle(self, connection: Connection, text: str | None, sender: Sender) -> None:
        """Handle a text frame; None stands for a binary one. Others than valid ones are answered."""
        try:
            message = self._read(text)
        except InvalidMessage as invalid:
            connection.queue(invalid.error)
            return
        try:
            folder_id = await self.folders.deciding(sender.identity, message.video_id)
        except ServiceUnavailable as error:
            self._reply_unavailable(connection, message.video_id, error)
            return
        if refusal := _refusal_of(message, sender, folder_id):
            connection.queue(refusal)
            return
        with span(f"channel {message.type}", video_id=message.video_id):
            await self._dispatch(connection, message)

    def _read(self, text: str | None) -> ClientMessage:
        if text is None:
            raise InvalidMessage(Error(code="malformed", message=f"viewers send text frames, not binary; {_EXPECTED}"))
        if len(text) > self.max_message_chars:
            reason = f"a message of {len(text)} characters; at most {self.max_message_chars} are allowed"
            raise InvalidMessage(Error(code="malformed", message=reason))
        return read_message(text)

    async def _dispatch(self, connection: Connection, message: ClientMessage) -> None:
        video_id = message.video_id
        try:
            match message:
                case Subscribe():
                    await self._subscribe(connection, video_id)
                case Unsubscribe():
                    self.subscriptions.unsubscribe(connection, video_id)
                case Start():
                    self.subscriptions.start(connection, video_id, self.clock.now(), current_traceparent())
                case Stop():
                    self.subscriptions.stop(connection, video_id)
                case Frames():
                    self.subscriptions.show(connection, video_id, Screen.of(message, with_video=self.with_video))
        except NotSubscribed as error:
            connection.queue(Error(code="not_subscribed", message=str(error), video_id=video_id))

    async def _subscribe(self, connection: Connection, video_id: str) -> None:
        """The old subscription ends before the lookup: the viewer has left its video, even if the catalog is slow."""
        self.subscriptions.end_other_subscription(connection, video_id)
        try:
            video = await self.videos.find(video_id)
        except ServiceUnavailable as error:
            self._reply_unavailable(connection, video_id, error)
            return
        recent = self.recent.get(video_id, self.clock.monotonic())
        if video is None or (recent and recent.state == "deleted"):
            connection.queue(Error(code="video_not_found", message=f"there is no video {video_id}", video_id=video_id))
            return
        self.subscriptions.subscribe(connection, video_id)
        connection.queue(Subscribed(video_id=video_id))
        if state := recent or states.from_catalog(video_id, video):
            connection.queue(state)

    def _reply_unavailable(self, connection: Connection, video_id: str, error: ServiceUnavailable) -> None:
        log.warning("video %s could not be looked up: %s", video_id, error)
        reason = f"video {video_id} could not be looked up; try again in a moment"
        connection.queue(Error(code="unavailable", message=reason, video_id=video_id))


@dataclass(frozen=True)
class Channel:
    """The ASGI app behind `/ws`."""

    protocol: ChannelProtocol
    subscriptions: Subscriptions
    settings: GatewaySettings
    instruments: Instruments
    new_id: NewId
    senders: dict[Connection, Sender] = field(default_factory=dict)
    """Of the open connections."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        if refusal := self._refusal(socket):
            await refuse(refusal, scope, receive, send)
        else:
            await self._serve(socket)

    def _refusal(self, socket: WebSocket) -> ProblemError | None:
        origin, host = socket.headers.get("origin"), socket.headers.get("host")
        if not origin_allowed(origin, host, self.settings.allowed_origins):
            return ForeignOrigin(origin, host)
        return None if self.subscriptions.accepts_connections else TooManyConnections()

    async def _serve(self, socket: WebSocket) -> None:
        capacity = self.settings.text_queue_capacity
        connection = Connection(
            self.new_id(), text_capacity=capacity, instruments=self.instruments, send_now=send_now_of(socket.scope)
        )
        self.subscriptions.add(connection)
        self.senders[connection] = sender_of(socket.scope)
        try:
            await socket.accept()
            await self._receive_and_send(socket, connection)
        finally:
            # Awaits nothing, so that it also completes while this task is being cancelled.
            self.subscriptions.remove(connection)
            self.senders.pop(connection, None)
        if connection.ended.done():
            await self._close(socket, connection.ended.result())

    def watching(self) -> Iterator[tuple[Sender, str | None]]:
        """Who has opened each connection, and the video that it is subscribed to."""
        return ((sender, self.subscriptions.video_of(connection)) for connection, sender in self.senders.items())

    def end_connection_of(self, sender: Sender) -> None:
        """Have the connection of that sender closed: the session has ended, or the video was moved out of sight."""
        for connection, its_sender in self.senders.items():
            if its_sender is sender:
                connection.end(CloseCode.POLICY_VIOLATION)

    async def _receive_and_send(self, socket: WebSocket, connection: Connection) -> None:
        """Receive and send concurrently: a sender alone notices a lost viewer only at its next send."""
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(self._receive(socket, connection))
            sending = tasks.create_task(self._send(socket, connection))
            endings: tuple[asyncio.Future[Any], ...] = (receiving, sending, connection.ended)
            await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
            receiving.cancel()
            sending.cancel()

    async def _receive(self, socket: WebSocket, connection: Connection) -> None:
        """Handle one message after the other: the next is not read before this one is handled."""
        while (message := await socket.receive())["type"] == "websocket.receive":
            await self.protocol.handle(connection, message.get("text"), self.senders[connection])

    async def _send(self, socket: WebSocket, connection: Connection) -> None:
        try:
            await connection.send_to(socket, self.settings.send_timeout_s)
        except (WebSocketDisconnect, RuntimeError) as closed:  # which one depends on who closed first
            log.debug("viewer %s has disconnected: %r", connection.id, closed)

    async def _close(self, socket: WebSocket, code: CloseCode) -> None:
        try:
            async with asyncio.timeout(self.settings.close_timeout_s):
                await socket.close(code, CLOSE_REASONS[code])
        except (TimeoutError, WebSocketDisconnect, RuntimeError) as closed:
            log.debug("the close frame was not sent: %r", closed)


async def no_channel(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket at another path than that of the channel."""
    await refuse(NotPublic(), scope, receive, send)
