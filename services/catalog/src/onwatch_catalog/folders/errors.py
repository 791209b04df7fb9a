"""Refusals of folders. `FolderNotFound` is one of all parts of the catalog."""

from __future__ import annotations

from onwatch_runtime.http import ProblemError


class FolderNameTaken(ProblemError):
    status = 409
    code = "folder_name_taken"
    title = "Name taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a folder named {name} already; case and accents make no difference.")


class FolderNotEmpty(ProblemError):
    """Deleting a folder deletes no videos, and nobody should see more or less of them by accident."""

    status = 409
    code = "folder_not_empty"
    title = "Folder not empty"

    def __init__(self, name: str, videos_count: int, uploads_count: int) -> None:
        parts = [(videos_count, "video"), (uploads_count, "unfinished upload")]
        what = " and ".join(f"{count} {kind}{'' if count == 1 else 's'}" for count, kind in parts if count)
        super().__init__(f"The folder {name} has {what}; move them first.")


class TooManyFolders(ProblemError):
    status = 409
    code = "too_many_folders"
    title = "Too many folders"

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} folders already, as many as there can be.")


class MoveNotAllowed(ProblemError):
    """Of a video that the sender may see, between folders of which one is not theirs."""

    status = 403
    code = "not_allowed"
    title = "Not allowed"

    def __init__(self) -> None:
        super().__init__("To move a video needs the right to both folders, the one that it is in and the new one.")
