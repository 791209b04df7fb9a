"""A folder of recordings: one clip, cut as a recorder does, beside files that are no videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from onwatch_testkit.blob_engine import write_blob_clip
from onwatch_testkit.system import DRIVES, FRAMES, FRAMES_PER_SECOND, HEIGHT, WIDTH

NAMES = ("cam_20260101_080000.mp4", "cam_20260101_080001.mp4", "cam_20260101_080002.mp4")
"""The truck passes from the first into the second."""
VEHICLES = 3


def write_recordings(folder: Path) -> Path:
    """Three recordings of a second, the later ones in a folder of their own, and notes."""
    clip = folder.parent / "whole.mp4"
    write_blob_clip(clip, DRIVES, frames=FRAMES, width=WIDTH, height=HEIGHT, keyframe_every=FRAMES_PER_SECOND)
    later = folder / "later"
    later.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        _cut(clip, (folder if number == 0 else later) / name, number)
    (folder / "notes.txt").write_text("notes")
    (folder / ".hidden.mp4").write_text("hidden")
    return folder


def _cut(clip: Path, target: Path, second: int) -> None:
    """Copy the packets of that second."""
    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        stream: Any = source.streams.video[0]
        copied = out.add_stream_from_template(stream)
        begin, end = (round(at / stream.time_base) for at in (second, second + 1))
        for packet in source.demux(stream):
            if packet.pts is not None and begin <= packet.pts < end:
                packet.pts -= begin
                packet.dts -= begin
                packet.stream = copied
                out.mux(packet)
