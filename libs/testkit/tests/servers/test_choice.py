from __future__ import annotations

import logging

import pytest

from onwatch_testkit.servers import choice
from onwatch_testkit.servers.choice import TEST_SERVERS, chosen
from onwatch_testkit.servers.docker import RedisContainer
from onwatch_testkit.servers.local import REQUIRE_REAL, RedisServer


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What these tests choose is no choice of the session's."""
    lines: list[str] = []
    monkeypatch.setattr(choice, "said", lines)
    return lines


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """What was looked for among the programs."""
    asked: list[type] = []
    monkeypatch.setattr(choice, "require", asked.append)
    return asked


def engine(monkeypatch: pytest.MonkeyPatch, reason: str | None) -> None:
    monkeypatch.setattr(choice, "obstacle", lambda _: reason)


@pytest.mark.parametrize("choice", ["", "auto", "docker"])
def test_where_an_engine_has_the_image_it_is_a_container(
    choice: str, installed: list[type], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TEST_SERVERS, choice)
    engine(monkeypatch, None)

    assert chosen(RedisServer) is RedisContainer
    assert installed == []
    assert said == ["redis: a container of redis:7-alpine"]


def test_else_it_is_the_installed_program_and_the_log_says_why(
    installed: list[type], said: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(TEST_SERVERS, "auto")
    engine(monkeypatch, "no Docker engine answers")
    with caplog.at_level(logging.WARNING):
        assert chosen(RedisServer) is RedisServer

    assert installed == [RedisServer]
    assert "redis is the installed program, not a container: no Docker engine answers" in caplog.text
    assert said == ["redis: the installed program, not a container: no Docker engine answers"]


def test_local_asks_no_engine(installed: list[type], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEST_SERVERS, "local")
    monkeypatch.setattr(choice, "obstacle", lambda _: pytest.fail("asked"))

    assert chosen(RedisServer) is RedisServer
    assert installed == [RedisServer]


def test_docker_falls_back_on_nothing(installed: list[type], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEST_SERVERS, "docker")
    engine(monkeypatch, "no Docker engine answers")
    with pytest.raises(pytest.fail.Exception, match="redis cannot be started in a container: no Docker engine answers"):
        chosen(RedisServer)


def test_with_neither_the_test_is_skipped_or_fails_where_the_real_parts_are_required(
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


def test_a_choice_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEST_SERVERS, "podman")
    with pytest.raises(pytest.fail.Exception, match="ONWATCH_TEST_SERVERS=podman; expected one of auto, local, docker"):
        chosen(RedisServer)
