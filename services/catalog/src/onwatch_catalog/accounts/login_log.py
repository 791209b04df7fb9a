"""Logins in the audit log, refused ones included."""

from __future__ import annotations

from collections.abc import Awaitable
from ipaddress import IPv6Address, IPv6Network, ip_address

from onwatch_catalog.accounts.errors import LoginRefusal
from onwatch_catalog.accounts.pacing import Pace
from onwatch_catalog.accounts.sessions import Opened
from onwatch_catalog.accounts.store import AccountStore
from onwatch_contracts.accounts import AuditRecord, Identity
from onwatch_runtime.clock import Clock

TARGET = "POST /api/session"
MAX_NAME_CHARS = 64


class LoginLog:
    """Writes each login down before it is answered.

    Refusals that follow each other too fast are not: a stranger would fill the log, which nobody can shorten. The next
    one that is written says how many were left out.
    """

    def __init__(self, store: AccountStore, clock: Clock, target: str = TARGET) -> None:
        self._store = store
        self._clock = clock
        self._target = target
        self._refusals = Pace(clock)
        self._unwritten = 0

    async def recorded(self, opening: Awaitable[Opened], action: str, name: str, address: str) -> Opened:
        """The opened session; `name` is what a refused login claimed to be."""
        try:
            opened = await opening
        except LoginRefusal as refusal:
            await self._write_refusal(action, (refusal.who or name)[:MAX_NAME_CHARS], refusal.status, address)
            raise
        await self._write(action, opened.identity.name, opened.identity, 200, address)
        return opened

    async def _write_refusal(self, action: str, name: str, status: int, address: str) -> None:
        if self._refusals.wait_s(_client(address)):
            self._unwritten += 1
            return
        unwritten, self._unwritten = self._unwritten, 0
        more = f" (and {unwritten} more refused before, which are not listed)" if unwritten else ""
        await self._write(action + more, name, None, status, address)

    async def _write(self, action: str, name: str, who: Identity | None, status: int, address: str) -> None:
        record = AuditRecord(
            name=name,
            role=None if who is None else who.role,
            kind=None if who is None else who.kind,
            action=action,
            target=self._target,
            video_id=None,
            status=status,
            address=address,
        )
        await self._store.append_audit(record, self._clock.now())


def _client(address: str) -> str:
    """As the gateway counts them: an IPv6 network of 64 bits is one client, which can have any address in it."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Network((int(found), 64), strict=False))
    return address
