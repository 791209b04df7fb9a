"""What the routes of a site have in common."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Response

from onwatch_catalog import errors
from onwatch_catalog.records import VideoSite
from onwatch_runtime.http import InvalidRequest, ProblemError

IfMatch = Annotated[
    str | None, Header(description="The ETag that was read: the change is refused if somebody else made one since.")
]
CHANGE_ERRORS: tuple[type[ProblemError], ...] = (InvalidRequest, errors.VideoNotFound, errors.RevisionMismatch)
EDIT_ERRORS = (*CHANGE_ERRORS, errors.InvalidItemName, errors.NameTaken)
PATCH_ERRORS = (*EDIT_ERRORS, errors.InvalidPatch)
ADD_ERRORS = (*EDIT_ERRORS, errors.IdTaken, errors.TooManyItems)


def tell_revision(response: Response, found: VideoSite) -> None:
    response.headers["etag"] = f'"{found.revision}"'
