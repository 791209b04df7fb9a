"""The archive of a backup: a tar file that is written from its beginning to its end, also into a pipe."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from onwatch.backup.errors import BackupDamaged, BackupFailed
from onwatch.backup.manifest import CHECKSUM, MANIFEST, Manifest, Part

BLOCK_BYTES = 1 << 20
MODE = 0o600

OnBytes = Callable[[int], None]


class _Hashing:
    """A file that is hashed while it is read. The rest of one that is deleted meanwhile are zeros."""

    def __init__(self, file: BinaryIO, on_bytes: OnBytes) -> None:
        self._file, self._on_bytes = file, on_bytes
        self.sha256 = hashlib.sha256()
        self.is_lost = False

    def read(self, size: int) -> bytes:
        block = bytes(size) if self.is_lost else self._block(size)
        self.sha256.update(block)
        self._on_bytes(len(block))
        return block

    def _block(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except FileNotFoundError:
            self.is_lost = True
            return bytes(size)


class _Counting:
    """A stream that may be a pipe, without a position. (That of tarfile writes to it when it is dropped.)"""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._written_bytes = 0

    def write(self, block: bytes) -> int:
        self._written_bytes += len(block)
        return self._stream.write(block)

    def tell(self) -> int:
        return self._written_bytes


class ArchiveWriter:
    """Writes parts and remembers their hashes. `OSError` of the stream is raised as it is."""

    def __init__(self, stream: BinaryIO) -> None:
        counting: Any = _Counting(stream)  # all that is used of a file
        self._tar = tarfile.TarFile(fileobj=counting, mode="w", format=tarfile.PAX_FORMAT)
        self.parts: list[Part] = []

    def add(self, name: str, content: bytes, mtime_s: float) -> None:
        self.add_file(name, io.BytesIO(content), len(content), mtime_s)

    def add_file(
        self, name: str, file: BinaryIO, size_bytes: int, mtime_s: float, on_bytes: OnBytes = lambda _: None
    ) -> bool:
        """False if the file was deleted while it was read: the part has its size, and is of no use.

        `BackupFailed` if the file is shorter than that; what it has beyond is left out.
        """
        hashing = _Hashing(file, on_bytes)
        try:
            self._tar.addfile(_info(name, size_bytes, mtime_s), cast("BinaryIO", hashing))
        except OSError as error:
            if error.errno is None:  # of tarfile itself, not of the system
                raise BackupFailed(f"{name} became shorter while it was copied") from error
            raise
        self.parts.append(Part(name=name, size_bytes=size_bytes, sha256=hashing.sha256.hexdigest()))
        return not hashing.is_lost

    def finish(self, manifest: Manifest) -> None:
        """Without these last parts the archive is incomplete."""
        content = manifest.model_dump_json(indent=1).encode()
        checksum = f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode()
        for name, body in ((MANIFEST, content), (CHECKSUM, checksum)):
            self._tar.addfile(_info(name, len(body), manifest.finished_at.timestamp()), io.BytesIO(body))
        self._tar.close()


def _info(name: str, size_bytes: int, mtime_s: float) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size_bytes, int(mtime_s), MODE
    return info


@contextmanager
def opened(file: Path) -> Iterator[tarfile.TarFile]:
    """`BackupFailed` for what is no archive, `BackupDamaged` where one ends too early."""
    try:
        tar = tarfile.open(file, "r:")  # noqa: SIM115 closed below
    except tarfile.ReadError as error:
        raise BackupFailed(f"{file} is no backup of Onwatch: it is no tar archive ({error})") from error
    with tar:
        yield tar


def parts_in(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """One after the other. `BackupDamaged` with the part in or behind which the archive ends too early."""
    last = "its beginning"
    try:
        for part in tar:
            yield part
            last = part.name
    except tarfile.ReadError as error:
        raise BackupDamaged(last, f"the file ends in it or behind it ({error})") from error


def blocks_of(tar: tarfile.TarFile, part: tarfile.TarInfo) -> Iterator[bytes]:
    """The content; `BackupDamaged` if the file ends before it does."""
    content = tar.extractfile(part)
    if content is None:
        raise BackupDamaged(part.name, "it is no file")
    try:
        while block := content.read(BLOCK_BYTES):
            yield block
    except tarfile.ReadError as error:
        raise BackupDamaged(part.name, f"the file ends in it ({error})") from error


@dataclass(frozen=True)
class Archive:
    """A verified archive, read in any order."""

    tar: tarfile.TarFile
    parts: Mapping[str, tarfile.TarInfo]
    """By name: tarfile itself would go through all of them for each."""

    def blocks(self, name: str) -> Iterator[bytes]:
        return blocks_of(self.tar, self.parts[name])

    def mtime_s(self, name: str) -> float:
        return self.parts[name].mtime


@contextmanager
def archive(file: Path) -> Iterator[Archive]:
    with opened(file) as tar:
        yield Archive(tar, {part.name: part for part in parts_in(tar)})
