from __future__ import annotations

import logging
from typing import Any

import pytest

from onwatch_catalog.accounts import FirstStart


def passwords_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [message.rpartition(": ")[2] for message in caplog.messages if "its password" in message]


async def test_the_password_is_logged_once_and_logs_in(bench: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    first_start = FirstStart(bench.administration, lambda: None, is_needed=True)
    for _ in range(2):
        await first_start.run()
    (password,) = passwords_in(caplog)
    assert await bench.sessions.log_in("admin", password, "::1")


async def test_a_given_password_is_not_logged(bench: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await FirstStart(bench.administration, lambda: "correct horse battery", is_needed=True).run()
    assert "correct horse battery" not in caplog.text
    assert await bench.log_in("admin")


async def test_no_account_is_added_while_logins_are_off(bench: Any) -> None:
    await FirstStart(bench.administration, lambda: None, is_needed=False).run()
    assert not await bench.store.has_users()
