from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from onwatch_dashboard.errors import PageNotBuilt
from onwatch_dashboard.service import build
from onwatch_dashboard.settings import DashboardSettings

PAGE = "<title>Onwatch</title>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc.js").write_text("let page;" * 500)
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


@pytest.fixture
async def client(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    service = build(DashboardSettings(static_dir=folder))
    transport = httpx.ASGITransport(service.app)
    async with service.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://onwatch") as client:
        yield client


async def test_every_page_of_the_dashboard_is_the_index(client: httpx.AsyncClient) -> None:
    for path in ("/", "/videos/abc", "/index.html"):
        response = await client.get(path)
        assert response.text == PAGE
        assert response.headers["content-type"] == "text/html; charset=utf-8"


async def test_the_page_may_load_from_its_own_origin_only(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/")).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "img-src 'self' blob: data:" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_the_page_may_play_videos_of_a_public_store(folder: Path) -> None:
    service = build(DashboardSettings(static_dir=folder, media_public_url="https://s3.example:9000"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://onwatch") as client:
        policy = (await client.get("/")).headers["content-security-policy"]

    assert "; media-src 'self' https://s3.example:9000" in policy
    assert "default-src 'self';" in policy


async def test_errors_are_problem_documents_with_the_security_headers(client: httpx.AsyncClient) -> None:
    response = await client.get("/assets/gone.js")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "file_not_found"
    assert "content-security-policy" in response.headers


async def test_a_head_request_has_no_body(client: httpx.AsyncClient) -> None:
    response = await client.head("/")

    assert response.status_code == 200
    assert response.content == b""


async def test_post_is_not_allowed(client: httpx.AsyncClient) -> None:
    assert (await client.post("/")).status_code == 405


async def test_scripts_are_compressed(client: httpx.AsyncClient) -> None:
    response = await client.get("/assets/index-abc.js", headers={"accept-encoding": "gzip"})

    assert response.headers["content-encoding"] == "gzip"
    assert response.text == "let page;" * 500


@pytest.mark.parametrize("path", ["/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2e%2e/secret.txt"])
async def test_an_encoded_path_out_of_the_folder_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_monitor_that_asks_at_the_port_of_the_page_is_told_so(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_the_service_is_ready_when_the_page_is_built(folder: Path) -> None:
    service = build(DashboardSettings(static_dir=folder))
    await service.checks["page"]()


async def test_without_a_built_page_the_error_explains_what_to_do(folder: Path) -> None:
    (folder / "index.html").unlink()
    service = build(DashboardSettings(static_dir=folder))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://onwatch") as client:
        page = await client.get("/")

    assert page.status_code == 503
    assert "npm run build" in page.json()["detail"]
    with pytest.raises(PageNotBuilt):
        await service.checks["page"]()
