"""Calls of the catalog's internal endpoints."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TypeVar

import httpx
from pydantic import BaseModel
from starlette.types import ASGIApp

from onwatch_runtime.errors import ServiceUnavailable

IDS_PER_REQUEST = 200

T = TypeVar("T")


def parts_of(asked: Sequence[T]) -> Iterator[Sequence[T]]:
    """As much as one request asks for."""
    for start in range(0, len(asked), IDS_PER_REQUEST):
        yield asked[start : start + IDS_PER_REQUEST]


async def post(catalog: ASGIApp, path: str, body: BaseModel, timeout_s: float) -> bytes:
    """The answer's body. Raises `ServiceUnavailable` without an answer in time, and for an error."""
    headers = {"host": "catalog", "content-type": "application/json"}
    request = httpx.Request("POST", f"http://catalog{path}", headers=headers, content=body.model_dump_json())
    try:
        async with asyncio.timeout(timeout_s):
            response = await httpx.ASGITransport(catalog, raise_app_exceptions=False).handle_async_request(request)
            answer = await response.aread()
    except TimeoutError as error:
        raise ServiceUnavailable(f"the catalog did not answer within {timeout_s:g} s") from error
    if response.status_code >= httpx.codes.BAD_REQUEST:
        raise ServiceUnavailable(f"the catalog answered {response.status_code} to {path}")
    return answer
