"""A recipe makes one file with FFmpeg and says what a person expects of it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

STREET = "street"
"""The pictures are those of the street clip."""

PRELUDE = """
set -e
ff() { ffmpeg -nostdin -y -v error "$@"; }
h264="-an -c:v libx264 -preset ultrafast -crf 8"
h265="-an -c:v libx265 -preset ultrafast -x265-params log-level=none"
small="-f lavfi -i testsrc2=size=64x48:rate=10:duration=3"
[ -f c.mp4 ] || ff $small $h264 -pix_fmt yuv420p -g 5 -bf 2 c.mp4
"""
"""What the commands of a recipe may use; `$S` is the street clip."""


@dataclass(frozen=True)
class Recipe:
    """One file, as large and as long as the clip that it is made from unless said otherwise."""

    file: str
    what: str
    """What is odd about it, for people."""
    make: str
    """Shell commands that write `file` into the current folder."""
    shows: str = ""
    size: tuple[int, int] | None = None
    duration_s: float | None = None
    fps: float | None = None
    is_rate_assumed: bool = False
    """Its duration follows from an assumed rate: other than that of the clip."""
    starts_s: float = 0.0
    """Time in the street clip of the first picture."""
    notes: tuple[str, ...] = ()
    """What each note begins with or contains, in order."""
    refused: str = ""
    """What the refusal says; empty: the file is accepted."""
    is_counted: bool = False
    """The vehicles are counted too: where the answer depends on more than equal pictures at equal times."""

    @property
    def expected_size(self) -> tuple[int, int]:
        return self.size or ((640, 352) if self.shows == STREET else (64, 48))

    @property
    def expected_duration_s(self) -> float:
        return self.duration_s or (11.02 if self.shows == STREET else 3.0)

    def write(self, folder: Path, street: Path) -> Path:
        """The file, made in the folder."""
        subprocess.run(
            ["sh", "-c", PRELUDE + self.make],
            cwd=folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "S": str(street)},
            check=True,
            capture_output=True,
        )
        return folder / self.file
