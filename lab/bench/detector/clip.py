"""Writes the clip of the comparison: the first frames of another clip, with timestamps moved together.

At 1,000 frames a second no machine keeps up with the video, so pacing slows down no program.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av

FRAMES_PER_SECOND = 1000


def cut(source: Path, target: Path, frames: int) -> None:
    with av.open(str(source)) as given, av.open(str(target), "w") as made:
        stream = made.add_stream("libx264", rate=FRAMES_PER_SECOND)
        first = given.streams.video[0]
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
        stream.options = {"crf": "20", "preset": "medium"}
        stream.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)
        for number, frame in enumerate(islice(given.decode(first), frames)):
            frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, FRAMES_PER_SECOND), 0
            made.mux(stream.encode(frame))
        made.mux(stream.encode())


if __name__ == "__main__":
    cut(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
