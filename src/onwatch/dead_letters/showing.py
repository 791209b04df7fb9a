"""Dead letters as a table and as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from onwatch.options import out
from onwatch_runtime.bus.rabbit.doctor import DeadLetter
from onwatch_runtime.observe import age_text

PIPE_WIDTH = 500  # columns of a table that is not shown in a terminal


def at_a_terminal() -> bool:
    return sys.stdin.isatty()


def as_table(letters: Sequence[DeadLetter]) -> None:
    table = Table("id", "message", "video", "age", "attempts", "queue", "reason")
    for letter in letters:
        attempts = "?" if letter.attempts is None else str(letter.attempts)
        cells = (letter.letter_id, letter.kind, letter.video_id, _age(letter), attempts, letter.queue, letter.reason)
        table.add_row(*map(Text, cells))
    target = out if out.is_terminal else Console(file=out.file, width=PIPE_WIDTH)
    target.print(table)


def listed_as_json(letters: Sequence[DeadLetter]) -> str:
    return json.dumps([_fields(letter) for letter in letters], indent=2)


def whole_as_json(letter: DeadLetter) -> str:
    """With the body: as JSON where it is some, else as text."""
    return json.dumps(_fields(letter) | {"body": _body(letter)}, indent=2)


def _fields(letter: DeadLetter) -> dict[str, object]:
    return {
        "id": letter.letter_id,
        "message": letter.kind,
        "message_id": letter.message_id,
        "video_id": letter.video_id,
        "dead_at": letter.dead_at and letter.dead_at.isoformat(),
        "attempts": letter.attempts,
        "queue": letter.queue,
        "reason": letter.reason,
    }


def _body(letter: DeadLetter) -> object:
    try:
        return json.loads(letter.body)
    except ValueError:
        return letter.body.decode("utf-8", "replace")


def _age(letter: DeadLetter) -> str:
    return "?" if letter.dead_at is None else age_text(max(0.0, (datetime.now(UTC) - letter.dead_at).total_seconds()))
