"""The WebSocket channel `/ws`: its protocol, and the life of a connection."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from onwatch_contracts.channel import (
    CLIENT_MESSAGE,
    ClientMessage,
    Error,
    Start,
    Stop,
    Subscribe,
    Subscribed,
    Unsubscribe,
)
from onwatch_gateway import states
from onwatch_gateway.connection import CloseCode, Connection
from onwatch_gateway.demand import NotSubscribed
from onwatch_gateway.errors import ForeignOrigin, TooManyConnections, answer
from onwatch_gateway.instruments import Instruments
from onwatch_gateway.origins import origin_allowed
from onwatch_gateway.settings import GatewaySettings
from onwatch_gateway.states import RecentStates
from onwatch_gateway.subscriptions import Subscriptions
from onwatch_gateway.videos import CatalogUnavailable, VideoLookup
from onwatch_runtime.clock import Clock
from onwatch_runtime.http.problems import ProblemError
from onwatch_runtime.ids import NewId

log = logging.getLogger(__name__)

_EXPECTED = 'expected {"type": "subscribe"|"unsubscribe"|"start"|"stop", "video_id": "..."}'
CLOSE_REASONS = {
    CloseCode.SERVICE_RESTART: "the gateway is stopping",
    CloseCode.TRY_AGAIN_LATER: "the connection is too slow",
}


class NoMessage(ValueError):
    """What a viewer sent is no message of the channel."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


def read_message(text: str) -> ClientMessage:
    """The message; `NoMessage` holds the error to answer with."""
    try:
        return CLIENT_MESSAGE.validate_json(text)
    except ValidationError as invalid:
        raise NoMessage(_why(invalid)) from invalid


def _why(invalid: ValidationError) -> Error:
    first = invalid.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "union_tag_invalid":
        tag = str(first.get("ctx", {}).get("tag"))[:64]
        return Error(code="unknown_type", message=f"no message of type {tag!r}; {_EXPECTED}")
    return Error(code="malformed", message=f"{where or 'message'}: {first['msg'][:300]}; {_EXPECTED}")


@dataclass(frozen=True)
class ChannelProtocol:
    """What the gateway does on each message of a viewer."""

    subscriptions: Subscriptions
    videos: VideoLookup
    recent: RecentStates
    clock: Clock
    max_message_chars: int

    async def take(self, connection: Connection, text: str | None) -> None:
        """Do what a text frame asks (None: it was binary). Whatever is wrong with it, the viewer is told."""
        try:
            await self._follow(connection, self._read(text))
        except NoMessage as no_message:
            connection.say(no_message.error)

    def _read(self, text: str | None) -> ClientMessage:
        if text is None:
            raise NoMessage(Error(code="malformed", message=f"viewers send text frames, not binary; {_EXPECTED}"))
        if len(text) > self.max_message_chars:
            said = f"a message of {len(text)} characters; at most {self.max_message_chars} are read"
            raise NoMessage(Error(code="malformed", message=said))
        return read_message(text)

    async def _follow(self, connection: Connection, message: ClientMessage) -> None:
        video_id = message.video_id
        try:
            match message:
                case Subscribe():
                    await self._subscribe(connection, video_id)
                case Unsubscribe():
                    self.subscriptions.unsubscribe(connection, video_id)
                case Start():
                    self.subscriptions.start(connection, video_id, self.clock.now())
                case Stop():
                    self.subscriptions.stop(connection, video_id)
        except NotSubscribed as error:
            connection.say(Error(code="not_subscribed", message=str(error), video_id=video_id))

    async def _subscribe(self, connection: Connection, video_id: str) -> None:
        """The old subscription ends before anything is asked: the viewer has turned away from it."""
        self.subscriptions.end_other(connection, video_id)
        try:
            video = await self.videos.find(video_id)
        except CatalogUnavailable as error:
            log.warning("video %s was not looked up: %s", video_id, error)
            said = f"whether there is a video {video_id} cannot be said now; try again in a moment"
            connection.say(Error(code="unavailable", message=said, video_id=video_id))
            return
        heard = self.recent.of(video_id, self.clock.monotonic())
        if video is None or (heard and heard.state == "deleted"):
            connection.say(Error(code="video_not_found", message=f"there is no video {video_id}", video_id=video_id))
            return
        self.subscriptions.subscribe(connection, video_id)
        connection.say(Subscribed(video_id=video_id))
        if state := heard or states.of_catalog(video_id, video):
            connection.say(state)


@dataclass(frozen=True)
class Channel:
    """The ASGI app behind `/ws`."""

    protocol: ChannelProtocol
    subscriptions: Subscriptions
    settings: GatewaySettings
    instruments: Instruments
    new_id: NewId

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        if refusal := self._refusal(socket):
            await _refuse(socket, refusal)
        else:
            await self._serve(socket)

    def _refusal(self, socket: WebSocket) -> ProblemError | None:
        origin, host = socket.headers.get("origin"), socket.headers.get("host")
        if not origin_allowed(origin, host, self.settings.allowed_origins):
            return ForeignOrigin(origin, host)
        return None if self.subscriptions.has_room else TooManyConnections()

    async def _serve(self, socket: WebSocket) -> None:
        capacity = self.settings.text_queue_capacity
        connection = Connection(self.new_id(), text_capacity=capacity, instruments=self.instruments)
        self.subscriptions.enter(connection)
        try:
            await socket.accept()
            await self._converse(socket, connection)
        finally:
            # At once, and without waiting: true also when this task is being cancelled.
            self.subscriptions.leave(connection)
        if connection.ended.done():
            await self._close(socket, connection.ended.result())

    async def _converse(self, socket: WebSocket, connection: Connection) -> None:
        """Receive and send side by side: who only sends learns of a vanished viewer at the next send."""
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(self._receive(socket, connection))
            sending = tasks.create_task(self._send(socket, connection))
            endings: tuple[asyncio.Future[Any], ...] = (receiving, sending, connection.ended)
            await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
            receiving.cancel()
            sending.cancel()

    async def _receive(self, socket: WebSocket, connection: Connection) -> None:
        """One message after the other: the next is not read before this one is done with."""
        while (message := await socket.receive())["type"] == "websocket.receive":
            await self.protocol.take(connection, message.get("text"))

    async def _send(self, socket: WebSocket, connection: Connection) -> None:
        try:
            await connection.send_to(socket, self.settings.send_timeout_s)
        except (WebSocketDisconnect, RuntimeError) as gone:  # both mean closed, depending on who closed first
            log.debug("viewer %s is gone: %r", connection.id, gone)

    async def _close(self, socket: WebSocket, code: CloseCode) -> None:
        try:
            async with asyncio.timeout(self.settings.close_timeout_s):
                await socket.close(code, CLOSE_REASONS[code])
        except (TimeoutError, WebSocketDisconnect, RuntimeError) as gone:
            log.debug("a viewer was not told why the connection is closed: %r", gone)


async def _refuse(socket: WebSocket, refusal: ProblemError) -> None:
    """Before the handshake: the reason as an HTTP answer where the server can, else a plain 403."""
    log.info("a connection was refused: %s", refusal)
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(answer(refusal, socket.url.path))
    else:
        await socket.close()
