from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from onwatch_sql.pool import ClosingPool


@pytest.mark.parametrize("is_disposed", [False, True])
async def test_a_connection_returned_to_a_disposed_pool_is_closed(tmp_path: Path, is_disposed: bool) -> None:
    engine = create_async_engine(make_url(f"sqlite+aiosqlite:///{tmp_path}/shop.db"), poolclass=ClosingPool)
    async with engine.connect() as connection:
        await connection.execute(sa.text("SELECT 1"))
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        if is_disposed:
            await engine.dispose()
    assert driver is not None
    assert (driver._connection is None) == is_disposed

    async with engine.connect() as again:  # on a new pool
        assert await again.scalar(sa.text("SELECT 1")) == 1
    await engine.dispose()
    assert driver._connection is None
