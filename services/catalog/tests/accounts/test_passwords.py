from __future__ import annotations

from onwatch_catalog.accounts.passwords import HASHER, Passwords


async def test_a_password_is_hashed_with_argon2id_and_verified() -> None:
    passwords = Passwords(HASHER)

    hashed = await passwords.hash("correct horse battery")

    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.matches("correct horse battery", hashed)
    assert not await passwords.matches("correct horse batterz", hashed)
    assert not await passwords.matches("of nobody", None)
