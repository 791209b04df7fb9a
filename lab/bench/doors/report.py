"""Tables, and where they are written."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "performance.md"


def machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} CPUs, Python {platform.python_version()}, load of the machine {load:.1f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(part: str, text: str, document: Path = DOCUMENT) -> None:
    """Replace what stands between the marks of the part. `ValueError` if the document has none."""
    begin, end = f"<!-- begin {part} -->", f"<!-- end {part} -->"
    before, mark, rest = document.read_text(encoding="utf-8").partition(begin)
    _, end_mark, after = rest.partition(end)
    if not (mark and end_mark):
        raise ValueError(f"{document} has no line {begin!r} with {end!r} after it")
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
