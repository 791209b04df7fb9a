"""HTTP clients: the catalog gives the video, the aggregator gives the run."""

from __future__ import annotations

from typing import Protocol

import httpx

from onwatch_contracts.http import Claim, ClaimRequest, Problem, Video
from onwatch_contracts.site import Site
from onwatch_runtime.errors import ServiceUnavailable


class ClaimRefused(Exception):
    """The run cannot be claimed now; `code` says why (`onwatch_contracts.http.ClaimRefusal`)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Videos(Protocol):
    async def get(self, video_id: str) -> Video | None:
        """The video; None if it does not exist. `ServiceUnavailable`."""
        ...

    async def site(self, video_id: str) -> Site:
        """What a new run counts; only the region of interest if nothing else is known. `ServiceUnavailable`."""
        ...


class Runs(Protocol):
    async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
        """The run, until its lease expires. `ClaimRefused`, `ServiceUnavailable`."""
        ...


class HttpVideos:
    """The catalog, over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, video_id: str) -> Video | None:
        response = await _request(self._client, "GET", f"/api/videos/{video_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        return Video.model_validate_json(_body(response))

    async def site(self, video_id: str) -> Site:
        response = await _request(self._client, "GET", f"/api/videos/{video_id}/site")
        if response.status_code == httpx.codes.NOT_FOUND:  # also from a catalog that knows no sites
            return Site()
        return Site.model_validate_json(_body(response))


class HttpRuns:
    """The aggregator, over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
        body = request.model_dump_json()
        response = await _request(self._client, "POST", f"/internal/videos/{video_id}/claim", body)
        if response.status_code == httpx.codes.CONFLICT:
            problem = Problem.model_validate_json(response.content)
            raise ClaimRefused(problem.code, problem.detail)
        return Claim.model_validate_json(_body(response))


async def _request(client: httpx.AsyncClient, method: str, path: str, body: str | None = None) -> httpx.Response:
    headers = {"content-type": "application/json"} if body is not None else None
    try:
        return await client.request(method, path, content=body, headers=headers)
    except httpx.HTTPError as error:
        raise ServiceUnavailable(f"{method} {path}: {type(error).__name__}: {error}") from error


def _body(response: httpx.Response) -> bytes:
    if not response.is_success:
        request = response.request
        raise ServiceUnavailable(f"{request.method} {request.url.path}: status {response.status_code}")
    return response.content
