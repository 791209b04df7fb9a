"""What a worker asks other services before it works: the video, and the run of it."""

from __future__ import annotations

from typing import Protocol

import httpx

from onwatch_contracts.http import Claim, ClaimRequest, Problem, Video


class ClaimRefused(Exception):
    """The run is not to be had now; `code` says why (`onwatch_contracts.http.ClaimRefusal`)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class ServiceUnavailable(Exception):
    """The catalog or the aggregator did not answer; the next heartbeat asks again."""


class Videos(Protocol):
    async def get(self, video_id: str) -> Video | None:
        """The video; None when there is none. `ServiceUnavailable` when nobody answers."""
        ...


class Runs(Protocol):
    async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
        """The run, for as long as its lease lives. `ClaimRefused`, `ServiceUnavailable`."""
        ...


class HttpVideos:
    """The catalog, over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, video_id: str) -> Video | None:
        answer = await _ask(self._client, "GET", f"/api/videos/{video_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return Video.model_validate_json(_body(answer))


class HttpRuns:
    """The aggregator, over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
        body = request.model_dump_json()
        answer = await _ask(self._client, "POST", f"/internal/videos/{video_id}/claim", body)
        if answer.status_code == httpx.codes.CONFLICT:
            problem = Problem.model_validate_json(answer.content)
            raise ClaimRefused(problem.code, problem.detail)
        return Claim.model_validate_json(_body(answer))


async def _ask(client: httpx.AsyncClient, method: str, path: str, body: str | None = None) -> httpx.Response:
    headers = {"content-type": "application/json"} if body is not None else None
    try:
        return await client.request(method, path, content=body, headers=headers)
    except httpx.HTTPError as error:
        raise ServiceUnavailable(f"{method} {path}: {type(error).__name__}: {error}") from error


def _body(answer: httpx.Response) -> bytes:
    if not answer.is_success:
        raise ServiceUnavailable(f"{answer.request.method} {answer.request.url.path}: status {answer.status_code}")
    return answer.content
