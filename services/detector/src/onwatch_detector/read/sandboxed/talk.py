"""Asks a decoder's process over one channel, and says in words what went wrong there."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from onwatch_detector.errors import Interrupted, IsUnwanted, VideoUnreadable
from onwatch_detector.read.decoder import GREY_SIDE
from onwatch_detector.read.sandboxed.messages import REPLY_BYTES, Ask, Nonsense, Reply, Request, Tell, Why
from onwatch_media.sandbox import MIB, Channel, ChannelClosed, SharedPictures, Stalled, StartedProcess

UNWANTED_S = 2.0  # an answer that nobody wants any more is waited for this long

T = TypeVar("T")


@dataclass(frozen=True)
class DecoderLimits:
    """What decoding one file may take. A long video may take any time, but never long without an answer."""

    stall_s: float = 60.0
    """Until the next answer: a picture, the opening of the file, a place in it."""
    memory_bytes: int = 2048 * MIB
    """Address space of the process, its libraries included, without the pictures that it shares."""


class Talk:
    """One question at a time, from any thread. `lock` keeps several together."""

    def __init__(
        self,
        name: str,
        process: StartedProcess,
        channel: Channel,
        limits: DecoderLimits,
        is_unwanted: IsUnwanted,
        lost: Callable[[], Exception | None] = lambda: None,
    ) -> None:
        """`name`: of the file, for people. `lost`: why the process could not read it."""
        self.name = name
        self.lock = threading.RLock()
        self._process = process
        self._channel = channel
        self._limits = limits
        self._is_unwanted = is_unwanted
        self._lost = lost
        self._memory: SharedPictures | None = None
        self._failure: Exception | None = None

    def ask(
        self, request: Request, expected: Sequence[Tell], use: Callable[[Reply], T], handles: Sequence[int] = ()
    ) -> T:
        """What `use` makes of the reply. `VideoUnreadable`; `Interrupted` if it takes long and is no longer wanted.

        What reading a stored file has raised, in place of what came of that.
        """
        with self.lock:
            if self._failure is not None:
                raise self._failure
            try:
                return self._asked(request, expected, use, handles)
            except Stalled:
                raise self._ended(f"its decoder gave nothing for {self._limits.stall_s:g} s, and was ended") from None
            except Nonsense as error:
                raise self._ended(f"its decoder answered with nonsense ({error}), and was ended") from None
            except ChannelClosed:
                raise self._ended(self._cause()) from None

    def _asked(
        self, request: Request, expected: Sequence[Tell], use: Callable[[Reply], T], handles: Sequence[int]
    ) -> T:
        self._channel.send(request.packed(), handles)
        record = self._channel.receive(REPLY_BYTES, self._limits.stall_s, self._look)
        reply = Reply.unpacked(record, *expected)
        if reply.tell is Tell.FAILED:
            raise VideoUnreadable(self.name, self._told(reply))
        return use(reply)

    def share(self, width: int, height: int) -> SharedPictures:
        """Memory for pictures of this size. Another reading of the file uses it again."""
        slot_bytes = max(width * height * 3, GREY_SIDE * GREY_SIDE)
        with self.lock:
            if self._memory is None or self._memory.slot_bytes != slot_bytes:
                self.close()
                memory = self._memory = SharedPictures(slot_bytes)
                request = Request(Ask.MEMORY, (memory.slots, slot_bytes))
                self.ask(request, (Tell.DONE,), lambda reply: None, (memory.handle,))
            return self._memory

    def close(self) -> None:
        if self._memory is not None:
            self._memory.close()

    def _look(self, waited_s: float) -> None:
        if waited_s >= UNWANTED_S and self._is_unwanted():
            self._process.kill()  # its answer would be taken for that to another question
            raise Interrupted

    def _ended(self, reason: str) -> Exception:
        self._process.kill()
        self._failure = self._lost() or VideoUnreadable(self.name, reason)
        return self._failure

    def _told(self, reply: Reply) -> str:
        if reply.flag == Why.MEMORY:
            return f"decoding it takes more than {self._limits.memory_bytes // MIB} MiB of memory"
        return reply.text if reply.flag == Why.UNREADABLE else f"its decoder failed ({reply.text})"

    def _cause(self) -> str:
        code = self._process.exit_code()
        if code is None or code >= 0:
            return f"its decoder ended by itself (code {code})"
        if code == -signal.SIGKILL:
            return "its decoder was ended (SIGKILL), as where the machine is short of memory"
        return f"its decoder crashed ({signal.Signals(-code).name})"
