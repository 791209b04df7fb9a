"""Frames for viewers as JPEG and in a video codec: bytes and CPU time of each, at the same quality.

`PYTHONPATH=lab python -m bench.frames CLIP ...` prints a table. Both encode the same pictures, in the size that a
viewer gets, and the ratios are those of one run: other programs on the machine slow both down alike. `--quantizer same`
searches the coarsest quantizer with which the video is as good as the JPEG, by the PSNR of its brightness.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.channel import FrameHeader, decode_video_frame
from onwatch_detector.detections import Picture
from onwatch_detector.publish.frame_encoding import encode_jpeg, even, scaled, size_of
from onwatch_detector.publish.video_stream import QUANTIZER, VideoStream

JPEG_QUALITY = 80
CODEC = "vp8"
QUANTIZERS = range(4, 57, 2)
COLUMNS = (
    "clip",
    "size",
    "JPEG kB",
    "video kB",
    "of JPEG",
    "JPEG CPU ms",
    "video CPU ms",
    "times",
    "PSNR dB",
    "SSIM",
    "quantizer",
)
"""Of PSNR and SSIM: that of JPEG, and that of video."""


@dataclass(frozen=True)
class Measured:
    """Means of a frame."""

    bytes: float
    cpu_ms: float
    psnr_db: float
    ssim: float


def pictures_of(clip: Path, side: int, count: int) -> tuple[list[Picture], float]:
    """The first pictures, no side of them longer than that, and how many there are in a second."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        pictures: list[Picture] = []
        for frame in container.decode(stream):
            picture = frame.to_ndarray(format="bgr24")
            pictures.append(scaled(picture, even(size_of(picture, max_width=side, largest_side=side))))
            if len(pictures) == count:
                break
        return pictures, float(stream.average_rate or 25)


def measured(
    pictures: Sequence[Picture],
    encode: Callable[[int, Picture], bytes],
    decode: Callable[[Sequence[bytes]], Sequence[Picture]],
) -> Measured:
    start_s = time.process_time()
    encoded = [encode(number, picture) for number, picture in enumerate(pictures)]
    cpu_s = time.process_time() - start_s
    shown = decode(encoded)
    pairs = [(brightness(one), brightness(other)) for one, other in zip(pictures, shown, strict=True)]
    return Measured(
        fmean(map(len, encoded)),
        1000 * cpu_s / len(pictures),
        fmean(cv2.PSNR(one, other) for one, other in pairs),
        fmean(ssim(one, other) for one, other in pairs[::5]),
    )


def as_jpeg(pictures: Sequence[Picture]) -> Measured:
    return measured(
        pictures,
        lambda _, picture: encode_jpeg(picture, quality=JPEG_QUALITY),
        lambda jpegs: [cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) for jpeg in jpegs],  # type: ignore[misc]  # never None
    )


def as_video(pictures: Sequence[Picture], fps: float, quantizer: int) -> Measured:
    height, width = pictures[0].shape[:2]
    stream = VideoStream("stream", CODEC, (width, height), quantizer)
    header = FrameHeader(video_id="v", run_id="r", frame_number=0, timestamp_s=0)

    def encode(number: int, picture: Picture) -> bytes:
        return decode_video_frame(stream.encode(header, picture, number / fps))[1]

    return measured(pictures, encode, decoded)


def decoded(frames: Sequence[bytes]) -> list[Picture]:
    decoder = av.CodecContext.create(CODEC, "r")
    return [picture.to_ndarray(format="bgr24") for frame in frames for picture in decoder.decode(av.Packet(frame))]


def as_good_video(pictures: Sequence[Picture], fps: float, jpeg: Measured) -> tuple[int, Measured]:
    """The coarsest quantizer with which the video is as good as the JPEG; the finest if none is."""
    low, high = 0, len(QUANTIZERS) - 1
    best = QUANTIZERS[0], as_video(pictures, fps, QUANTIZERS[0])
    while low <= high:
        middle = (low + high) // 2
        video = as_video(pictures, fps, QUANTIZERS[middle])
        if video.psnr_db >= jpeg.psnr_db:
            best, low = (QUANTIZERS[middle], video), middle + 1
        else:
            high = middle - 1
    return best


def brightness(picture: Picture) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[assignment]  # dtype is kept
    return grey


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Structural similarity (Wang et al. 2004), with a Gaussian window of 11 pixels."""
    a, b = one.astype(np.float32), other.astype(np.float32)
    mean_a, mean_b = smooth(a), smooth(b)
    variance_a, variance_b = smooth(a * a) - mean_a**2, smooth(b * b) - mean_b**2
    covariance = smooth(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    below = (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    return float(np.mean(above / below))


def smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    smoothed: NDArray[np.float32] = cv2.GaussianBlur(values, (11, 11), 1.5)  # type: ignore[assignment]  # dtype is kept
    return smoothed


def row(clip: Path, pictures: Sequence[Picture], fps: float, quantizer: str) -> str:
    jpeg = as_jpeg(pictures)
    if quantizer == "same":
        used, video = as_good_video(pictures, fps, jpeg)
    else:
        used = int(quantizer)
        video = as_video(pictures, fps, used)
    height, width = pictures[0].shape[:2]
    times = video.cpu_ms / jpeg.cpu_ms
    return (
        f"| {clip.stem} | {width}x{height} | {jpeg.bytes / 1000:.1f} | {video.bytes / 1000:.1f} | "
        f"1/{jpeg.bytes / video.bytes:.1f} | {jpeg.cpu_ms:.1f} | {video.cpu_ms:.1f} | {times:.1f} | "
        f"{jpeg.psnr_db:.1f} / {video.psnr_db:.1f} | {jpeg.ssim:.3f} / {video.ssim:.3f} | {used} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP")
    parser.add_argument("--side", type=int, action="append", help="longest side in pixels; may be repeated")
    parser.add_argument("--pictures", type=int, default=75, help="of each clip")
    parser.add_argument("--quantizer", default=str(QUANTIZER), help="0 to 63, or `same`: as good as the JPEG")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    print("| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS))
    for clip in arguments.clips:
        for side in arguments.side or (640, 1280):
            pictures, fps = pictures_of(clip, side, arguments.pictures)
            print(row(clip, pictures, fps, arguments.quantizer), flush=True)


if __name__ == "__main__":
    main()
