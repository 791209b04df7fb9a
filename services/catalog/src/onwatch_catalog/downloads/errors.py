"""Why a video is not fetched."""

from __future__ import annotations

from onwatch_runtime.http import ProblemError


class DownloadsOff(ProblemError):
    status = 403
    code = "downloads_off"
    title = "Nothing is fetched"

    def __init__(self) -> None:
        super().__init__(
            "No host is allowed from which videos may be fetched; ONWATCH_CATALOG_DOWNLOAD_HOSTS lists them."
        )


class InvalidDownloadUrl(ProblemError):
    status = 422
    code = "invalid_download_url"
    title = "Invalid address"

    def __init__(self, why: str) -> None:
        super().__init__(f"The address is refused: {why}; expected one like https://nvr.example/clip.mp4.")


class DownloadHostNotAllowed(ProblemError):
    status = 403
    code = "download_host_not_allowed"
    title = "Host not allowed"

    def __init__(self, why: str) -> None:
        super().__init__(f"Nothing may be fetched from this host: {why}.")


class DownloadNotFound(ProblemError):
    status = 404
    code = "download_not_found"
    title = "No such download"

    def __init__(self, video_id: str) -> None:
        super().__init__(
            f"There is no download {video_id}: it was cancelled, or ended by a restart, which leaves nothing half done."
        )


class TooManyDownloads(ProblemError):
    status = 429
    code = "too_many_downloads"
    title = "Too many downloads"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} downloads are waiting or in progress; try again when some of them have ended.")


class DownloadFailed(ProblemError):
    status = 502
    code = "download_failed"
    title = "The video could not be fetched"

    def __init__(self, why: str) -> None:
        super().__init__(f"The video could not be fetched: {why}.")


class RedirectRefused(ProblemError):
    status = 502
    code = "download_redirect_refused"
    title = "Redirection refused"

    def __init__(self, why: str) -> None:
        super().__init__(f"The host redirects to an address that is not followed: {why}.")


class DownloadTooSlow(ProblemError):
    status = 504
    code = "download_too_slow"
    title = "Too slow"

    def __init__(self, why: str) -> None:
        super().__init__(f"The video could not be fetched in time: {why}.")
