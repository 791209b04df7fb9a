"""Records of one size over a socket, with deadlines: what either end may say at all is fixed beforehand."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Sequence

NUMBER = struct.Struct("<i")
"""What the life socket of a process tells: its process id, and at its end the exit code, negative for a signal."""
LOOK_S = 0.5  # between two looks at whether anybody still waits


class ChannelClosed(Exception):
    """The other end is gone."""


class Stalled(Exception):
    """No whole record came in time."""


class Channel:
    """One end. One thread at a time sends and receives."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, record: bytes, handles: Sequence[int] = ()) -> None:
        """`ChannelClosed`."""
        try:
            if handles:
                socket.send_fds(self._end, [record], handles)
            else:
                self._end.sendall(record)
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def receive(self, size: int, wait_s: float | None = None, while_waiting: Callable[[float], object] = id) -> bytes:
        """The next record of so many bytes. `ChannelClosed`; `Stalled` after `wait_s`, also where bytes trickle in.

        `while_waiting` is called about twice a second, with the seconds waited; it may raise.
        """
        began_s, record = time.monotonic(), b""
        while len(record) < size:
            waited_s = time.monotonic() - began_s
            if wait_s is not None and waited_s >= wait_s:
                raise Stalled(f"nothing for {wait_s:g} s")
            self._end.settimeout(None if wait_s is None else min(LOOK_S, wait_s - waited_s))
            try:
                part = self._end.recv(size - len(record))
            except TimeoutError:
                while_waiting(time.monotonic() - began_s)
                continue
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if not part:
                raise ChannelClosed("the other end is gone")
            record += part
        return record

    def receive_with_handle(self, size: int) -> tuple[bytes, int | None]:
        """A record of so many bytes, and the file that came with it; of a sender that is trusted."""
        record, handles, _, _ = socket.recv_fds(self._end, size, 1)
        if len(record) < size:
            record += self.receive(size - len(record))
        return record, handles[0] if handles else None
