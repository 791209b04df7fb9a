"""The rules: what no answer of the public port may contain or lack.

The numbers are those of ZAP's passive rules that look for the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import httpx

FOREIGN_ORIGIN = "https://evil.example"


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    who: str
    answer: httpx.Response
    body: str
    """Of text; empty for media."""

    @property
    def path(self) -> str:
        return self.answer.request.url.path

    @property
    def is_tls(self) -> bool:
        return self.answer.request.url.scheme == "https"

    @property
    def is_page(self) -> bool:
        return self.answer.headers.get("content-type", "").startswith("text/html")

    @property
    def is_asset(self) -> bool:
        """A file of the page, which is the same for everybody."""
        return self.answer.status_code in (200, 304) and not self.path.startswith(("/api/", "/ws"))


Rule = Callable[[Exchange], Iterator[str]]


def _header(exchange: Exchange, name: str) -> str:
    return exchange.answer.headers.get(name, "")


def content_type(exchange: Exchange) -> Iterator[str]:
    """10019, 10021: a type that nobody guesses."""
    if exchange.answer.content and not _header(exchange, "content-type"):
        yield "has a body without a type"
    if _header(exchange, "x-content-type-options") != "nosniff":
        yield "lets browsers guess its type"


def framing(exchange: Exchange) -> Iterator[str]:
    """10020: in no frame of another site, in browsers of before and of now."""
    if _header(exchange, "x-frame-options") != "DENY":
        yield "may be framed (X-Frame-Options)"
    if "frame-ancestors 'none'" not in _header(exchange, "content-security-policy"):
        yield "may be framed (frame-ancestors)"


def content_security_policy(exchange: Exchange) -> Iterator[str]:
    """10038, 10055: scripts of this origin alone, none in the text, and no base, form or plug-in from elsewhere."""
    directives = {}
    for directive in _header(exchange, "content-security-policy").split(";"):
        name, *sources = directive.split()
        directives[name] = sources
    scripts = directives.get("script-src", directives.get("default-src", ["*"]))
    if not set(scripts) <= {"'none'", "'self'"}:
        yield f"allows scripts of {scripts}"
    for name in ("base-uri", "form-action"):
        if not set(directives.get(name, ["*"])) <= {"'none'", "'self'"}:
            yield f"has no limit for {name}"
    if any(source == "*" or source.startswith("http:") for sources in directives.values() for source in sources):
        yield "allows sources from anywhere"


def isolation(exchange: Exchange) -> Iterator[str]:
    """10063, 90004: nothing for other sites, no powers that are not used, no address for other sites."""
    if _header(exchange, "cross-origin-opener-policy") != "same-origin":
        yield "shares its window"
    if _header(exchange, "cross-origin-resource-policy") != "same-origin":
        yield "can be embedded by other sites"
    if "camera=()" not in _header(exchange, "permissions-policy"):
        yield "does not renounce powers of the browser"
    if _header(exchange, "referrer-policy") not in ("same-origin", "no-referrer"):
        yield "tells other sites its address"


def transport(exchange: Exchange) -> Iterator[str]:
    """10035, 10040: over TLS, stay there, and load nothing without it."""
    has_hsts = "max-age=" in _header(exchange, "strict-transport-security")
    if has_hsts != exchange.is_tls:
        yield f"demands TLS: {has_hsts}, over TLS: {exchange.is_tls}"
    if exchange.is_page and re.search(r"""(src|href|action)=["']http://""", exchange.body):
        yield "loads something without TLS"


def cookies(exchange: Exchange) -> Iterator[str]:
    """10010, 10011, 10054: unread by scripts, over TLS alone where there is TLS, not sent for other sites."""
    for text in exchange.answer.headers.get_list("set-cookie"):
        try:
            (cookie,) = SimpleCookie(text).values()
        except (CookieError, ValueError):
            yield f"sets a cookie that cannot be read: {text!r}"
            continue
        if not cookie["httponly"]:
            yield f"lets scripts read the cookie {cookie.key}"
        if exchange.is_tls and not cookie["secure"]:
            yield f"sends the cookie {cookie.key} without TLS"
        if cookie["samesite"].lower() != "strict":
            yield f"sends the cookie {cookie.key} for other sites"


