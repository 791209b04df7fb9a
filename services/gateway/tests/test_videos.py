"""Looking a video up in the catalog."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_contracts.http import VideoStatus
from onwatch_gateway.videos import CatalogLookup, CatalogUnavailable, CatalogVideo


def lookup(catalog: ASGIApp) -> CatalogLookup:
    return CatalogLookup(catalog, timeout_s=0.05)


async def test_a_video_is_found_by_its_path_and_unknown_fields_are_skipped() -> None:
    paths = []

    async def catalog(scope: Scope, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        await JSONResponse({"status": "paused", "status_reason": None, "new_in_v9": 1})(scope, receive, send)

    assert await lookup(catalog).find("a") == CatalogVideo(status=VideoStatus.PAUSED)
    assert paths == ["/api/videos/a"]


async def test_an_unknown_video_is_none() -> None:
    assert await lookup(JSONResponse({}, 404)).find("a") is None


@pytest.mark.parametrize(
    "catalog", [JSONResponse({}, 502), PlainTextResponse("no JSON"), JSONResponse({"status": "dancing"})]
)
async def test_an_answer_that_cannot_be_understood_is_no_answer(catalog: ASGIApp) -> None:
    with pytest.raises(CatalogUnavailable):
        await lookup(catalog).find("a")


async def test_a_catalog_that_raises_is_unavailable() -> None:
    async def catalog(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("no database")

    with pytest.raises(CatalogUnavailable, match="500"):
        await lookup(catalog).find("a")


async def test_a_catalog_that_hangs_is_unavailable() -> None:
    async def catalog(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    with pytest.raises(CatalogUnavailable, match="did not answer within"):
        await lookup(catalog).find("a")
