"""FFprobe and Onwatch agree on size, duration and rate of 100 generated variants."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from onwatch_media import inspect

pytestmark = pytest.mark.slow

VARIANTS = 100
CODECS = {
    "mp4": ("libx264", "libx265", "mpeg4"),
    "mkv": ("libx264", "mpeg4", "ffv1", "mjpeg"),
    "mov": ("libx264", "mjpeg"),
    "ts": ("libx264", "libx265"),
    "avi": ("mpeg4", "mjpeg", "libx264"),
    "flv": ("libx264",),
}


@pytest.mark.parametrize("seed", range(VARIANTS))
def test_ffprobe_and_onwatch_agree(seed: int, tmp_path: Path) -> None:
    if shutil.which("ffprobe") is None:
        if os.environ.get("ONWATCH_REQUIRE_REAL") == "1":
            pytest.fail("no ffprobe, and ONWATCH_REQUIRE_REAL=1")
        pytest.skip("no ffprobe (scripts/test-programs installs it)")
    path = written(random.Random(seed), tmp_path)  # noqa: S311 a seeded choice
    found, stream = inspect(path), probed(path)
    is_unknown = stream["avg_frame_rate"] == "0/0"
    rate = Fraction(stream["r_frame_rate" if is_unknown else "avg_frame_rate"])
    duration_s = int(stream["nb_read_packets"]) / rate
    aspect = Fraction(stream.get("sample_aspect_ratio", "1:1").replace(":", "/"))
    shown = round(stream["width"] * aspect), stream["height"]
    turned = next((int(data["rotation"]) for data in stream.get("side_data_list", ()) if "rotation" in data), 0)
    assert (found.width, found.height) == (shown[::-1] if turned % 180 else shown)
    assert any(f"turned by {-turned % 360} degrees" in note for note in found.notes) == bool(turned)
    assert found.fps == pytest.approx(float(rate), rel=0.02)
    assert found.duration_s == pytest.approx(float(duration_s), abs=float(1 / rate) * 1.01)


def written(choose: random.Random, folder: Path) -> Path:
    extension = choose.choice(sorted(CODECS))
    codec = choose.choice(CODECS[extension])
    rate = choose.choice(["1", "25/2", "30000/1001", "60", "25", "1000" if extension in ("mp4", "mkv") else "50"])
    if codec in ("mpeg4", "mjpeg") and rate == "1000":
        rate = "100"
    width, height = choose.choice([(64, 48), (66, 50), (64, 80), (65, 49) if codec == "ffv1" else (70, 46)])
    seconds = 4 if rate == "1" else choose.choice([1, 1.5, 2])
    reordered = choose.choice([0, 2]) if codec in ("libx264", "mpeg4") and extension != "flv" else 0
    aspect = choose.choice(["1", "2", "4/3"]) if extension in ("mp4", "mkv", "mov") else "1"
    offset = choose.choice(["0", "7.5"]) if extension in ("mkv", "ts") else "0"
    path = folder / f"{codec}.{extension}"
    source = f"testsrc2=size={width + width % 2}x{height + height % 2}:rate={rate}:duration={seconds}"
    command = ["ffmpeg", "-nostdin", "-y", "-v", "error", "-f", "lavfi", "-i", source]
    command += ["-vf", f"scale={width}:{height},setsar={aspect}", "-c:v", codec, "-output_ts_offset", offset]
    command += ["-bf", str(reordered)] if codec in ("libx264", "mpeg4") else []
    command += ["-preset", "ultrafast"] if codec.startswith("libx26") else []
    command += ["-x265-params", "log-level=none"] if codec == "libx265" else []
    subprocess.run([*command, "-pix_fmt", "yuvj420p" if codec == "mjpeg" else "yuv420p", path], check=True)
    counterclockwise = choose.choice([0, 90, 180, 270]) if extension in ("mp4", "mov") else 0
    return marked(path, counterclockwise) if counterclockwise else path


def marked(path: Path, counterclockwise: int) -> Path:
    """With a mark that its pictures are to be turned. FFmpeg 5 writes it by the second command only."""
    target, quiet = path.with_name(f"turned{path.suffix}"), ["ffmpeg", "-nostdin", "-y", "-v", "quiet"]
    copied = ["-i", str(path), "-c", "copy"]
    if subprocess.run([*quiet, "-display_rotation", str(counterclockwise), *copied, target], check=False).returncode:
        subprocess.run([*quiet, *copied, "-metadata:s:v", f"rotate={counterclockwise}", target], check=True)
    return target


def probed(path: Path) -> dict[str, Any]:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-count_packets",
        "-select_streams",
        "v:0",
        "-show_streams",
        "-of",
        "json",
        path,
    ]
    streams = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"]
    return dict(streams[0])
