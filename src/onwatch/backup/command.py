"""The dialogues of `onwatch backup` and `onwatch restore`: progress, questions, and what was done."""

from __future__ import annotations

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.filesize import decimal

from onwatch.backup.checking import checked
from onwatch.backup.errors import RestoreRefused, explained
from onwatch.backup.manifest import Manifest
from onwatch.backup.present import Present
from onwatch.backup.progress import shown
from onwatch.backup.restoring import Restore
from onwatch.backup.writing import backup_to_file, backup_to_stream
from onwatch.doctor import Stores
from onwatch_runtime.clock import SystemClock

STANDARD_OUTPUT = Path("-")


def run_backup(stores: Stores, target: Path, err: Console, *, is_verified: bool) -> None:
    """`BackupFailed`, `ExaminationFailed`: no backup was made."""
    clock = SystemClock()
    with shown(err) as watch:
        if target == STANDARD_OUTPUT:
            with explained("writing to the standard output"):
                manifest = backup_to_stream(stores, sys.stdout.buffer, clock, watch)
                sys.stdout.buffer.flush()
            name = "the standard output"
        else:
            file, manifest = backup_to_file(stores, target, clock, watch)
            name = str(file)
            if is_verified:
                checked(file, watch)
    _tell(err, f"{name}: {_described(manifest)}{', verified' if is_verified else ''}")
    _tell_gaps(manifest, err)


def run_check(file: Path, err: Console) -> None:
    """`BackupFailed` if the backup cannot be restored."""
    with explained(f"reading {file}"), shown(err) as watch:
        manifest = checked(file, watch)
    _tell(err, f"{file}: {_described(manifest)}; every part is as it was written")
    _tell_gaps(manifest, err)


def run_restore(stores: Stores, source: Path, err: Console, *, may_replace: bool, yes: bool) -> None:
    """`BackupFailed`: the system is as it was, unless the text says otherwise."""
    with shown(err) as watch:

        def consent(present: Present, manifest: Manifest) -> bool:
            with watch.hidden():
                return may_replace and (yes or _confirmed(present, manifest, err))

        manifest = Restore(stores, source, SystemClock(), watch).run(consent)
    _tell(err, f"restored: {_described(manifest)}")
    _tell_gaps(manifest, err)
    _tell(
        err,
        "All sessions have ended. Accounts, tokens, links and webhooks are those of the backup: revoke again what was "
        "revoked since. Analyses that were requested start again with the services.",
    )


def _confirmed(present: Present, manifest: Manifest, err: Console) -> bool:
    _tell(err, f"There are {present}. All of it will be deleted, and replaced by the {_described(manifest)}.")
    if not at_a_terminal():
        raise RestoreRefused("nothing was changed: --yes is not given, and there is no terminal to ask at")
    if not typer.confirm("Replace it?", err=True):
        raise RestoreRefused("nothing was changed")
    return True


def at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _tell(err: Console, text: str) -> None:
    err.print(text, highlight=False, markup=False, soft_wrap=True)


def _described(manifest: Manifest) -> str:
    rows = ", ".join(f"{entry.rows_count} rows of the {entry.owner}" for entry in manifest.databases)
    files = list(manifest.files)
    return (
        f"backup of {manifest.heading.began_at:%Y-%m-%d %H:%M:%S} UTC by Onwatch {manifest.heading.onwatch_version}: "
        f"{manifest.videos_count} videos, {len(files)} files with {decimal(manifest.files_bytes)}, {rows}"
    )


def _tell_gaps(manifest: Manifest, err: Console) -> None:
    if manifest.deleted:
        _tell(err, f"{len(manifest.deleted)} videos were deleted while the backup was made, and are not in it.")
    for path in manifest.missing:
        _tell(err, f"{path} was missing: its video has no file (onwatch doctor).")
