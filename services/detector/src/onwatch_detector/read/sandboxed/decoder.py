"""Decodes a file in a process of its own, whose pictures come by shared memory and whose words are checked."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from onwatch_detector.errors import DecoderNotStarted, IsUnwanted, VideoUnreadable
from onwatch_detector.read.decoder import GREY_SIDE, Frame, Position
from onwatch_detector.read.port import SampleStep
from onwatch_detector.read.sandboxed.messages import Ask, Nonsense, Reply, Request, Tell, numbers_of
from onwatch_detector.read.sandboxed.talk import DecoderLimits, Talk
from onwatch_media import GivenReads, Grey, Picture, VideoSource
from onwatch_media.sandbox import MIB, Channel, NotStarted, ProcessStarter

SERVING = "onwatch_detector.read.sandboxed.serving"
"""The module that runs in the process."""
SHARED_BYTES = 512 * MIB
"""Address space for the pictures that are shared, by both channels."""
READER, SAMPLES, STORED = 0, 1, 2
CHANNELS = 2
"""And one more for a stored file, whose bytes it asks for."""
BEFORE_ALL_S = float("-inf")

log = logging.getLogger(__name__)


class SandboxedDecoder:
    """One process for one file. What the file does to it is told as `VideoUnreadable`."""

    def __init__(
        self,
        starter: ProcessStarter,
        limits: DecoderLimits,
        source: VideoSource,
        counted_rate: float | None = None,
        is_unwanted: IsUnwanted = lambda: False,
    ) -> None:
        """`counted_rate`: frames per second where the file has no timestamps.

        `is_unwanted` is polled while an answer takes long. `DecoderNotStarted`.
        """
        stored = None if isinstance(source, Path) else source
        self.path = path = source.absolute() if isinstance(source, Path) else source.path
        is_stored = stored is not None
        memory_bytes = limits.memory_bytes + SHARED_BYTES
        job = {"path": str(path), "counted_rate": counted_rate, "memory_bytes": memory_bytes, "is_stored": is_stored}
        try:
            self._process = starter.start(job, CHANNELS + is_stored)
        except NotStarted as error:
            raise DecoderNotStarted(path.name, str(error)) from error
        self._reads = GivenReads(self._process.channels[STORED], [stored]) if stored is not None else None
        channels = map(Channel, self._process.channels[:CHANNELS])
        self._talks = [Talk(path.name, self._process, channel, limits, is_unwanted, self._lost) for channel in channels]

    @property
    def pid(self) -> int:
        return self._process.pid

    def reader(self, position: Position, taken_per_second: float = 0.0, *, on_demand: bool = False) -> SandboxedReader:
        return SandboxedReader(self._talks[READER], position, taken_per_second, on_demand=on_demand)

    def samples(self, every_s: float, first: int) -> SandboxedSamples:
        return SandboxedSamples(self._talks[SAMPLES], every_s, first)

    def duration_s(self) -> float | None:
        return self._talks[SAMPLES].ask(Request(Ask.DURATION), (Tell.DURATION,), Reply.optional_seconds)

    def abort(self) -> None:
        self._process.kill()

    def close(self) -> None:
        if self._reads is not None:
            self._reads.close()
        self._process.close()
        for each in self._talks:
            each.close()

    def _lost(self) -> Exception | None:
        """Why the process could not read its file; None: nothing is wrong with that."""
        error = self._reads.error if self._reads is not None else None
        if isinstance(error, FileNotFoundError):
            return VideoUnreadable(self.path.name, "it is not in the store of the videos any more")
        return error


class SandboxedReader:
    """Frames in order. `read` in one thread at a time; pictures that are made on demand, in any."""

    def __init__(self, talk: Talk, position: Position, taken_per_second: float, *, on_demand: bool) -> None:
        self.position = position
        self.decoded_s: float | None = None
        self._talk = talk
        self._is_on_demand = on_demand
        self._reached_s = BEFORE_ALL_S
        self._frames: WeakValueDictionary[int, Frame] = WeakValueDictionary()
        """By number, those that somebody still has: their pictures may be asked for."""
        request = Request(Ask.READER, numbers_of(position), (taken_per_second, float(on_demand)))
        self.width, self.height, self.frames_per_second = talk.ask(
            request, (Tell.READER,), lambda reply: (*reply.size, reply.seconds())
        )
        self._memory = talk.share(self.width, self.height)

    def read(self) -> Frame | None:
        with self._talk.lock:
            slot = self._memory.lend()
            kept_from = min(list(self._frames), default=self.position.next_frame)
            request = Request(Ask.READ, (slot, kept_from))
            return self._talk.ask(request, (Tell.FRAME, Tell.END), partial(self._taken, slot))

    def close(self) -> None:
        """The process stays, until its decoder is closed."""

    def _taken(self, slot: int, reply: Reply) -> Frame | None:
        self.position = reply.position_after(self.position)
        self.decoded_s = reply.optional_seconds(1)
        if reply.tell is Tell.END:
            self._memory.give_back(slot)
            if reply.text:
                log.warning("decoding %s: %s", self._talk.name, reply.text)
            return None
        self._reached_s, number = reply.seconds_after(self._reached_s), self.position.next_frame - 1
        if not self._is_on_demand:
            picture = self._memory.picture(slot, self.height, self.width)
            return Frame(number, self._reached_s, lambda: picture, _no_grey_copy)
        width, height = reply.grey_size
        grey = self._memory.grey(slot, height, width)
        self._memory.give_back(slot)
        frame = self._frames[number] = Frame(
            number, self._reached_s, partial(self._converted, number), partial(_grey_copy, grey)
        )
        return frame

    def _converted(self, number: int) -> Picture:
        with self._talk.lock:
            slot = self._memory.lend()
            request = Request(Ask.CONVERT, (number, slot))
            return self._talk.ask(
                request, (Tell.DONE,), lambda reply: self._memory.picture(slot, self.height, self.width)
            )


class SandboxedSamples:
    """Samples in order. One thread at a time."""

    def __init__(self, talk: Talk, every_s: float, first: int) -> None:
        self._talk = talk
        self._next = first
        self._width, self._height, self.is_quick = talk.ask(
            Request(Ask.SAMPLES, (first,), (every_s,)),
            (Tell.SAMPLES,),
            lambda reply: (*reply.size, bool(reply.flag)),
        )
        self._memory = talk.share(self._width, self._height)

    def step(self) -> SampleStep | None:
        with self._talk.lock:
            slot = self._memory.lend()
            return self._talk.ask(Request(Ask.STEP, (slot,)), (Tell.STEP, Tell.END), partial(self._taken, slot))

    def close(self) -> None:
        """The process closes them when others are opened."""

    def _taken(self, slot: int, reply: Reply) -> SampleStep | None:
        if reply.tell is Tell.END or not reply.flag:
            self._memory.give_back(slot)
            return None if reply.tell is Tell.END else SampleStep(reply.reached_s)
        if reply.integers[0] != self._next:
            raise Nonsense(f"sample {reply.integers[0]} in place of {self._next}")
        self._next += 1
        picture = self._memory.picture(slot, self._height, self._width)
        return SampleStep(reply.reached_s, reply.integers[0], picture)


def _grey_copy(grey: Grey, side: int) -> Grey:
    if side != GREY_SIDE:
        raise ValueError(f"a decoder's process makes grey copies of {GREY_SIDE} pixels, not of {side}")
    return grey


def _no_grey_copy(side: int) -> Grey:
    raise ValueError("this reader converts every frame to colours, and makes no grey copies")
