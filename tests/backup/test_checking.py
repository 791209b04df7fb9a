"""Each kind of damage is found, and the part is named."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backup.systems import BackedUp

from onwatch.backup.checking import checked
from onwatch.backup.errors import BackupDamaged, BackupFailed
from onwatch.backup.manifest import HEADING, Manifest
from onwatch.backup.progress import Unwatched

Parts = dict[str, bytes]


def parts_of(file: Path) -> Parts:
    with tarfile.open(file) as tar:
        return {part.name: tar.extractfile(part).read() for part in tar}  # type: ignore[union-attr] all are files


def with_parts(file: Path, parts: Parts) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, content in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


def checked_with(backed_up: BackedUp, file: Path, change: Callable[[Parts], object]) -> Manifest:
    parts = parts_of(backed_up.file)
    change(parts)
    return checked(with_parts(file, parts), Unwatched())


def test_a_whole_backup_has_its_manifest(backed_up: BackedUp, tmp_path: Path) -> None:
    manifest = checked(backed_up.file, Unwatched())
    assert manifest.videos_count == 1
    assert checked_with(backed_up, tmp_path / "same.tar", lambda _: None) == manifest


def test_a_missing_a_changed_and_a_foreign_part_are_named(backed_up: BackedUp, tmp_path: Path) -> None:
    source = f"media/{backed_up.video_id}/source.mp4"
    for change, said in (
        (lambda parts: parts.pop(source), f"{source}: it is missing"),
        (lambda parts: parts.update({source: b"short"}), f"{source}: it has 5 bytes, expected"),
        (lambda parts: parts.update({source: bytes(len(parts[source]))}), f"{source}: its SHA-256 is not"),
        (lambda parts: parts.update({"more": b""}), "more: it is not in the manifest"),
        (lambda parts: parts.update({"manifest.json": b"{}"}), "manifest.json: its SHA-256 is not"),
        (lambda parts: parts.pop("manifest.json.sha256"), "manifest.json.sha256: it is missing; the backup was not"),
    ):
        with pytest.raises(BackupDamaged) as raised:
            checked_with(backed_up, tmp_path / "damaged.tar", change)
        assert said in str(raised.value)


def test_a_truncated_backup_is_found_wherever_it_ends(backed_up: BackedUp, tmp_path: Path) -> None:
    content = backed_up.file.read_bytes()
    cut = tmp_path / "cut.tar"
    for size_bytes in range(1024, len(content) - 12_000, 1500):  # behind the last part there are empty blocks
        cut.write_bytes(content[:size_bytes])
        with pytest.raises(BackupDamaged, match=r"the file ends in it|was not finished, or cut off after"):
            checked(cut, Unwatched())


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(BackupFailed, match="it is no tar archive"):
        checked(tmp_path / "text", Unwatched())
    with pytest.raises(BackupFailed, match=f"it begins with a, expected {HEADING}"):
        checked(with_parts(tmp_path / "other.tar", {"a": b""}), Unwatched())


def test_a_newer_format_is_refused_with_the_version_that_wrote_it(backed_up: BackedUp, tmp_path: Path) -> None:
    def newer(parts: Parts) -> None:
        parts[HEADING] = parts[HEADING].replace(b'"format_version": 1', b'"format_version": 2')

    with pytest.raises(BackupFailed, match=r"Onwatch 0\.1\.0 made this backup, in format 2; this Onwatch reads"):
        checked_with(backed_up, tmp_path / "newer.tar", newer)


@pytest.mark.parametrize("name", ["media/../../etc/passwd", "/etc/passwd", "media/.restore/x"])
def test_a_part_leads_to_no_other_folder(backed_up: BackedUp, name: str) -> None:
    manifest = checked(backed_up.file, Unwatched()).model_dump_json().replace("onwatch-backup.json", name)
    with pytest.raises(ValueError, match="should match pattern"):
        Manifest.model_validate_json(manifest)
