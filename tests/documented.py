"""Commands of the documents: blocks marked as `sh` in the README, the tutorial and the pages of how to do things."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
HEREDOC = re.compile(r"<<'?(\w+)'?")
SECTIONS = ("Tutorial", "How to")


@dataclass(frozen=True)
class Command:
    """A command with its continuation lines or the text that it reads, without a comment on the same line."""

    page: Path
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text.splitlines()[0]}"


def pages() -> list[Path]:
    navigation = tomllib.loads((ROOT / "docs/zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    named = [page for section in navigation for title in SECTIONS for page in _pages(section.get(title))]
    return [ROOT / "README.md", *(ROOT / "docs" / page for page in named)]


def _pages(item: Any) -> Iterator[str]:
    match item:
        case str():
            yield item
        case dict():
            yield from (page for each in item.values() for page in _pages(each))
        case list():
            yield from (page for each in item for page in _pages(each))


def commands(page: Path) -> list[Command]:
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [Command(page, text) for _, block in blocks for text in split(textwrap.dedent(block))]


def split(block: str) -> Iterator[str]:
    """The commands of a block."""
    lines = iter(block.splitlines())
    for line in lines:
        command = _without_comment(line)
        while command.endswith("\\"):
            command += "\n" + _without_comment(next(lines))
        if found := HEREDOC.search(command):
            command += "\n" + "\n".join(_until(lines, found[1]))
        while command.count("'") % 2:  # a text of several lines
            command += "\n" + next(lines)
        if command.strip():
            yield command


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s+)# .*$", "", line).rstrip()


def _until(lines: Iterator[str], end: str) -> Iterator[str]:
    for line in lines:
        yield line
        if line == end:
            return
