"""Logins that have begun."""

from __future__ import annotations

import pytest

from onwatch_catalog.openid.errors import LoginExpired, LoginNotBegun
from onwatch_catalog.openid.pending import PendingLogin, Seal, new_login
from onwatch_testkit.clock import FakeClock


def test_the_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    login = PendingLogin("", "", "", verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert login.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_sealed_login_is_opened_by_the_same_process(clock: FakeClock) -> None:
    seal, login = Seal(clock), new_login("https://nvr.example/login")
    cookie = seal.closed(login)
    assert seal.opened(cookie) == login
    assert login.verifier not in cookie
    with pytest.raises(LoginNotBegun):
        Seal(clock).opened(cookie)


async def test_it_expires(clock: FakeClock) -> None:
    seal = Seal(clock)
    cookie = seal.closed(new_login(""))
    await clock.advance(599)
    seal.opened(cookie)
    await clock.advance(1)
    with pytest.raises(LoginExpired):
        seal.opened(cookie)


def test_a_changed_one_is_refused(clock: FakeClock) -> None:
    seal = Seal(clock)
    cookie = seal.closed(new_login(""))
    for at in range(0, len(cookie), 7):
        changed = "A" if cookie[at] != "A" else "B"
        with pytest.raises(LoginNotBegun):
            seal.opened(cookie[:at] + changed + cookie[at + 1 :])
