"""The lists of videos, over the built service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NAMES = ("Elm Street 10", "Elm Street 2", "Harbour")


@pytest.fixture
async def ids(stage: Any, clip: Path) -> dict[str, str]:
    """By name; each uploaded a second after the one before."""
    found = {}
    for name in NAMES:
        found[name] = await stage.add(clip, name=name)
        await stage.clock.advance(1)
    return found


def names_in(items: list[dict[str, Any]]) -> list[str]:
    return [video["name"] for video in items]


async def names(stage: Any, **query: Any) -> list[str]:
    answer = await stage.http.get("/api/videos", params=query)
    assert answer.status_code == 200, answer.text
    counted = await stage.http.get("/api/video-count", params=query)
    found = names_in(answer.json()["items"])
    assert counted.json() == {"count": len(found)}
    return found


async def test_the_list_is_searched_sorted_and_filtered(stage: Any, ids: dict[str, str]) -> None:
    await stage.http.post(f"/api/videos/{ids['Harbour']}/analysis")
    created_at = (await stage.http.get(f"/api/videos/{ids['Elm Street 2']}")).json()["created_at"]

    assert await names(stage) == ["Harbour", "Elm Street 2", "Elm Street 10"]
    assert await names(stage, sort="name") == ["Elm Street 2", "Elm Street 10", "Harbour"]
    assert await names(stage, search=" street  ELM", sort="-created_at") == ["Elm Street 2", "Elm Street 10"]
    assert await names(stage, status=["finished", "failed"]) == []
    assert await names(stage, status="ready", queued="false") == ["Elm Street 2", "Elm Street 10"]
    assert await names(stage, queued="true") == ["Harbour"]
    assert await names(stage, created_from=created_at) == ["Harbour", "Elm Street 2"]
    assert await names(stage, created_before=created_at) == ["Elm Street 10"]


@pytest.mark.parametrize("sort", ["name", "-name", "created_at", "duration_s", "-size_bytes"])
async def test_the_pages_of_any_order_have_every_video_once(stage: Any, ids: dict[str, str], sort: str) -> None:
    whole = (await stage.http.get("/api/videos", params={"sort": sort})).json()["items"]
    seen: list[dict[str, Any]] = []
    query = {"sort": sort, "limit": 1}
    while True:
        page = (await stage.http.get("/api/videos", params=query)).json()
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert seen == whole
    assert len(seen) == len(ids)


async def test_a_page_begins_at_an_offset(stage: Any, ids: dict[str, str]) -> None:
    async def page(**query: Any) -> list[str]:
        return names_in((await stage.http.get("/api/videos", params=query)).json()["items"])

    first = (await stage.http.get("/api/videos", params={"limit": 1})).json()["next_cursor"]

    assert await page(offset=1, limit=1) == ["Elm Street 2"]
    assert await page(offset=1, cursor=first) == ["Elm Street 10"]
    assert await page(offset=3) == []


async def test_a_cursor_of_another_order_is_refused(stage: Any, ids: dict[str, str]) -> None:
    cursor = (await stage.http.get("/api/videos", params={"limit": 1, "sort": "name"})).json()["next_cursor"]

    for query in ({}, {"sort": "-name"}):
        answer = await stage.http.get("/api/videos", params={"cursor": cursor} | query)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "colour"},
        {"status": "asleep"},
        {"queued": "perhaps"},
        {"search": "x" * 201},
        {"offset": "-1"},
        {"created_from": "2026-03-02T08:15:30"},
        {"created_from": "0.5"},
        {"created_before": "1772439330"},
        {"created_before": "0001-01-01T00:00:00+23:59"},
    ],
)
async def test_an_unknown_condition_is_refused(stage: Any, query: dict[str, str]) -> None:
    answer = await stage.http.get("/api/videos", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert next(iter(query)) in answer.json()["detail"]


async def test_a_search_may_have_any_characters(stage: Any, ids: dict[str, str]) -> None:
    for search in ("%", "_", "\\", "\0", "'", '"', "😀", "%00%ff"):
        assert await names(stage, search=search) in ([], list(reversed(NAMES))), search


async def test_a_video_knows_its_neighbours_in_a_list(stage: Any, ids: dict[str, str]) -> None:
    async def around(name: str, **query: Any) -> tuple[list[str], list[str]]:
        found = (await stage.http.get(f"/api/videos/{ids[name]}/neighbours", params=query)).json()
        return names_in(found["before"]), names_in(found["after"])

    assert await around("Elm Street 2") == (["Harbour"], ["Elm Street 10"])
    assert await around("Harbour", limit=5) == ([], ["Elm Street 2", "Elm Street 10"])
    assert await around("Elm Street 10", limit=5) == (["Harbour", "Elm Street 2"], [])
    assert await around("Elm Street 2", sort="name") == ([], ["Elm Street 10"])
    assert await around("Harbour", search="elm") == ([], ["Elm Street 2"])


async def test_the_neighbours_of_no_video_are_not_found(stage: Any) -> None:
    answer = await stage.http.get("/api/videos/nobody/neighbours")

    assert (answer.status_code, answer.json()["code"]) == (404, "video_not_found")
