"""A service behind TLS, as one in front of which a proxy or a sidecar stands."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import httpx

from onwatch_gateway.proxy import http_upstreams
from onwatch_gateway.settings import GatewaySettings
from onwatch_testkit.servers import HOST, Authority

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\ninside"
LIMIT_S = 60.0


async def status_of(settings: GatewaySettings) -> int:
    upstreams = http_upstreams(settings)
    async with (
        asyncio.timeout(LIMIT_S),
        upstreams.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(upstreams.catalog), base_url="http://gateway") as http,
    ):
        return (await http.get("/api/videos")).status_code


async def test_a_service_is_verified_by_the_authority_in_the_settings(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = authority.issue("localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        writer.close()

    listening = await asyncio.start_server(answer, HOST, 0, ssl=context)
    async with listening:
        url = f"https://localhost:{listening.sockets[0].getsockname()[1]}"
        assert await status_of(GatewaySettings(catalog_url=url, tls_ca_file=authority.file)) == 200
        assert await status_of(GatewaySettings(catalog_url=url)) == 502
