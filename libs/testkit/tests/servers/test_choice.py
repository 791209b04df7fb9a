from __future__ import annotations

import logging

import pytest

from onwatch_testkit.servers import choice
from onwatch_testkit.servers.choice import TEST_SERVERS, chosen
from onwatch_testkit.servers.docker import RedisContainer
from onwatch_testkit.servers.redis import RedisServer
from onwatch_testkit.servers.server import REQUIRE_REAL


@pytest.fixture(autouse=True)
def decisions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The choices of these tests do not appear in the session's report."""
    lines: list[str] = []
    monkeypatch.setattr(choice, "decisions", lines)
    return lines


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """The servers that were looked for among the installed programs."""
    asked: list[type] = []
    monkeypatch.setattr(choice, "require", asked.append)
    return asked


def engine(monkeypatch: pytest.MonkeyPatch, reason: str | None) -> None:
    monkeypatch.setattr(choice, "obstacle", lambda _: reason)


@pytest.mark.parametrize("choice", ["", "auto", "docker"])
def test_an_engine_with_the_image_runs_a_container(
    choice: str, installed: list[type], decisions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TEST_SERVERS, choice)
    engine(monkeypatch, None)

    assert chosen(RedisServer) is RedisContainer
    assert installed == []
    assert decisions == ["redis: a container of redis:8-alpine"]


def test_without_an_engine_the_installed_program_is_used_and_the_reason_logged(
    installed: list[type], decisions: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(TEST_SERVERS, "auto")
    engine(monkeypatch, "no Docker engine answers")
    with caplog.at_level(logging.WARNING):
        assert chosen(RedisServer) is RedisServer

    assert installed == [RedisServer]
    assert "redis is the installed program, not a container: no Docker engine answers" in caplog.text
    assert decisions == ["redis: the installed program, not a container: no Docker engine answers"]


def test_local_needs_no_engine(installed: list[type], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEST_SERVERS, "local")
    monkeypatch.setattr(choice, "obstacle", lambda _: pytest.fail("asked"))

    assert chosen(RedisServer) is RedisServer
    assert installed == [RedisServer]


def test_docker_has_no_fallback(installed: list[type], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEST_SERVERS, "docker")
    engine(monkeypatch, "no Docker engine answers")
    with pytest.raises(pytest.fail.Exception, match="redis cannot be started in a container: no Docker engine answers"):
        chosen(RedisServer)


def test_with_neither_the_test_is_skipped_or_fails_if_servers_are_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TEST_SERVERS, "auto")
    engine(monkeypatch, "no Docker engine answers")
    monkeypatch.setattr(RedisServer, "program", classmethod(lambda cls: None))
    monkeypatch.delenv(REQUIRE_REAL, raising=False)
    with pytest.raises(pytest.skip.Exception, match="redis is not installed here"):
        chosen(RedisServer)
    monkeypatch.setenv(REQUIRE_REAL, "1")
    with pytest.raises(pytest.fail.Exception, match="redis is not installed here"):
        chosen(RedisServer)


def test_an_unknown_choice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEST_SERVERS, "podman")
    with pytest.raises(pytest.fail.Exception, match="ONWATCH_TEST_SERVERS=podman; expected one of auto, local, docker"):
        chosen(RedisServer)
