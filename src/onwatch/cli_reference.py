"""Generates `docs/cli.md`: `python -m onwatch.cli_reference > docs/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import typer

from onwatch.cli import COMMANDS_GROUP, app

WIDTH = 100

INTRODUCTION = """\
# Commands

Every command of `onwatch`, as its `--help` describes it. This list is generated (`make docs`). Options that are read
from variables are also in [settings.md](settings.md#the-program).

Unless its text says otherwise, a command exits with 0 when it is done, with 1 when it failed, and with 2 when an option
or an argument is wrong.

| command | does |
| --- | --- |
"""


def reference() -> str:
    """The whole document, as Markdown."""
    found = list(_commands("onwatch", _program()))
    rows = "".join(f"| [`{name}`](#{name.replace(' ', '-')}) | {_summary(command)} |\n" for name, command in found)
    sections = (f"## {name}\n\n```text\n{_help(name, command)}\n```\n" for name, command in found)
    return "\n".join([INTRODUCTION + rows, *sections])


def _program() -> Any:
    """The program with the commands of other installed distributions; typer does not publish the types of commands."""
    program: Any = typer.main.get_command(app)
    for command in entry_points(group=COMMANDS_GROUP):
        alone = typer.Typer(add_completion=False)
        alone.command(command.name)(command.load())
        program.commands[command.name] = typer.main.get_command(alone)
    return program


def _commands(name: str, group: Any) -> Iterator[tuple[str, Any]]:
    """Every command with its whole name, groups replaced by what is in them."""
    for part, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from _commands(f"{name} {part}", command)
        else:
            yield f"{name} {part}", command


def _summary(command: Any) -> str:
    first_paragraph, _, _ = (command.help or "").strip().partition("\n\n")
    return " ".join(first_paragraph.split()).replace("|", r"\|")


def _help(name: str, command: Any) -> str:
    command.rich_markup_mode = None  # plain text: boxes depend on the terminal
    context = command.context_class(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)
    lines: list[str] = command.get_help(context).splitlines()
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    sys.stdout.write(reference())
