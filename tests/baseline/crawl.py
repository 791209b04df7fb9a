"""The requests of the scan: the page with its files, every route, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import httpx

from baseline.rules import FOREIGN_ORIGIN, Exchange
from onwatch_gateway.access.rights import RIGHTS

MEDIA = ("image/", "video/", "application/octet-stream", "font/", "application/vnd")
PAGES = ("/", "/videos/unknown", "/wall", "/accounts", "/api-docs", "/index.html")
UNKNOWN = (
    "/metrics",
    "/healthz",
    "/readyz",
    "/api",
    "/api/unheard-of",
    "/api/videos/unheard-of",
    "/assets/unheard-of.js",
    "/.env",
    "/.git/config",
    "/server-status",
    "/internal/accounts/identities",
    "//internal/outbox",
    "/api/../internal/x",
    "/..%2f..%2fetc/passwd",
    "/assets/%2e%2e/%2e%2e/pyproject.toml",
    "/docs",
    "/openapi.json",
    "/api/videos?cursor=%00&limit=9999999",
    "/?next=https://evil.example/",
    "//evil.example/%2f..",
    "/api/docs?url=//evil.example",
)
BAD_REQUESTS: tuple[tuple[str, str, dict[str, str], bytes], ...] = (
    ("POST", "/api/session", {"content-type": "application/json"}, b"{"),
    ("POST", "/api/session", {"content-type": "application/json"}, b'{"name": "nobody", "password": "wrong wrong"}'),
    ("POST", "/api/session/code", {"content-type": "application/json"}, b'{"code": "guessed"}'),
    ("POST", "/api/videos", {"content-type": "multipart/form-data; boundary=x"}, b"--x--"),
    ("POST", "/api/videos", {"content-type": "text/xml"}, b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"),
    ("POST", "/api/uploads", {"tus-resumable": "9"}, b""),
    ("POST", "/api/joins", {"content-type": "application/json"}, b"[" * 10_000),
    ("PATCH", "/api/videos/x", {"content-type": "application/json"}, b'{"name": 1}'),
    ("POST", "/api/users", {"content-type": "application/json"}, b'{"name": "\'; DROP TABLE users; --"}'),
    ("TRACE", "/", {"x-secret": "echo"}, b""),
    ("OPTIONS", "/api/videos", {"access-control-request-method": "DELETE"}, b""),
    ("PUT", "/", {}, b"x"),
    ("DELETE", "/api/videos", {}, b""),
    ("GET", "/api/videos", {"host": "evil.example"}, b""),
    ("GET", "/api/docs", {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}, b""),
    ("GET", "/", {"authorization": "Bearer onwatch_guessed"}, b""),
    ("GET", "/api/videos", {"authorization": "Bearer onwatch_guessed"}, b""),
    ("GET", "/api/videos", {"cookie": "onwatch_session=guessed"}, b""),
    ("GET", "/api/videos", {"range": "bytes=9-1", "accept": "text/html", "accept-encoding": "bogus"}, b""),
)


def files_of_the_page(folder: Path) -> list[str]:
    """Without the compressed copies."""
    return [
        f"/{file.relative_to(folder).as_posix()}"
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix != ".br"
    ]


def reading_routes(ids: dict[str, str]) -> Iterable[str]:
    """The addresses of all that can be read, with these ids in the places of their names."""
    for right in RIGHTS:
        if "GET" in right.methods.split() and right.path != "/ws":
            yield re.sub(r"\{(\w+)\}", lambda match: ids.get(match[1], "unheard-of"), right.path)


async def crawl(
    http: httpx.AsyncClient, who: str, ids: dict[str, str], files: Iterable[str]
) -> AsyncIterator[Exchange]:
    """Every answer that a client with this login gets."""
    for path in (*PAGES, *files, *UNKNOWN, *reading_routes(ids)):
        yield await _exchange(http, who, "GET", path, {}, b"")
    for path in (*PAGES, *UNKNOWN, *reading_routes(ids)):
        yield await _exchange(http, who, "HEAD", path, {}, b"")
    for method, path, headers, content in BAD_REQUESTS:
        yield await _exchange(http, who, method, path, headers, content)


async def _exchange(
    http: httpx.AsyncClient, who: str, method: str, path: str, headers: dict[str, str], content: bytes
) -> Exchange:
    """As a page of another site would send it, if it could."""
    request = http.build_request(method, "/", headers=headers | {"origin": FOREIGN_ORIGIN}, content=content)
    request.url = request.url.copy_with(raw_path=path.encode())  # as it stands: else `..` is resolved here
    answer = await http.send(request)
    is_media = answer.headers.get("content-type", "").startswith(MEDIA)
    return Exchange(who, answer, "" if is_media else answer.text)
