"""Hours of video at 25 pictures a second, by looping a clip without encoding again."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from onwatch_testkit.system import DRIVES, write_clip

RATE = 25
FORMATS = ("mp4", "mkv", "ts")


@dataclass(frozen=True)
class LoopedClip:
    """A clip of whole pictures at the rate."""

    path: Path
    frames: int

    @classmethod
    def of(cls, source: Path, path: Path) -> LoopedClip:
        """The pictures of a clip as they are, at new times."""
        times = f"setts=pts=N/{RATE}/TB:dts=N/{RATE}/TB:duration=1/{RATE}/TB"
        _ffmpeg("-i", source, "-an", "-c", "copy", "-bsf:v", times, path)
        return cls(path, packets_of(path))

    @classmethod
    def drawn(cls, path: Path) -> LoopedClip:
        """Three vehicles of colour on grey."""
        write_clip(path)
        return cls(path, packets_of(path))

    def looped(self, path: Path, hours: float) -> tuple[Path, int]:
        """A file at least that long, and how often the clip is in it."""
        loops = -(-round(hours * 3600 * RATE) // self.frames)
        _ffmpeg("-stream_loop", loops - 1, "-i", self.path, "-c", "copy", path)
        return path, loops


VEHICLES_DRAWN = len(DRIVES)


def remuxed(source: Path, path: Path) -> Path:
    _ffmpeg("-i", source, "-c", "copy", path)
    return path


def packets_of(path: Path) -> int:
    """Counted by FFprobe, which reads the whole file."""
    command = ["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v:0"]
    command += ["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", str(path)]
    # Of a transport stream it tells the number twice: of the file, and of the program in it.
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0].rstrip(","))


def decode_one(path: Path, time_s: float) -> None:
    """The picture at a time, as FFmpeg finds it."""
    _ffmpeg("-ss", time_s, "-i", path, "-frames:v", 1, "-f", "null", "-")


def _ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-y", "-v", "error", *map(str, arguments)], check=True)
