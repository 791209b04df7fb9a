"""Failures of a manual count, with their HTTP status."""

from __future__ import annotations

from onwatch_runtime.http import ProblemError


class NotSaved(ProblemError):
    """Writing failed; the previous record is intact."""

    status = 507
    code = "not_saved"
    title = "Not saved"

    def __init__(self, path: object, error: OSError) -> None:
        super().__init__(f"The count was not saved in {path}: {error.strerror or error}.")


class OutsideTheClip(ProblemError):
    status = 422
    code = "outside_the_clip"
    title = "Outside of the clip"

    def __init__(self, at_s: float, duration_s: float) -> None:
        super().__init__(f"{at_s:g} s is not in the clip, which ends at {duration_s:g} s.")


class AlreadyDone(ProblemError):
    """A finished count has to be reopened before its marks can change."""

    status = 409
    code = "already_done"
    title = "The count is done"

    def __init__(self) -> None:
        super().__init__("The count is done; reopen it before you change a mark.")


class NotDone(ProblemError):
    """The system's count stays hidden until the person's is finished."""

    status = 409
    code = "not_done"
    title = "The count is not done"

    def __init__(self) -> None:
        super().__init__("The count of the system is shown once you are done with yours.")


class StillCounting(ProblemError):
    status = 409
    code = "still_counting"
    title = "Still counting"

    def __init__(self, fraction: float) -> None:
        super().__init__(f"Onwatch has counted {fraction:.0%} of the clip; try again.")


class CountFailed(ProblemError):
    status = 502
    code = "count_failed"
    title = "Onwatch could not count the clip"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class NotPlayableYet(ProblemError):
    status = 409
    code = "not_playable_yet"
    title = "Not playable yet"

    def __init__(self) -> None:
        super().__init__("The copy for the browser is not ready; try again.")


class ForeignOrigin(ProblemError):
    status = 403
    code = "foreign_page"
    title = "Another site's page"

    def __init__(self, origin: str | None) -> None:
        super().__init__(f"A page of {origin} may not change this count.")
