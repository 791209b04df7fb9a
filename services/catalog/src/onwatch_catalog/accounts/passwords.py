"""Hashes passwords with Argon2id."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smallest parameters for Argon2id: 19 MiB and about 20 ms for each of at most `PARALLEL` at a time.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
PARALLEL = 2


class Passwords:
    """Hashes and verifies in threads, a few at a time: guesses must not take the memory and CPUs of the service."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._slots = asyncio.Semaphore(PARALLEL)
        self._of_nobody: str | None = None

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password. Without a hash it takes as long as with one, and is False."""
        if hashed is None:
            self._of_nobody = self._of_nobody or await self.hash("of nobody")
        async with self._slots:
            is_right = await asyncio.to_thread(self._verify, hashed or self._of_nobody or "", password)
        return is_right and hashed is not None

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False
