"""The files, and the reasons why TLS is refused, by real handshakes; each server has tests of its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from onwatch_runtime.tls import (
    EXPIRED,
    NO_TLS,
    OTHER_NAME,
    UNKNOWN_CA,
    TlsFiles,
    UnusableTlsFiles,
    tls_failure,
    with_tls_failure,
)
from onwatch_testkit.servers import HOST, Authority
from onwatch_testkit.servers.certificates import EXPIRED as LONG_AGO

LIMIT_S = 60.0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def server_context(authority: Authority, *, expired: bool = False, asks: bool = False) -> ssl.SSLContext:
    certificate = authority.issue("localhost", LONG_AGO if expired else None)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    context.load_cert_chain(certificate.chain, certificate.key)
    context.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_NONE
    return context


@asynccontextmanager
async def server(context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """A server that greets whoever connects; its port."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\n")
        writer.close()

    listening = await asyncio.start_server(greet, HOST, 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def greeting(port: int, files: TlsFiles, name: str = "localhost") -> bytes:
    async with asyncio.timeout(LIMIT_S):
        context = files.context()
        reader, writer = await asyncio.open_connection(HOST, port, ssl=context, server_hostname=name)
        try:
            return await reader.readline()
        finally:
            writer.transport.abort()


async def failure_of(port: int, files: TlsFiles, name: str = "localhost") -> str | None:
    with pytest.raises(OSError) as failed:  # noqa: PT011 the reason is what is tested
        await greeting(port, files, name)
    return tls_failure(failed.value)


async def test_a_server_of_the_authority_is_accepted(authority: Authority):
    async with server(server_context(authority)) as port:
        assert await greeting(port, TlsFiles(ca=authority.file)) == b"hello\n"


async def test_a_client_shows_its_certificate(authority: Authority):
    client = authority.issue("client.example")
    async with server(server_context(authority, asks=True)) as port:
        files = TlsFiles(authority.file, client.chain, client.key)
        assert await greeting(port, files) == b"hello\n"


async def test_the_machines_authorities_do_not_know_a_private_one(authority: Authority):
    async with server(server_context(authority)) as port:
        assert await failure_of(port, TlsFiles()) == UNKNOWN_CA


async def test_another_authority_of_the_same_kind_is_not_accepted(authority: Authority, tmp_path: Path):
    (tmp_path / "other").mkdir()
    async with server(server_context(authority)) as port:
        assert await failure_of(port, TlsFiles(ca=Authority(tmp_path / "other").file)) == UNKNOWN_CA


@pytest.mark.parametrize("name", ["rabbitmq.example", HOST])
async def test_a_certificate_for_another_name_is_refused(authority: Authority, name: str):
    async with server(server_context(authority)) as port:
        assert await failure_of(port, TlsFiles(ca=authority.file), name) == OTHER_NAME


async def test_an_expired_certificate_is_refused(authority: Authority):
    async with server(server_context(authority, expired=True)) as port:
        assert await failure_of(port, TlsFiles(ca=authority.file)) == EXPIRED


async def test_a_server_without_tls_is_recognised(authority: Authority):
    async with server(None) as port:
        assert await failure_of(port, TlsFiles(ca=authority.file)) == NO_TLS


def test_the_reason_is_found_behind_other_errors():
    error = ConnectionError("closed")
    error.__cause__ = RuntimeError("server does not support SSL, but SSL was required")
    assert with_tls_failure("no connection", error) == f"no connection: {NO_TLS}"


def test_errors_that_cause_each_other_are_looked_at_once():
    error = ConnectionError("closed")
    error.__cause__ = RuntimeError("lost")
    error.__cause__.__cause__ = error
    assert tls_failure(error) is None


def test_another_error_has_no_such_reason():
    assert with_tls_failure("no connection", ConnectionRefusedError("refused")) == "no connection"


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UnusableTlsFiles, match=r"nowhere\.pem cannot be used: No such file"):
        TlsFiles(ca=tmp_path / "nowhere.pem").context()


def test_a_file_without_certificates_is_named(tmp_path: Path):
    file = tmp_path / "empty.pem"
    file.write_text("nothing\n")
    with pytest.raises(UnusableTlsFiles, match=r"empty\.pem cannot be used"):
        TlsFiles(ca=file).context()


def test_a_key_of_another_certificate_is_refused(authority: Authority):
    one, other = authority.issue("one"), authority.issue("other")
    with pytest.raises(UnusableTlsFiles, match=r"one\.pem cannot be used"):
        TlsFiles(authority.file, one.chain, other.key).context()
