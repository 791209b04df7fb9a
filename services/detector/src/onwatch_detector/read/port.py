"""The port of decoding: one file, read by one run. Adapters decode in this process or in one of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from onwatch_detector.errors import IsUnwanted
from onwatch_detector.read.decoder import Frame, Position
from onwatch_media import Picture, VideoSource


class Reader(Protocol):
    """Frames in order, from a position. One thread at a time; pictures of its frames may be taken in another one."""

    position: Position
    """After the newest frame read."""
    frames_per_second: float
    width: int
    height: int
    decoded_s: float | None
    """Timestamp of the newest frame decoded, taken or not."""

    def read(self) -> Frame | None:
        """The next frame; None at the end of the video. `VideoUnreadable`, `Interrupted`."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class SampleStep:
    """What one step of reading samples found."""

    reached_s: float
    """Every sample up to this time has been read."""
    number: int = -1
    picture: Picture | None = None
    """Of the sample with that number; None: the step decoded a frame on the way to the next sample."""


class Samples(Protocol):
    """Samples of a video: number `k` is of the time `k * every_s`. One thread at a time."""

    is_quick: bool
    """Every sample takes the time of decoding one picture."""

    def step(self) -> SampleStep | None:
        """Decode one frame; None at the end of the video. `VideoUnreadable`, `Interrupted`."""
        ...

    def close(self) -> None: ...


class Decoder(Protocol):
    """Decodes one file for one run: same file, same frames, same timestamps, whichever adapter.

    One reader and one of samples at a time, each in a thread of its own. All methods raise `VideoUnreadable`.
    """

    @property
    def path(self) -> PurePath:
        """It identifies the file."""
        ...

    def reader(self, position: Position, taken_per_second: float = 0.0, *, on_demand: bool = False) -> Reader:
        """`taken_per_second` samples the frames by video time; 0 takes all.

        `on_demand`: a frame has a grey copy, and is converted to colours when its picture is first asked for; else
        every frame is converted, and may have no grey copy.
        """
        ...

    def samples(self, every_s: float, first: int) -> Samples:
        """From sample `first` on. Those before are closed by then."""
        ...

    def duration_s(self) -> float | None:
        """Duration in the file's header, or that of its pictures if its clock is not sound."""
        ...

    def abort(self) -> None:
        """End what is being decoded, where that is possible; nothing but `close` follows. Any thread."""
        ...

    def close(self) -> None: ...


DecoderFactory = Callable[[VideoSource, float | None, IsUnwanted], Decoder]
"""Of a file, with the frames per second where it has no timestamps. What takes long polls the last argument."""
