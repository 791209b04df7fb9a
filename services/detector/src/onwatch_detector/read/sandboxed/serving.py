"""The decoder's process: decodes one file for one run, without rights and within limits.

The fork server imports it once. Each channel is served by a thread of its own, as a run reads frames and samples of its
background at the same time; both know what the other has found out about the file.
"""

from __future__ import annotations

import logging
import math
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onwatch_detector.errors import VideoUnreadable
from onwatch_detector.read.decoder import GREY_SIDE, FileFrame, Position, VideoReader
from onwatch_detector.read.in_process import InProcessDecoder
from onwatch_detector.read.samples import FileSamples
from onwatch_detector.read.sandboxed.messages import (
    REQUEST_BYTES,
    Ask,
    Reply,
    Request,
    Tell,
    Why,
    numbers_of,
    position_of,
)
from onwatch_media import take_files
from onwatch_media.sandbox import (
    Channel,
    ChannelClosed,
    WrittenPictures,
    give_up_rights,
    is_short_of_memory,
    limit_resources,
)

NOTES = 3  # of the log, told at the end of a video


class Notes(logging.Handler):
    """Keeps the first warnings, for the service to log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.texts) < NOTES:
            self.texts.append(record.getMessage())

    def taken(self) -> str:
        texts, self.texts = self.texts, []
        return "; ".join(texts)


class Served:
    """Answers the requests of one channel."""

    def __init__(self, channel: Channel, decoder: InProcessDecoder, memory_bytes: int, notes: Notes) -> None:
        self._channel = channel
        self._decoder = decoder
        self._memory_bytes = memory_bytes
        self._notes = notes
        self._reader: VideoReader | None = None
        self._is_on_demand = False
        self._kept: dict[int, FileFrame] = {}
        """Frames by number, whose pictures may still be asked for."""
        self._samples: FileSamples | None = None
        self._memory: WrittenPictures | None = None

    def run(self) -> None:
        """Until the other end is closed."""
        try:
            while True:
                record, handle = self._channel.receive_with_handle(REQUEST_BYTES)
                self._channel.send(self._answer(Request.unpacked(record), handle).packed())
        except ChannelClosed:
            return

    def _answer(self, request: Request, handle: int | None) -> Reply:
        try:
            return self._reply(request, handle)
        except VideoUnreadable as error:
            return self._failed(Why.UNREADABLE, error.reason)
        except MemoryError:
            return self._failed(Why.MEMORY, "")
        except Exception as error:  # noqa: BLE001 told to the run, which fails with it
            return self._failed(Why.INTERNAL, f"{type(error).__name__}: {error}")

    def _failed(self, why: Why, text: str) -> Reply:
        is_memory = why is Why.MEMORY or is_short_of_memory(self._memory_bytes)
        return Reply(Tell.FAILED, Why.MEMORY if is_memory else why, text=text)

    def _reply(self, request: Request, handle: int | None) -> Reply:
        first, second, *_ = request.integers
        match request.ask:
            case Ask.DURATION:
                return Reply(Tell.DURATION, floats=(_or_nan(self._decoder.duration_s()),))
            case Ask.READER:
                return self._open_reader(position_of(request.integers), *request.floats)
            case Ask.MEMORY if handle is not None:
                self._memory = WrittenPictures(handle, slots=first, slot_bytes=second)
                return Reply(Tell.DONE)
            case Ask.READ:
                return self._read(slot=first, kept_from=second)
            case Ask.CONVERT:
                return self._converted(second, self._kept[first], Reply(Tell.DONE))
            case Ask.SAMPLES:
                return self._open_samples(first, every_s=request.floats[0])
            case Ask.STEP:
                return self._step(slot=first)
        raise ValueError(f"{request.ask} without its file")

    def _open_reader(self, position: Position, taken_per_second: float, on_demand: float) -> Reply:
        self._is_on_demand = bool(on_demand)
        self._reader = reader = self._decoder.reader(position, taken_per_second)
        return Reply(Tell.READER, floats=(reader.frames_per_second,), width=reader.width, height=reader.height)

    def _read(self, slot: int, kept_from: int) -> Reply:
        reader = self._reader
        if reader is None:
            raise ValueError("no reader is open")
        self._kept = {number: frame for number, frame in self._kept.items() if number >= kept_from}
        frame = reader.read()
        numbers, decoded_s = numbers_of(reader.position), _or_nan(reader.decoded_s)
        if frame is None:
            return Reply(Tell.END, 0, numbers, (math.nan, decoded_s), text=self._notes.taken())
        told = (Tell.FRAME, 0, numbers, (frame.timestamp_s, decoded_s))
        if not self._is_on_demand:
            return self._converted(slot, frame, Reply(*told))
        self._kept[frame.number] = frame
        grey = frame.shrink(GREY_SIDE)
        return self._write(slot, grey, Reply(*told, width=grey.shape[1], height=grey.shape[0]))

    def _open_samples(self, first: int, every_s: float) -> Reply:
        if self._samples is not None:
            self._samples.close()
        self._samples = samples = self._decoder.samples(every_s, first)
        return Reply(Tell.SAMPLES, int(samples.is_quick), width=samples.width, height=samples.height)

    def _step(self, slot: int) -> Reply:
        step = self._samples.step() if self._samples is not None else None
        if step is None:
            return Reply(Tell.END)
        reply = Reply(Tell.STEP, int(step.picture is not None), (step.number,), (step.reached_s,))
        return reply if step.picture is None else self._write(slot, step.picture, reply)

    def _converted(self, slot: int, frame: FileFrame, reply: Reply) -> Reply:
        if self._memory is None or self._reader is None:
            raise ValueError("no memory is shared")
        frame.write(self._memory.slot(slot, (self._reader.height, self._reader.width, 3)))
        return reply

    def _write(self, slot: int, picture: Any, reply: Reply) -> Reply:
        if self._memory is None:
            raise ValueError("no memory is shared")
        self._memory.write(slot, picture)
        return reply


def serve(job: dict[str, Any], channels: Sequence[socket.socket]) -> None:
    """`job`: path, counted_rate, memory_bytes, is_stored; then the last channel is that of the file."""
    path, memory_bytes = Path(job["path"]), int(job["memory_bytes"])
    if job["is_stored"]:
        *channels, of_file = channels
        (path,) = take_files(of_file)
    give_up_rights(reads=[path.parent])
    limit_resources(memory_bytes=memory_bytes)
    notes = Notes()
    logging.getLogger().addHandler(notes)
    decoder = InProcessDecoder(path, job["counted_rate"])
    first, *others = (Served(Channel(each), decoder, memory_bytes, notes) for each in channels)
    for each in others:
        threading.Thread(target=each.run, daemon=True).start()
    first.run()  # of the frames; in the main thread, whose memory is not given back after each picture


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number
