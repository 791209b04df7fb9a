"""Verifies a backup: every part is there, and is what was written."""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from onwatch.backup.archive import blocks_of, opened, parts_in
from onwatch.backup.errors import BackupDamaged, BackupFailed
from onwatch.backup.manifest import CHECKSUM, FORMAT_VERSION, HEADING, MANIFEST, Heading, Manifest
from onwatch.backup.progress import Watch

ModelT = TypeVar("ModelT", bound=BaseModel)
KEPT = (HEADING, MANIFEST, CHECKSUM)
MAX_KEPT_BYTES = 1 << 30


@dataclass(frozen=True)
class _Found:
    size_bytes: int
    sha256: str


def checked(file: Path, watch: Watch) -> Manifest:
    """The manifest of a backup without damage.

    `BackupDamaged` names the part that is damaged or missing; `BackupFailed` for a file that is no backup, or one of a
    newer Onwatch. It finds accidents: whoever changes a backup on purpose can change the hashes, too.
    """
    watch.expect("Verifying", file.stat().st_size)
    found: dict[str, _Found] = {}
    kept: dict[str, bytes] = {}
    with opened(file) as tar:
        for part in parts_in(tar):
            found[part.name] = _read(tar, part, kept, watch)
            if len(found) == 1:
                _check_heading(file, part.name, kept)
    manifest = _manifest(found, kept)
    _compare(manifest, found)
    return manifest


def _read(tar: tarfile.TarFile, part: tarfile.TarInfo, kept: dict[str, bytes], watch: Watch) -> _Found:
    sha256, size_bytes = hashlib.sha256(), 0
    content = bytearray() if part.name in KEPT and part.size < MAX_KEPT_BYTES else None
    for block in blocks_of(tar, part):
        sha256.update(block)
        size_bytes += len(block)
        watch.step(part.name, len(block))
        if content is not None:
            content += block
    if content is not None:
        kept[part.name] = bytes(content)
    return _Found(size_bytes, sha256.hexdigest())


def _check_heading(file: Path, first: str, kept: dict[str, bytes]) -> None:
    if first != HEADING:
        raise BackupFailed(f"{file} is no backup of Onwatch: it begins with {first}, expected {HEADING}")
    heading = _parsed(Heading, HEADING, kept[HEADING])
    if heading.format_version > FORMAT_VERSION:
        raise BackupFailed(
            f"Onwatch {heading.onwatch_version} made this backup, in format {heading.format_version}; this Onwatch "
            f"reads formats up to {FORMAT_VERSION}: restore it with that version or a newer one"
        )


def _manifest(found: dict[str, _Found], kept: dict[str, bytes]) -> Manifest:
    last = list(found)[-1] if found else "its beginning"
    for name in (MANIFEST, CHECKSUM):
        if name not in kept:
            raise BackupDamaged(name, f"it is missing; the backup was not finished, or cut off after {last}")
    stated, _, _ = kept[CHECKSUM].decode("utf-8", "replace").partition(" ")
    if stated != found[MANIFEST].sha256:
        raise BackupDamaged(MANIFEST, f"its SHA-256 is not the one in {CHECKSUM}")
    return _parsed(Manifest, MANIFEST, kept[MANIFEST])


def _compare(manifest: Manifest, found: dict[str, _Found]) -> None:
    for part in manifest.parts:
        there = found.get(part.name)
        if there is None:
            raise BackupDamaged(part.name, "it is missing")
        if there.size_bytes != part.size_bytes:
            raise BackupDamaged(part.name, f"it has {there.size_bytes} bytes, expected {part.size_bytes}")
        if there.sha256 != part.sha256:
            raise BackupDamaged(part.name, "its SHA-256 is not the one in the manifest")
    if unknown := found.keys() - {part.name for part in manifest.parts} - {MANIFEST, CHECKSUM}:
        raise BackupDamaged(min(unknown), "it is not in the manifest")


def _parsed(model: type[ModelT], name: str, content: bytes) -> ModelT:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise BackupDamaged(name, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
