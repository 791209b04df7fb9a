"""Lookups of videos in the catalog."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_contracts.http import VideoStatus
from onwatch_gateway.catalog_client import CatalogClient, CatalogVideo, SharedLookup
from onwatch_runtime.errors import ServiceUnavailable
from onwatch_testkit.clock import FakeClock, settle


def client_of(catalog: ASGIApp, timeout_s: float = 60) -> CatalogClient:
    return CatalogClient(catalog, timeout_s=timeout_s)


async def test_a_video_is_requested_by_its_path_and_unknown_fields_are_ignored() -> None:
    paths = []

    async def catalog(scope: Scope, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        await JSONResponse({"status": "paused", "status_reason": None, "new_in_v9": 1})(scope, receive, send)

    assert await client_of(catalog).find("a") == CatalogVideo(status=VideoStatus.PAUSED)
    assert paths == ["/api/videos/a"]


async def test_an_unknown_video_is_none() -> None:
    assert await client_of(JSONResponse({}, 404)).find("a") is None


@pytest.mark.parametrize(
    "catalog", [JSONResponse({}, 502), PlainTextResponse("no JSON"), JSONResponse({"status": "dancing"})]
)
async def test_a_catalog_whose_answer_cannot_be_read_is_unavailable(catalog: ASGIApp) -> None:
    with pytest.raises(ServiceUnavailable):
        await client_of(catalog).find("a")


async def test_a_catalog_that_raises_is_unavailable() -> None:
    async def catalog(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("no database")

    with pytest.raises(ServiceUnavailable, match="500"):
        await client_of(catalog).find("a")


async def test_a_catalog_that_hangs_is_unavailable() -> None:
    async def catalog(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    with pytest.raises(ServiceUnavailable, match="did not answer within"):
        await client_of(catalog, timeout_s=0.05).find("a")


async def test_who_asks_for_a_video_at_the_same_time_shares_a_request(clock: FakeClock) -> None:
    asked: list[str] = []
    may_answer = asyncio.Event()

    async def catalog(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope["path"])
        await may_answer.wait()
        await JSONResponse({"status": "ready"})(scope, receive, send)

    lookup = SharedLookup(client_of(catalog), clock)
    asking = [asyncio.create_task(lookup.find(video_id)) for video_id in "aab"]
    await settle()
    may_answer.set()
    assert await asyncio.gather(*asking) == [CatalogVideo(status=VideoStatus.READY)] * 3
    assert sorted(asked) == ["/api/videos/a", "/api/videos/b"]
    await lookup.find("a")
    assert asked.count("/api/videos/a") == 2, "an answer is not remembered"


async def test_a_catalog_that_is_away_is_unavailable_to_all_who_asked(clock: FakeClock) -> None:
    lookup = SharedLookup(client_of(JSONResponse({}, 502)), clock)
    answers = await asyncio.gather(*(lookup.find("a") for _ in range(2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ServiceUnavailable] * 2
