"""What ends a backup or a restore, in words for the person who runs it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from onwatch_sql.dump import DATABASE_ERRORS, reason_of


class BackupFailed(Exception):
    """It could not be done; the text says why, and which file, table or server was concerned."""


class BackupDamaged(BackupFailed):
    """The backup is not what was once written."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(f"the backup is damaged: {part}: {why}")
        self.part = part


class RestoreRefused(BackupFailed):
    """Nothing was changed."""


@contextmanager
def explained(what: str) -> Iterator[None]:
    """`BackupFailed` for errors of files and databases while `what` was done."""
    try:
        yield
    except OSError as error:
        raise BackupFailed(f"{what}: {_of_file(error)}") from error
    except DATABASE_ERRORS as error:
        raise BackupFailed(f"{what}: {reason_of(error)}") from error


def _of_file(error: OSError) -> str:
    named = f" ({error.filename})" if error.filename else ""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk is full{named}"
        case errno.EACCES | errno.EPERM:
            return f"no permission{named}"
        case errno.EROFS:
            return f"the file system cannot be written to{named}"
        case _:
            return str(error)
