"""Sizes of files in words."""

from __future__ import annotations

UNITS = ("kB", "MB", "GB", "TB")


def readable(size_bytes: int) -> str:
    """52428800 -> "52.4 MB"."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    power = min((len(str(size_bytes)) - 1) // 3, len(UNITS))
    return f"{size_bytes / 1000**power:.1f} {UNITS[power - 1]}"
