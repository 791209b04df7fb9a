"""uvicorn's protocols of a connection, with what they lack against slow and hostile clients."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

log = logging.getLogger(__name__)


class HttpConnection(H11Protocol):
    """An HTTP/1.1 connection that is closed when the client takes too long to send the head of a request.

    The time is not extended by further bytes: a client may send one now and then. Between two requests, uvicorn's
    keep-alive timeout applies.
    """

    head_timeout_s: float
    """Of the server: `http_server` makes a subclass with its own."""
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_timer()

    def _watch_head(self) -> None:
        """Run the timer while a head is awaited; a WebSocket's connection has another protocol by now."""
        is_awaited = self.conn.their_state is h11.IDLE and self.transport.get_protocol() is self
        if not is_awaited or self.transport.is_closing():
            self._stop_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_timeout_s, self._close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _close(self) -> None:
        log.info("%s sent no whole request head within %g s: closed", self.client, self.head_timeout_s)
        self.transport.close()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket connection that logs no error, and keeps no memory, for what a client does."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Quiet by `configure_logs`: the app itself logs in one line why it refuses a connection.
        self.logger = self.conn.logger = logging.getLogger("uvicorn.websocket")

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
