"""HTTP errors of the dashboard, as problem documents."""

from __future__ import annotations

from pathlib import Path

from onwatch_runtime.http import ProblemError


class PageNotBuilt(ProblemError):
    """The page has not been built yet."""

    status = 503
    code = "page_not_built"
    title = "The page is not built"

    def __init__(self, index: Path) -> None:
        super().__init__(
            f"There is no {index.name} in {index.parent}. Build the page: `make page`, "
            "or `npm ci && npm run build` in services/dashboard/page."
        )


class NoSuchFile(ProblemError):
    """The page has no such file."""

    status = 404
    code = "file_not_found"
    title = "File not found"

    def __init__(self, path: str) -> None:
        super().__init__(f"The page has no file /{path[:200]}.")


class NotAPage(ProblemError):
    """The path belongs to another service."""

    status = 404
    code = "not_the_page"
    title = "Not a page"

    def __init__(self, path: str) -> None:
        super().__init__(f"/{path[:200]} is not a page; /api and /ws are served by the gateway.")
