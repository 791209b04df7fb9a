"""Engines for a PostgreSQL that accepts TLS only, from clients with a certificate."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from onwatch_runtime.tls import NEEDS_CERTIFICATE, NO_TLS, OTHER_NAME, UNKNOWN_CA
from onwatch_sql.error_translation import transaction
from onwatch_sql.errors import StoreUnavailable
from onwatch_sql.postgresql import pooled_engine
from onwatch_sql.settings import DatabaseSettings
from onwatch_testkit.servers import HOST, Authority, PostgresServer, TlsPostgresServer

pytestmark = pytest.mark.connected


def engine_for(url: str, **settings: Any) -> Any:
    return pooled_engine(make_url(url), DatabaseSettings(**settings), "test")


async def is_encrypted(engine: Any) -> bool:
    async with transaction(engine) as connection:
        return bool(await connection.scalar(sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")))


async def check(url: str, **settings: Any) -> None:
    engine = engine_for(url, **settings)
    try:
        assert await is_encrypted(engine)
    finally:
        await engine.dispose()


async def test_the_server_is_reached_also_after_it_restarts(tls_postgres_server: TlsPostgresServer) -> None:
    engine = engine_for(tls_postgres_server.url, **tls_postgres_server.settings)
    assert await is_encrypted(engine)
    await asyncio.to_thread(tls_postgres_server.restart)
    assert await is_encrypted(engine)
    await engine.dispose()


async def test_the_files_may_be_in_the_url(tls_postgres_server: TlsPostgresServer, tmp_path: Path) -> None:
    files = {"tls_ca_file": Authority(tmp_path).file}  # of another server
    client = tls_postgres_server.of_client
    own = f"&sslrootcert={tls_postgres_server.authority.file}&sslcert={client.chain}&sslkey={client.key}"
    await check(tls_postgres_server.url + own, **files)


async def test_a_server_of_an_unknown_authority_is_refused(
    tls_postgres_server: TlsPostgresServer, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnavailable, match=rf"port {tls_postgres_server.port} .*{UNKNOWN_CA}"):
        await check(tls_postgres_server.url, tls_ca_file=Authority(tmp_path).file)


async def test_a_server_with_another_name_is_refused(tls_postgres_server: TlsPostgresServer) -> None:
    with pytest.raises(StoreUnavailable, match=OTHER_NAME):
        await check(tls_postgres_server.url_with(HOST), **tls_postgres_server.settings)


async def test_a_client_without_a_certificate_is_told_that_it_needs_one(tls_postgres_server: TlsPostgresServer) -> None:
    """By TLS 1.3 the server's reason may be lost with the connection that it resets: the next attempt gets it."""
    told: list[str] = []
    while not told or any(lost in told[-1] for lost in ("reset by peer", "closed the connection unexpectedly")):
        with pytest.raises(StoreUnavailable) as refused:
            await check(tls_postgres_server.url, tls_ca_file=tls_postgres_server.authority.file)
        told.append(str(refused.value))
    assert NEEDS_CERTIFICATE in told[-1]


async def test_a_server_without_tls_is_refused(
    postgres_server: PostgresServer, tls_postgres_server: TlsPostgresServer
) -> None:
    with pytest.raises(StoreUnavailable, match=NO_TLS):
        await check(f"{postgres_server.url}?sslmode=verify-full", **tls_postgres_server.settings)


async def test_without_sslmode_the_files_are_not_used(
    postgres_server: PostgresServer, tls_postgres_server: TlsPostgresServer
) -> None:
    engine = engine_for(postgres_server.url, **tls_postgres_server.settings)
    assert not await is_encrypted(engine)
    await engine.dispose()
