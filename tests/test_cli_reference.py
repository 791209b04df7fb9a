"""The list of all commands is up to date."""

from __future__ import annotations

from pathlib import Path

from onwatch.cli_reference import reference

DOCUMENT = Path(__file__).parents[1] / "docs/cli.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_commands_of_groups_and_of_other_distributions_are_listed() -> None:
    document = reference()
    for command in ("analyze", "dead-letters replay", "model quantize", "tally"):
        assert f"\n## onwatch {command}\n" in document
        assert f"Usage: onwatch {command} " in document


def test_no_default_is_a_path_of_this_machine() -> None:
    assert str(Path(__file__).parents[1]) not in reference()
