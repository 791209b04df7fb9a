"""Refusals of requests for who sends them."""

from __future__ import annotations

from onwatch_contracts.accounts import Identity, Role
from onwatch_runtime.http import ProblemError


class NotLoggedIn(ProblemError):
    """No session and no token, or one that is unknown, expired or revoked."""

    status = 401
    code = "not_logged_in"
    title = "Not logged in"

    def __init__(self) -> None:
        super().__init__("This needs a login, or a token in the header `Authorization: Bearer TOKEN`.")
        self.headers = {"www-authenticate": "Bearer"}


class NotAllowed(ProblemError):
    status = 403
    code = "not_allowed"
    title = "Not allowed"

    def __init__(self, action: str, needed: Role | None, identity: Identity) -> None:
        who = f"{identity.name} is {identity.role}"
        if needed is None or identity.role.rank >= needed.rank:
            super().__init__(f"To {action} is not for those who may see some videos only.")
        else:
            super().__init__(f"To {action} needs the role {needed}; {who}.")


class NotVisible(ProblemError):
    """The same answer as for a video that does not exist: ids of others are not confirmed."""

    status = 404
    code = "video_not_found"
    title = "No such video"

    def __init__(self, video_id: str) -> None:
        super().__init__(f"There is no video {video_id}.")


class FolderNotVisible(ProblemError):
    """The same answer as for a folder that does not exist."""

    status = 404
    code = "folder_not_found"
    title = "No such folder"

    def __init__(self, folder_id: str) -> None:
        super().__init__(f"There is no folder {folder_id}.")


class FolderNeeded(ProblemError):
    """Whoever may see some videos only would not see one that is in no folder."""

    status = 403
    code = "folder_needed"
    title = "Folder needed"

    def __init__(self, action: str) -> None:
        super().__init__(f"To {action}, those who may see some videos only name a folder that they may see.")


class AccountsUnavailable(ProblemError):
    status = 503
    code = "accounts_unavailable"
    title = "Accounts unavailable"

    def __init__(self) -> None:
        super().__init__("The catalog, which knows accounts and sessions, is not reached; try again in a moment.")
        self.headers = {"retry-after": "1"}


ACCESS_ERRORS = (NotLoggedIn, NotAllowed, AccountsUnavailable)
"""Of every request that needs a role."""
