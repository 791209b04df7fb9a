"""The folder in which a restore prepares files, and its mark that the system is half replaced.

In an object store, where files are prepared in their places, there is only the mark.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = ".restore"
MARK = "replacing.json"


class RestoreUnfinished(OSError):
    """A restore was interrupted while it replaced the system: databases and files may not belong together."""

    def __init__(self, media: Path | str) -> None:
        super().__init__(
            f"a restore was interrupted while it replaced the system in {media}; run `onwatch restore` with the same "
            "backup again, which finishes it"
        )


def restore_folder(media: Path) -> Path:
    return media / FOLDER


def is_half_replaced(media: Path) -> bool:
    return (restore_folder(media) / MARK).is_file()


def check_not_half_replaced(media: Path) -> None:
    """Raises `RestoreUnfinished`."""
    if is_half_replaced(media):
        raise RestoreUnfinished(media)
