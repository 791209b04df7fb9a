"""Waiting for a recount: which of its states are the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from onwatch.site_tables import RecountFailed, RequestRefused, put_site, until_recounted

VIDEO = "a-video"


def answer(state: str, revision: int | None, progress: float = 0.0) -> dict[str, Any]:
    return {
        "video_id": VIDEO,
        "state": state,
        "detail": f"It is {state}.",
        "progress": progress,
        "run_id": None if revision is None else "a-run",
        "revision": revision,
        "requested_at": None,
        "finished_at": None,
        "results": None,
    }


def client_of(*answers: dict[str, Any]) -> httpx.AsyncClient:
    following: Iterator[dict[str, Any]] = iter(answers)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=next(following)))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def at_once(seconds: float) -> None:
    assert seconds > 0


async def test_older_revisions_and_unfinished_recounts_are_waited_for():
    client = client_of(
        answer("none", None),
        answer("finished", 1, 1.0),
        answer("waiting", 2),
        answer("running", 2, 0.5),
        answer("finished", 2),
    )
    seen: list[float] = []
    async with client:
        await until_recounted(client, VIDEO, 2, seen.append, at_once)
    assert seen == [0.0, 1.0, 0.0, 0.5]


@pytest.mark.parametrize("state", ["failed", "cancelled"])
async def test_a_recount_that_does_not_finish_says_why(state: str):
    async with client_of(answer("running", 2), answer(state, 2)) as client:
        with pytest.raises(RecountFailed, match=f"It is {state}"):
            await until_recounted(client, VIDEO, 2, lambda done: None, at_once)


async def test_a_newer_revision_of_somebody_else_ends_the_wait_too():
    async with client_of(answer("finished", 7)) as client:
        await until_recounted(client, VIDEO, 2, lambda done: None, at_once)


async def test_a_refused_site_is_told_with_the_reason():
    problem = {
        "type": "about:blank",
        "title": "Invalid",
        "status": 422,
        "detail": "Gate A: crosses itself.",
        "code": "x",
    }

    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(422, json=problem, headers={"content-type": "application/problem+json"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse), base_url="http://test") as client:
        with pytest.raises(RequestRefused, match="Gate A: crosses itself"):
            await put_site(client, VIDEO, b"{}")
