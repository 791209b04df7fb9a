"""The folder in the path or the query of a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from onwatch_catalog.accounts import OptionalSender
from onwatch_catalog.errors import FolderNotFound
from onwatch_contracts.folders import NO_FOLDER
from onwatch_contracts.values import is_video_id


def checked_folder_id(folder_id: str) -> str:
    """`FolderNotFound` for an id that no folder can have, before the store refuses it."""
    if not is_video_id(folder_id):
        raise FolderNotFound(folder_id[:64])
    return folder_id


def target_folder(folder_id: Annotated[str, Depends(checked_folder_id)]) -> str | None:
    """In the path; `NO_FOLDER`: none."""
    return None if folder_id == NO_FOLDER else folder_id


def into_folder(
    folder: Annotated[str | None, Query(description="The id of the folder that the video will be in")] = None,
    *,
    sender: OptionalSender,
) -> str | None:
    folder_id = None if folder is None else target_folder(checked_folder_id(folder))
    if folder_id is not None and sender is not None and not sender.may_see_folder(folder_id):
        raise FolderNotFound(folder_id)
    return folder_id


PathFolderId = Annotated[str, Depends(checked_folder_id)]
TargetFolder = Annotated[str | None, Depends(target_folder)]
IntoFolder = Annotated[str | None, Depends(into_folder)]
