from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.login_link import new_login_path
from onwatch_catalog.records import migrate
from onwatch_catalog.settings import CatalogSettings
from onwatch_sql.errors import StoreUnavailable


async def test_without_an_administrator_there_is_no_link(tmp_path: Path) -> None:
    settings = CatalogSettings(data_dir=tmp_path)
    with pytest.raises(StoreUnavailable):
        await new_login_path(settings)
    await migrate(settings)
    assert await new_login_path(settings) is None


async def test_the_link_logs_in_once(staging: Callable[..., Any], tmp_path: Path) -> None:
    async with staging(auth="on", admin_password="correct horse battery") as stage:
        path = await new_login_path(CatalogSettings(data_dir=tmp_path), clock=stage.clock)
        assert path is not None
        page, _, code = path.partition("#")
        assert page == "/login"
        answers = [await stage.http.post("/api/session/code", json={"code": code}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[0].json()["role"] == "administrator"
