"""`onwatch recount`: counts a finished video of a running Onwatch again, with other zones and gates if given."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from onwatch.site_tables import (
    RecountFailed,
    SiteTables,
    Unreachable,
    checked,
    put_site,
    site_tables,
    until_recounted,
)
from onwatch_contracts.tables import RecountStatus, VideoRecount

GIVEN_UP = (RecountStatus.CANCELLED, RecountStatus.FAILED)

TIMEOUT_S = 60.0  # for one answer: an export of a long video takes seconds


async def recount_at(
    url: str,
    token: str | None,
    video_id: str,
    site: bytes | None,
    interval: str,
    on_progress: Callable[[float], None],
) -> SiteTables:
    """As `recount`, of an Onwatch at an address. `Unreachable` if there is none."""
    headers = {"authorization": f"Bearer {token}"} if token else None
    try:
        async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, headers=headers) as client:
            return await recount(client, video_id, site, interval, on_progress)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise Unreachable(f"{url} does not answer: {str(error) or type(error).__name__}") from error
    except httpx.HTTPStatusError as error:
        raise Unreachable(f"{url} answered {error.response.status_code}: it is no Onwatch, or an older one") from error


async def recount(
    client: httpx.AsyncClient,
    video_id: str,
    site: bytes | None,
    interval: str,
    on_progress: Callable[[float], None],
) -> SiteTables:
    """Replace what is counted, wait for the recount, and return its tables.

    Without a site, count again with what there is. `RecountFailed` or `RequestRefused` say what is wrong; the earlier
    results stay then.
    """
    before = VideoRecount.model_validate_json(checked(await client.get(f"/api/videos/{video_id}/recount")).content)
    if before.state is RecountStatus.NONE:
        raise RecountFailed(before.detail)
    revision = await put_site(client, video_id, site) if site is not None else before.revision
    if site is None or (revision == before.revision and before.state in GIVEN_UP):
        started = checked(await client.post(f"/api/videos/{video_id}/recount"))
        revision = VideoRecount.model_validate_json(started.content).revision
    await until_recounted(client, video_id, revision or 0, on_progress)
    return await site_tables(client, video_id, interval)
