"""Write a clip as an mp4 file and its truth as JSON beside it."""

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.video.stream

from .scene import Scene
from .spec import ClipSpec
from .truth import Truth

KEYFRAME_S = 2.0
CODECS: tuple[tuple[str, dict[str, str]], ...] = (
    ("libx264", {"crf": "18", "preset": "veryfast"}),
    ("mpeg4", {"qmin": "2", "qmax": "4"}),
)
Progress = Callable[[int, int], None]  # frames done, frames in all


class NoEncoderError(RuntimeError):
    """This build of FFmpeg has none of the encoders that a clip can be written with."""


def write_clip(path: str | os.PathLike[str], spec: ClipSpec, progress: Progress | None = None) -> Truth:
    """Render `spec` into the mp4 file `path` and write `<path>.truth.json`; returns the truth of the default zone.

    Raises NoEncoderError when FFmpeg can write neither H.264 nor MPEG-4, OSError when the file cannot be written.
    """
    target = Path(path)
    scene = Scene(spec)
    name, options = _encoder()
    with av.open(os.fspath(target), "w", format="mp4") as container:
        _encode(container, scene, name, options, progress)
    truth = scene.truth()
    truth_path(target).write_text(json.dumps(truth.to_json(target.name), indent=1) + "\n", encoding="utf-8")
    return truth


def truth_path(clip: Path) -> Path:
    """Where a clip's truth is: `<clip>.truth.json`, beside it."""
    return clip.with_name(clip.name + ".truth.json")


def _encoder() -> tuple[str, dict[str, str]]:
    """H.264 where FFmpeg has it (browsers play it), MPEG-4 otherwise."""
    for name, options in CODECS:
        if name in av.codecs_available:
            return name, options
    raise NoEncoderError(f"FFmpeg has none of the encoders {', '.join(name for name, _ in CODECS)}")


def _encode(
    container: av.container.OutputContainer, scene: Scene, name: str, options: dict[str, str], progress: Progress | None
) -> None:
    spec = scene.spec
    rate = Fraction(spec.fps).limit_denominator(1001)
    stream = container.add_stream(name, rate=rate, options=options)
    stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
    stream.codec_context.gop_size = max(1, round(KEYFRAME_S * spec.fps))
    stream.codec_context.time_base = 1 / rate
    for number, picture in enumerate(scene.frames()):
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts, frame.time_base = number, 1 / rate
        container.mux(stream.encode(frame))
        if progress is not None:
            progress(number + 1, scene.frame_count)
    container.mux(stream.encode())
