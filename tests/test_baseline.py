"""Every kind of answer, for strangers and each role, with and without TLS, examined by the rules of a baseline scan."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from baseline.crawl import crawl, files_of_the_page
from baseline.rules import LEAKS, RULES, Exchange, findings

from onwatch.all_in_one import Onwatch, build, client_of
from onwatch.configuration import configure
from onwatch_runtime.http import http_server, serving
from onwatch_testkit.sample_videos import write_video
from onwatch_testkit.system import PATIENT_GATEWAY

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN, PASSWORD = "admin", "correct horse battery"
PAGE = "<!doctype html><title>Onwatch</title><script type=module src=/assets/index-abc.js></script>"
ROLES = ("viewer", "operator")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built page, or where it is not built one of the same shape."""
    built = configure(tmp_path_factory.mktemp("unused"), environ={}).dashboard.static_dir
    if (built / "index.html").is_file():
        return built
    folder = tmp_path_factory.mktemp("page")
    (folder / "assets").mkdir()
    (folder / "assets/index-abc.js").write_text("let page;")
    (folder / "index.html").write_text(PAGE)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def onwatch(tmp_path_factory: pytest.TempPathFactory, page: Path) -> AsyncIterator[Onwatch]:
    environ = {
        "ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD,
        "ONWATCH_DASHBOARD_STATIC_DIR": str(page),
        "ONWATCH_GATEWAY_REQUESTS_PER_MINUTE": "0",
        **PATIENT_GATEWAY,
    }
    onwatch = build(configure(tmp_path_factory.mktemp("data"), environ=environ))
    async with onwatch.running():
        yield onwatch


@asynccontextmanager
async def client(onwatch: Onwatch, scheme: str) -> AsyncIterator[httpx.AsyncClient]:
    """Over a real port, or as behind a proxy with TLS."""
    if scheme == "https":
        transport = httpx.ASGITransport(onwatch.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://onwatch") as http:
            yield http
        return
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        address = f"http://{host}:{port}"
        async with (
            serving(http_server(onwatch.app, host, port), listening),
            httpx.AsyncClient(base_url=address, timeout=60) as http,
        ):
            yield http


async def log_in(http: httpx.AsyncClient, name: str) -> None:
    answer = await http.post("/api/session", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(onwatch: Onwatch, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of one thing of each kind; and there is an account of each role."""
    clip = await asyncio.to_thread(write_video, tmp_path_factory.mktemp("clips") / "street.mp4")
    content = await asyncio.to_thread(clip.read_bytes)
    found: dict[str, str] = {}
    async with client_of(onwatch.app) as http:
        await log_in(http, ADMIN)
        for role in ROLES:
            added = await http.post("/api/users", json={"name": role, "password": PASSWORD, "role": role})
            assert added.status_code == 201, added.text
        video = await http.post("/api/videos", files={"file": ("street.mp4", content, "video/mp4")})
        found["video_id"] = video.json()["id"]
        hook = {"url": "https://hooks.example/a", "events": ["run.failed"]}
        found["webhook_id"] = (await http.post("/api/webhooks", json=hook)).json()["webhook"]["id"]
        await http.post("/api/links", json={"video_id": found["video_id"], "expires_in_days": 1})
    return found


@pytest.mark.parametrize(
    ("who", "scheme"),
    [("a stranger", "http"), ("a stranger", "https"), ("viewer", "http"), ("operator", "https"), (ADMIN, "https")],
)
@pytest.mark.slow
async def test_no_answer_breaks_a_rule(
    onwatch: Onwatch, page: Path, ids: dict[str, str], who: str, scheme: str
) -> None:
    files = await asyncio.to_thread(files_of_the_page, page)
    found: list[str] = []
    statuses: set[int] = set()
    async with client(onwatch, scheme) as http:
        if who != "a stranger":
            await log_in(http, who)
        async for exchange in crawl(http, who, ids, files):
            statuses.add(exchange.answer.status_code)
            found += findings(exchange)
    assert not found, "\n".join(sorted(set(found)))
    assert {200, 401, 404, 421} <= statuses, "it has seen refusals of each kind"
    assert not any(status >= httpx.codes.INTERNAL_SERVER_ERROR for status in statuses)


async def test_a_login_and_its_cookie_break_no_rule(onwatch: Onwatch) -> None:
    for scheme in ("http", "https"):
        async with client(onwatch, scheme) as http:
            answer = await http.post("/api/session", json={"name": ADMIN, "password": PASSWORD})
            assert "set-cookie" in answer.headers
            assert findings(Exchange(ADMIN, answer, answer.text)) == []
            ended = await http.delete("/api/session")
            assert findings(Exchange(ADMIN, ended, ended.text)) == []


async def test_a_stranger_changes_nothing(onwatch: Onwatch, page: Path, ids: dict[str, str]) -> None:
    async def seen() -> list[str]:
        async with client_of(onwatch.app) as http:
            await log_in(http, ADMIN)
            paths = ("/api/videos", "/api/users", "/api/tokens", "/api/links", "/api/webhooks")
            texts = [(await http.get(path)).text for path in paths]
        return [re.sub(r'"last_used_at":"[^"]+"', "", text) for text in texts]

    before = await seen()
    files = await asyncio.to_thread(files_of_the_page, page)
    async with client(onwatch, "http") as http:
        async for exchange in crawl(http, "a stranger", ids, files):
            is_about_the_session = exchange.path.startswith("/api/session") or exchange.path == "/api/docs"
            if f"{exchange.path}/".startswith("/api/") and not is_about_the_session:
                assert exchange.answer.status_code in (401, 404, 421), exchange.path
            assert ids["video_id"] not in exchange.body.replace(exchange.path, "")
    assert await seen() == before


BAD: dict[str, dict[str, Any]] = {
    "content_type": {"headers": {"x-content-type-options": ""}},
    "framing": {"headers": {"x-frame-options": "SAMEORIGIN"}},
    "content_security_policy": {"headers": {"content-security-policy": "default-src * 'unsafe-inline'"}},
    "isolation": {"headers": {"referrer-policy": "unsafe-url"}},
    "transport": {"headers": {"strict-transport-security": "max-age=1"}},
    "cookies": {"headers": {"set-cookie": "a=b; Path=/"}},
    "caching": {"headers": {"cache-control": "public, max-age=60"}},
    "leaks": {"headers": {"server": "uvicorn"}},
    "other_origins": {"headers": {"access-control-allow-origin": "*"}},
    "redirections": {"headers": {"location": "https://evil.example/"}},
    "sources": {"body": "let a;\n//# sourceMappingURL=a.js.map"},
}
LEAKING = {
    "a version of a program (10036, 10037)": "Python/3.11.7",
    "a trace of the stack (10023, 90022)": 'File "app.py", line 3',
    "an error of SQL (40018)": "sqlalchemy.exc.OperationalError",
    "a path of this machine (10009)": "cannot open /var/lib/onwatch/x",
    "a private address (2)": "http://10.1.2.3:5432",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
async def test_each_rule_finds_what_it_is_for(rule: Any) -> None:
    bad = BAD[rule.__name__]
    request = httpx.Request("GET", "http://onwatch/api/videos")
    answer = httpx.Response(200, headers=bad.get("headers", {}), text="x", request=request)
    assert list(rule(Exchange("a stranger", answer, bad.get("body", ""))))


@pytest.mark.parametrize("what", LEAKS)
async def test_each_leak_is_found(what: str) -> None:
    assert LEAKS[what].search(LEAKING[what])
