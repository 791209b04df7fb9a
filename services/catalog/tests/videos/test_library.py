from __future__ import annotations

from pathlib import Path
from typing import Any


async def test_the_last_page_has_no_cursor(stage: Any, clip: Path) -> None:
    for _ in range(2):
        await stage.add(clip)

    exactly = (await stage.http.get("/api/videos", params={"limit": 2})).json()
    fewer = (await stage.http.get("/api/videos", params={"limit": 1})).json()

    assert (len(exactly["items"]), exactly["next_cursor"]) == (2, None)
    assert (len(fewer["items"]), fewer["next_cursor"] is None) == (1, False)
