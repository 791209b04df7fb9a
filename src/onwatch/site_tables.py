"""Zones and gates on the command line: sends the file of a site, waits for the recount, fetches its tables."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE
from onwatch_contracts.tables import RecountStatus, VideoFlows, VideoRecount, VideoResults

POLL_S = 0.2
UNDER_WAY = (RecountStatus.WAITING, RecountStatus.RUNNING)

FILES: Mapping[str, str] = MappingProxyType(
    {
        "counts.xlsx": "counts?format=xlsx&interval={interval}",
        "counts.csv": "counts?format=csv&interval={interval}",
        "visits.csv": "visits?format=csv",
        "crossings.csv": "crossings?format=csv",
        "flows.json": "flows",
        "results.json": "results",
    }
)
"""What is written, and the address below the video that it comes from."""


class RequestRefused(Exception):
    """A service refused a request; the message is its reason."""


class Unreachable(Exception):
    """No Onwatch answers at the address; the message says which."""


class RecountFailed(Exception):
    """There are no results of the zones and gates; the message says why."""


@dataclass(frozen=True)
class SiteTables:
    """The results of the zones and gates of a video."""

    results: VideoResults
    flows: VideoFlows
    files: Mapping[str, bytes]
    """By name."""

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


async def put_site(catalog: httpx.AsyncClient, video_id: str, site: bytes) -> int:
    """Replace what is counted in a video by the content of a file; returns the revision."""
    response = await catalog.put(
        f"/api/videos/{video_id}/site", content=site, headers={"content-type": "application/json"}
    )
    return int(checked(response).headers["etag"].strip('"'))


async def until_recounted(
    aggregator: httpx.AsyncClient,
    video_id: str,
    revision: int,
    on_progress: Callable[[float], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Wait until the results are those of this revision or a newer one. `RecountFailed` if they will not be."""
    while True:
        answer = checked(await aggregator.get(f"/api/videos/{video_id}/recount"))
        found = VideoRecount.model_validate_json(answer.content)
        if found.revision is not None and found.revision >= revision and found.state not in UNDER_WAY:
            if found.state is RecountStatus.FINISHED:
                return
            raise RecountFailed(found.detail)
        on_progress(found.progress)
        await sleep(POLL_S)


async def site_tables(aggregator: httpx.AsyncClient, video_id: str, interval: str) -> SiteTables:
    """The tables of a video whose zones and gates are counted; `interval` like `15m`."""
    files = {}
    for name, address in FILES.items():
        answer = await aggregator.get(f"/api/videos/{video_id}/{address.format(interval=interval)}")
        files[name] = checked(answer).content
    results = VideoResults.model_validate_json(files["results.json"])
    return SiteTables(results, VideoFlows.model_validate_json(files["flows.json"]), files)


def checked(response: httpx.Response) -> httpx.Response:
    """A successful response; `RequestRefused` with the detail of a problem."""
    if response.headers.get("content-type", "").startswith(PROBLEM_MEDIA_TYPE):
        raise RequestRefused(response.json()["detail"])
    response.raise_for_status()
    return response
