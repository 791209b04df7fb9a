"""The database engine, and bringing its tables up to date."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

MIGRATIONS = "onwatch_aggregator:migrations"


def make_engine(url: str) -> AsyncEngine:
    """An engine that connects when it is first used; the folder of a SQLite file is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    # A connection that the server has closed meanwhile is noticed before it is used.
    return create_async_engine(parsed, pool_pre_ping=True)


async def migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to the newest version; nothing happens if they are."""
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
