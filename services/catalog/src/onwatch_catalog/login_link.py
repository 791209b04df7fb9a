"""One-time links that log an administrator in: for whoever starts the program, and for a forgotten password."""

from __future__ import annotations

from onwatch_catalog.accounts import AccountStore, login_code, login_path
from onwatch_catalog.records import make_engine
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.ids import NewId, new_id


async def new_login_path(
    settings: CatalogSettings, *, clock: Clock | None = None, new_id: NewId = new_id
) -> str | None:
    """The path of the page that logs the first administrator in, once and within an hour; None if there is none.

    Raises `StoreUnavailable` when the database cannot be reached.
    """
    engine = make_engine(settings)
    try:
        code = await login_code(AccountStore(engine), clock or SystemClock(), new_id)
        return None if code is None else login_path(code)
    finally:
        await engine.dispose()
