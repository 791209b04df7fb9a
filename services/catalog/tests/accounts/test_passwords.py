from __future__ import annotations

import pytest

from onwatch_catalog.accounts.errors import TooManyGuesses
from onwatch_catalog.accounts.passwords import HASHER, GuessLimit, Passwords
from onwatch_testkit.clock import FakeClock


async def test_a_password_is_hashed_with_argon2id_and_verified() -> None:
    passwords = Passwords(HASHER)

    hashed = await passwords.hash("correct horse battery")

    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.matches("correct horse battery", hashed)
    assert not await passwords.matches("correct horse batterz", hashed)
    assert not await passwords.matches("of nobody", None)


async def test_guesses_sent_at_once_are_delayed_too(clock: FakeClock) -> None:
    limit = GuessLimit(clock)
    for _ in range(4):
        limit.begin("ada", "10.0.0.9")

    with pytest.raises(TooManyGuesses) as refused:
        limit.begin("ada", "10.0.0.9")

    assert refused.value.headers == {"retry-after": "1"}
    limit.begin("ada", "10.0.0.1")
    limit.begin("bob", "10.0.0.9")


async def test_guesses_are_forgotten_after_a_success_and_after_a_quarter_of_an_hour(clock: FakeClock) -> None:
    limit = GuessLimit(clock)
    for _ in range(4):
        limit.begin("ada", "10.0.0.9")
    limit.succeeded("ada", "10.0.0.9")
    for _ in range(4):
        limit.begin("ada", "10.0.0.9")
    await clock.advance(901)

    for _ in range(4):
        limit.begin("ada", "10.0.0.9")
