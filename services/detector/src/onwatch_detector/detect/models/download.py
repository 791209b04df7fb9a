"""Downloads the default model: complete and verified, or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the bytes received so far and in total."""

CONNECT_TIMEOUT_S = 3.0  # a machine without internet continues with the demo model soon
STALL_TIMEOUT_S = 10.0
TIME_LIMIT_S = 300.0
LOG_STEP = 0.1


class DownloadFailed(Exception):
    """The file could not be downloaded; nothing of it is left behind."""


@dataclass(frozen=True)
class ModelSource:
    """A model file on the internet, and how to verify it."""

    file_name: str
    url: str
    sha256: str
    size_bytes: int
    licence: str


# 416 x 416, COCO; the release of Megvii's own repository.
YOLOX_TINY = ModelSource(
    file_name="yolox_tiny.onnx",
    url="https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_tiny.onnx",
    sha256="427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7",
    size_bytes=20_219_662,
    licence="Apache-2.0",
)


class ModelDownload:
    """One attempt per object: without a network, only the first run waits for it."""

    def __init__(
        self,
        source: ModelSource,
        *,
        transport: httpx.BaseTransport | None = None,
        time_limit_s: float = TIME_LIMIT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.source = source
        self._transport = transport
        self._time_limit_s = time_limit_s
        self._monotonic = monotonic
        self._failure: DownloadFailed | None = None

    def fetch(self, folder: Path, progress: Progress | None = None) -> Path:
        """The verified file in `folder`. Blocks, for at most about the time limit. `DownloadFailed` says why not."""
        if self._failure is not None:
            raise DownloadFailed(f"not retried: {self._failure}")
        try:
            return self._fetch(folder, progress or _log_progress(self.source.file_name))
        except (httpx.HTTPError, OSError, DownloadFailed) as error:
            self._failure = DownloadFailed(f"{self.source.url}: {error or type(error).__name__}")
            raise self._failure from error

    def _fetch(self, folder: Path, progress: Progress) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / self.source.file_name
        log.info("downloading %s (%s, %s bytes)", self.source.url, self.source.licence, self.source.size_bytes)
        with _partial(target, self._time_limit_s) as part:
            self._verify(self._stream_to(part, progress))
            part.replace(target)
        return target

    def _stream_to(self, part: Path, progress: Progress) -> str:
        """Returns the SHA-256 of the file."""
        digest, received, deadline_s = hashlib.sha256(), 0, self._monotonic() + self._time_limit_s
        with part.open("wb") as file:
            for chunk in self._chunks():
                received += len(chunk)
                if received > self.source.size_bytes:
                    raise DownloadFailed(f"longer than the expected {self.source.size_bytes} bytes")
                if self._monotonic() > deadline_s:
                    raise DownloadFailed(f"not done within {self._time_limit_s:g} s ({received} bytes)")
                digest.update(chunk)
                file.write(chunk)
                progress(received, self.source.size_bytes)
        return digest.hexdigest()

    def _chunks(self) -> Iterator[bytes]:
        timeout = httpx.Timeout(STALL_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        with (
            httpx.Client(transport=self._transport, timeout=timeout, follow_redirects=True) as client,
            client.stream("GET", self.source.url) as response,
        ):
            response.raise_for_status()
            yield from response.iter_bytes()

    def _verify(self, sha256: str) -> None:
        if sha256 != self.source.sha256:
            raise DownloadFailed(f"its SHA-256 is {sha256}, expected {self.source.sha256}")


@contextmanager
def _partial(target: Path, time_limit_s: float) -> Iterator[Path]:
    """A file of this process beside the target, removed afterwards unless it was renamed."""
    _remove_abandoned(target, time_limit_s)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _remove_abandoned(target: Path, time_limit_s: float) -> None:
    """Remove files of killed processes: a download in progress was written to more recently."""
    for part in target.parent.glob(f"{target.name}.*.part"):
        if time.time() - part.stat().st_mtime > time_limit_s:
            part.unlink(missing_ok=True)


def _log_progress(name: str) -> Progress:
    logged = 0.0

    def log_step(received: int, total: int) -> None:
        nonlocal logged
        if received / total >= logged + LOG_STEP:
            logged = received / total
            log.info("downloading %s: %.0f %%", name, 100 * logged)

    return log_step
