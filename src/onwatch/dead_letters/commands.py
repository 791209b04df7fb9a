"""The commands of `onwatch dead-letters`. Imports nothing that takes long: every start of the program loads it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from onwatch.options import FAILED, MISUSED, err, give_up

if TYPE_CHECKING:
    from onwatch_runtime.bus.rabbit.doctor import DeadLetter, DeadLetters

T = TypeVar("T")

dead_letters = typer.Typer(
    help="Messages that no service could handle: RabbitMQ keeps them with the reason "
    "(ONWATCH_CATALOG_BUS_URL names it).",
    no_args_is_help=True,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids from `onwatch dead-letters list`.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Every dead letter there is now.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


@dead_letters.command("list")
def list_letters(as_json: AsJson = False) -> None:
    """List them, the oldest first. They stay where they are."""
    from onwatch.dead_letters.showing import as_table, listed_as_json

    found = _on_broker(lambda letters: letters.list())
    if as_json:
        typer.echo(listed_as_json(found))
    elif found:
        as_table(found)
    else:
        typer.echo("There are no dead letters.")


@dead_letters.command()
def show(letter_id: Annotated[str, typer.Argument(help="An id from `onwatch dead-letters list`.")]) -> None:
    """Show one with its body, as JSON."""
    from onwatch.dead_letters.showing import whole_as_json

    (letter,) = _chosen([letter_id], is_all=False)
    typer.echo(whole_as_json(letter))


@dead_letters.command()
def replay(ids: Ids = None, is_all: All = False) -> None:
    """Publish them again, after what was wrong has been repaired; those that fail again come back.

    Every queue of their kind gets them; who has handled one before recognises it.
    """
    chosen = {letter.letter_id for letter in _chosen(ids, is_all=is_all)}
    replayed, left = _on_broker(lambda letters: letters.requeue(chosen))
    err.print(f"{replayed} replayed" + (f", {left} left: no queue takes their kind" if left else ""))
    if left:
        raise typer.Exit(FAILED)


@dead_letters.command()
def drop(ids: Ids = None, is_all: All = False, yes: Yes = False) -> None:
    """Delete them for good, after confirmation."""
    from onwatch.dead_letters.showing import as_table

    found = _chosen(ids, is_all=is_all)
    if found and not yes:
        as_table(found)
        _ask(f"Delete {'these ' + str(len(found)) if len(found) > 1 else 'it'} for good?")
    chosen = {letter.letter_id for letter in found}
    err.print(f"{_on_broker(lambda letters: letters.purge(chosen))} deleted")


def all_that_wait() -> Sequence[DeadLetter] | None:
    """The dead letters, the oldest first; None if the environment names no broker. Raises `ExaminationFailed`."""
    from onwatch.dead_letters.broker import broker_url, on_broker

    return on_broker(lambda letters: letters.list()) if broker_url() else None


def _chosen(ids: list[str] | None, *, is_all: bool) -> list[DeadLetter]:
    """Those with the ids; ends the program for an id of none."""
    if bool(ids) == is_all:
        give_up("name ids of `onwatch dead-letters list`, or --all", MISUSED)
    found = list(_on_broker(lambda letters: letters.list()))
    if is_all:
        return found
    unknown = set(ids or ()) - {letter.letter_id for letter in found}
    if unknown:
        give_up(f"there is no dead letter {', '.join(sorted(unknown))}; `onwatch dead-letters list` lists them", FAILED)
    return [letter for letter in found if letter.letter_id in (ids or ())]


def _ask(question: str) -> None:
    from onwatch.dead_letters.showing import at_a_terminal

    if not at_a_terminal():
        give_up("nothing was deleted: --yes is not given, and there is no terminal to ask at", FAILED)
    if not typer.confirm(question, err=True):
        give_up("nothing was deleted", FAILED)


def _on_broker(work: Callable[[DeadLetters], Awaitable[T]]) -> T:
    """What the work returns; ends the program if there is no broker or it is not reached."""
    from onwatch.dead_letters.broker import on_broker
    from onwatch_runtime.observe import ExaminationFailed

    try:
        return on_broker(work)
    except ExaminationFailed as error:
        give_up(str(error), MISUSED)
