"""uvicorn's protocols of a connection, with what they lack against slow and hostile clients."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import h11
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RequestTimeouts:
    head_s: float = 10.0
    """For the request line and headers: at most 16 KiB, and mostly one packet."""
    body_s: float = 60.0
    """Without a byte of a body that is awaited."""


class HttpConnection(H11Protocol):
    """An HTTP/1.1 connection that is closed when the client takes too long to send a request.

    The time for a head is not extended by further bytes: a client may send one now and then. Between two requests,
    uvicorn's keep-alive timeout applies.
    """

    timeouts: RequestTimeouts
    """Of the server: `http_server` makes a subclass with its own."""
    _head_timer: asyncio.TimerHandle | None = None
    _body_timer: asyncio.TimerHandle | None = None
    _received_at_s = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        self._received_at_s = self.loop.time()
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_head_timer()
        if self._body_timer is not None:
            self._body_timer.cancel()

    def _watch(self) -> None:
        """Run the timer of what is awaited: none for a WebSocket's connection, which has another protocol by now."""
        if self.transport.get_protocol() is not self:
            self._stop_head_timer()
            return
        if self.conn.their_state is not h11.IDLE:
            self._stop_head_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.timeouts.head_s, self._close, "head", self.timeouts.head_s)
        if self.conn.their_state is h11.SEND_BODY and self._body_timer is None:
            self._body_timer = self.loop.call_later(self.timeouts.body_s, self._check_body)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _check_body(self) -> None:
        self._body_timer = None
        if self.conn.their_state is not h11.SEND_BODY:
            return
        if self.flow.read_paused or self.conn.they_are_waiting_for_100_continue:
            self._received_at_s = self.loop.time()  # the app does not read: that is not the client's fault
        left_s = self._received_at_s + self.timeouts.body_s - self.loop.time()
        if left_s > 0:
            self._body_timer = self.loop.call_later(left_s, self._check_body)
        else:
            self._close("body", self.timeouts.body_s)

    def _close(self, awaited: str, timeout_s: float) -> None:
        log.info("%s sent no more of a request's %s for %g s: closed", self.client, awaited, timeout_s)
        self.transport.close()


SEND_NOW = "onwatch.send_now"
"""An extension of ASGI: `send_now(bytes) -> bool`, of a WebSocket's scope."""


def send_now_of(scope: Scope) -> Callable[[bytes], bool]:
    """Sends a binary message at once; False if the client has to read first, or the server has no such extension.

    Measured with messages of 70 kB: half of the CPU time of a task for each client, which sends to it.
    """
    extension: Mapping[str, Any] = scope.get("extensions", {}).get(SEND_NOW, {})
    send_now: Callable[[bytes], bool] = extension.get("send", lambda _: False)
    return send_now


class _NewestFrame:
    """The frame of a binary message. A server's are not masked, so that it is the same for all clients.

    Recognised by identity: the hash or a comparison of a message takes longer than its frame.
    """

    def __init__(self) -> None:
        self._message = self._frame = b""

    def of(self, message: bytes) -> bytes:
        if message is not self._message:
            self._message, self._frame = message, Frame(Opcode.BINARY, message).serialize(mask=False)
        return self._frame


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket connection that logs no error, and keeps no memory, for what a client does."""

    _newest_frame = _NewestFrame()
    """Of all connections: what is sent to one is mostly sent to others as well."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Quiet by `configure_logs`: the app itself logs in one line why it refuses a connection.
        self.logger = self.conn.logger = logging.getLogger("uvicorn.websocket")

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # an invalid request is refused and has no scope
            self.scope["extensions"][SEND_NOW] = {"send": self.send_now}

    def send_now(self, data: bytes) -> bool:
        is_open = self.handshake_complete and not (self.close_sent or self.disconnected or self.transport.is_closing())
        if not is_open or not self.writable.is_set():
            return False
        self.transport.write(self._newest_frame.of(data))
        return True

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True  # refused with a response; uvicorn would log an incomplete handshake

    def handle_ping(self) -> None:
        """Answer unless earlier answers still wait for the client to read them (RFC 6455, 5.5.3 allows to skip)."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def keepalive_timeout(self) -> None:
        """Close, unless the app has not read what was sent before: the answer to the ping may wait behind that."""
        if self.read_paused and self.ping_timeout is not None:
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)
            return
        log.info("%s did not answer a ping for %g s: closed", self.client, self.ping_timeout)
        super().keepalive_timeout()

    def handle_cont(self, event: Frame) -> None:
        """Collect a fragment; empty ones, of which the limit of a message's size allows any number, are dropped."""
        if event.data or event.fin:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            log.info("%s sent a text that is not UTF-8: closed", self.client)
            self.frames = []
            self.conn.send_close(1007)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