def caching(exchange: Exchange) -> Iterator[str]:
    """10015, 10049: what is for one sender is in no shared cache, and refusals and errors are in none."""
    stored = {each.strip() for each in _header(exchange, "cache-control").lower().split(",")}
    if exchange.is_asset:
        if not stored & {"public", "no-cache"}:
            yield "does not say how long a browser keeps it"
        return
    if not stored & {"no-store", "private"} or "public" in stored:
        yield f"may be kept by caches of others: cache-control is {_header(exchange, 'cache-control')!r}"
    if exchange.answer.status_code >= httpx.codes.BAD_REQUEST and "no-store" not in stored:
        yield "is a refusal that caches may keep"


LEAKS = {
    "a version of a program (10036, 10037)": re.compile(
        r"\b(uvicorn|starlette|fastapi|python|postgresql|rabbitmq|redis|sqlite|nginx)/?\s?v?\d+(\.\d+)+", re.IGNORECASE
    ),
    "a trace of the stack (10023, 90022)": re.compile(
        r"Traceback \(most recent|File \"[^\"]+\.py\"|\bat [\w.]+ \([\w/.-]+:\d+:\d+\)|site-packages"
    ),
    "an error of SQL (40018)": re.compile(
        r"\b(psycopg|sqlalchemy|sqlite3)\.|syntax error at or near|OperationalError", re.IGNORECASE
    ),
    "a path of this machine (10009)": re.compile(r"(?<![\w.:/-])/(home|usr|root|tmp|var|opt|work|srv)/\w+"),
    "a private address (2)": re.compile(
        r"\b(10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+)\b"
    ),
}
"""Not of documents for people who may administer: the description of the API names examples."""
LEAKING_HEADERS = ("server", "x-powered-by", "via", "x-aspnet-version", "x-debug-token")


def leaks(exchange: Exchange) -> Iterator[str]:
    """No versions, paths, hosts or stacks, in headers or bodies."""
    for name in LEAKING_HEADERS:
        if _header(exchange, name):
            yield f"tells what it is made of: {name}: {_header(exchange, name)}"
    headers = "\n".join(f"{name}: {value}" for name, value in exchange.answer.headers.items())
    for what, pattern in LEAKS.items():
        if found := pattern.search(f"{headers}\n{exchange.body}"):
            yield f"tells {what}: {found[0]!r}"


def other_origins(exchange: Exchange) -> Iterator[str]:
    """10098: pages of other sites may read nothing."""
    for name in ("access-control-allow-origin", "access-control-allow-credentials"):
        if _header(exchange, name):
            yield f"is shared with other sites: {name}: {_header(exchange, name)}"


def redirections(exchange: Exchange) -> Iterator[str]:
    """10028: to this site alone, and never to what the sender wrote."""
    target = urlsplit(_header(exchange, "location"))
    if target.netloc and target.netloc != exchange.answer.request.url.netloc.decode():
        yield f"leads to another site: {_header(exchange, 'location')}"


def sources(exchange: Exchange) -> Iterator[str]:
    """10027: nothing leads to the sources with the names and comments of developers."""
    if re.search(r"//[#@] sourceMappingURL=", exchange.body):
        yield "names its source map"


RULES: tuple[Rule, ...] = (
    content_type,
    framing,
    content_security_policy,
    isolation,
    transport,
    cookies,
    caching,
    leaks,
    other_origins,
    redirections,
    sources,
)


def findings(exchange: Exchange) -> list[str]:
    request = exchange.answer.request
    name = f"{exchange.who}: {request.method} {request.url.raw_path.decode()[:80]} {exchange.answer.status_code}"
    return [f"{name} {finding}" for rule in RULES for finding in rule(exchange)]
