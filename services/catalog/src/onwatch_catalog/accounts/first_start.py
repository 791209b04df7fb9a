"""The first start of an installation with logins."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from onwatch_catalog.accounts.administration import ADMINISTRATOR, Administration

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FirstStart:
    """Adds the first administrator, so that there is no default password anywhere."""

    administration: Administration
    given_password: Callable[[], str | None]
    is_needed: bool

    async def run(self) -> None:
        """Add it if there is no account. A random password is logged: once, since only its hash is stored."""
        if not self.is_needed:
            return
        password = await self.administration.add_first_administrator(self.given_password)
        if password is not None:
            log.warning("the account %s was added; its password, shown only this once: %s", ADMINISTRATOR, password)
