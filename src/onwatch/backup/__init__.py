"""`onwatch backup` and `onwatch restore`: databases and files of a system as one file, and back."""

from onwatch.backup.command import run_backup, run_check, run_restore
from onwatch.backup.errors import BackupFailed

__all__ = ["BackupFailed", "run_backup", "run_check", "run_restore"]
