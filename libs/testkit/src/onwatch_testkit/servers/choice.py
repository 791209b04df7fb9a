"""Chooses where private servers run: in containers, or as installed programs."""

from __future__ import annotations

import logging
import os
from typing import TypeVar, cast

import pytest

from onwatch_testkit.servers.docker import CONTAINERS, obstacle
from onwatch_testkit.servers.server import Server, require

TEST_SERVERS = "ONWATCH_TEST_SERVERS"
"""`docker`: containers. `local`: installed programs. `auto`, the default: containers if available, else installed
programs."""
CHOICES = ("auto", "local", "docker")

ServerT = TypeVar("ServerT", bound=Server)

log = logging.getLogger(__name__)

decisions: list[str] = []
"""What was chosen in this session, and why, for the end of the test report."""


def chosen(server: type[ServerT]) -> type[ServerT]:
    """The class to start. Without one the test is skipped, or fails if `ONWATCH_REQUIRE_REAL=1`."""
    choice = os.environ.get(TEST_SERVERS) or "auto"
    if choice not in CHOICES:
        pytest.fail(f"{TEST_SERVERS}={choice}; expected one of {', '.join(CHOICES)}", pytrace=False)
    if choice != "local":
        container = CONTAINERS[server]
        reason = obstacle(container)
        if reason is None:
            decisions.append(f"{server.name}: a container of {container.image}")
            return cast("type[ServerT]", container)  # each is a subclass of its key
        if choice == "docker":
            pytest.fail(f"{server.name} cannot be started in a container: {reason}", pytrace=False)
        log.warning("%s is the installed program, not a container: %s", server.name, reason)
        decisions.append(f"{server.name}: the installed program, not a container: {reason}")
    require(server)
    return server
