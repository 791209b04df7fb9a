"""A file can be closed at any frame, also while threads of its decoder are at work."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 300.0
CLOSE_AT_EVERY_FRAME = """
import sys
from pathlib import Path
from onwatch_media import VideoFile

for closed_after in list(range(15)) * 10:
    with VideoFile(Path(sys.argv[1])) as video:
        for number, frame in enumerate(video.frames()):
            if number == closed_after:
                break
"""


def test_closing_does_not_wait_for_threads_that_wait_for_the_interpreter(write_clip: Callable[..., Path]):
    """In a process of its own: a deadlock inside of the decoder cannot be interrupted."""
    clip = write_clip("clip.webm", codec="libvpx-vp9")  # its threads release what belongs to a packet
    command = [sys.executable, "-c", CLOSE_AT_EVERY_FRAME, str(clip)]
    subprocess.run(command, check=True, timeout=PATIENCE_S)
