"""The database engine, and bringing its tables up to date."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

MIGRATIONS = "onwatch_aggregator:migrations"


def make_engine(url: str) -> AsyncEngine:
    """An engine that connects when it is first used."""
    # A connection that the server has closed meanwhile is noticed before it is used.
    return create_async_engine(url, pool_pre_ping=True)


async def migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to the newest version, making the folder of a SQLite file; nothing happens if they are."""
    _make_folder(engine.url)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)


def _make_folder(url: sa.URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)


def _upgrade(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
