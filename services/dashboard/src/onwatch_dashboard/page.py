"""The built page: maps paths to files or their compressed copies, and sets how long a browser may cache them."""

from __future__ import annotations

from mimetypes import guess_type
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse

from onwatch_dashboard.errors import NoSuchFile, NotAPage, PageNotBuilt

INDEX = "index.html"
ASSETS = "assets"  # Vite puts a hash of the content into the names of these files

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"

BROTLI = "br"  # the name of the encoding, and the end of the name of a compressed copy beside a file

OTHER_SERVICES = frozenset({"api", "ws"})
FOR_OPERATORS = frozenset({"healthz", "metrics", "readyz"})
"""Answered at another port. A monitor that asks here must not take the page for an answer."""

# The page loads nothing from other origins but videos of a public store; video frames are decoded from memory (blob:).
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers without frame-ancestors
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def security_headers(media_public_url: str | None = None) -> dict[str, str]:
    """`media_public_url`: from where the page may play videos, too."""
    media = f"; media-src 'self' {media_public_url}" if media_public_url else ""
    return {"Content-Security-Policy": POLICY + media, **SECURITY_HEADERS}


class Page:
    """The files in a folder. Every path without a file of its own is the index, which routes it in the browser."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def built(self) -> None:
        """Raise `PageNotBuilt` when there is no index."""
        self._index()

    def respond(self, path: str, headers: Headers) -> Response:
        """The response for a path without its leading slash; 304 when the browser has the current file.

        Raises `NotAPage`, `NoSuchFile` or `PageNotBuilt`.
        """
        file = self._file(path)
        media_type, _ = guess_type(file)
        own_headers = {"Cache-Control": _cache_control(path)}
        copy = file.with_name(f"{file.name}.{BROTLI}")
        if copy.is_file() and _accepts_brotli(headers):
            file = copy
            own_headers |= {"Content-Encoding": BROTLI, "Vary": "Accept-Encoding"}
        response = FileResponse(file, stat_result=file.stat(), media_type=media_type, headers=own_headers)
        if response.headers["etag"] in _cached_etags(headers):
            return NotModifiedResponse(response.headers)
        return response

    def _file(self, path: str) -> Path:
        first, _, _ = path.partition("/")
        if first in OTHER_SERVICES | FOR_OPERATORS:
            raise NotAPage(path)
        file = self._file_at(path)
        if file is not None:
            return file
        if first == ASSETS or "." in path.rpartition("/")[2]:
            # An open page of an older build requests its old assets: the index would be the wrong response.
            raise NoSuchFile(path)
        return self._index()

    def _file_at(self, path: str) -> Path | None:
        """The file at a path; None when there is none, or when it lies outside of the folder."""
        try:
            file = (self._folder / path).resolve()
            return file if file.is_relative_to(self._folder) and file.is_file() else None
        except (OSError, ValueError):  # too long, or a null byte
            return None

    def _index(self) -> Path:
        index = self._folder / INDEX
        if not index.is_file():
            raise PageNotBuilt(index)
        return index


def _cache_control(path: str) -> str:
    return IMMUTABLE if path.startswith(f"{ASSETS}/") else REVALIDATE


def _accepts_brotli(headers: Headers) -> bool:
    """As browsers say it, without a weight."""
    return BROTLI in [encoding.strip() for encoding in headers.get("accept-encoding", "").split(",")]


def _cached_etags(headers: Headers) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
