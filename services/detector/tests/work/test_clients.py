from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from onwatch_contracts.http import Claim, ClaimRequest
from onwatch_contracts.samples import SITE
from onwatch_contracts.site import Site
from onwatch_contracts.values import RunSettings
from onwatch_detector.work.clients import ClaimRefused, HttpRuns, HttpVideos
from onwatch_runtime.errors import ServiceUnavailable

SETTINGS = RunSettings(duration_s=10, frames_per_second=25, detector_model="demo")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = ClaimRequest(worker_id="w", requested_at=NOW, settings=SETTINGS, discard_run_id="r0")


def client(answer: httpx.Response | Exception) -> httpx.AsyncClient:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://service")


async def test_a_granted_claim_is_returned() -> None:
    claim = Claim(run_id="r", epoch=2, next_batch_no=5, checkpoint=None, settings=SETTINGS, lease_s=3)
    runs = HttpRuns(client(httpx.Response(200, text=claim.model_dump_json())))
    assert await runs.claim("v", REQUEST) == claim


async def test_the_whole_request_is_sent() -> None:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(503)

    http = httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://service")
    with pytest.raises(ServiceUnavailable):
        await HttpRuns(http).claim("v", REQUEST)
    assert requests[0].url.path == "/internal/videos/v/claim"
    assert ClaimRequest.model_validate_json(requests[0].content) == REQUEST


async def test_a_refusal_has_its_code_and_detail() -> None:
    problem = {"title": "Leased", "status": 409, "detail": "leased for 2.0 s more", "code": "run_leased"}
    runs = HttpRuns(client(httpx.Response(409, json=problem)))
    with pytest.raises(ClaimRefused, match=r"2\.0 s more") as refused:
        await runs.claim("v", REQUEST)
    assert refused.value.code == "run_leased"


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ConnectError("refused")])
async def test_an_unavailable_service_is_not_a_refusal(answer: httpx.Response | Exception) -> None:
    with pytest.raises(ServiceUnavailable):
        await HttpRuns(client(answer)).claim("v", REQUEST)


async def test_a_video_that_does_not_exist_is_none() -> None:
    assert await HttpVideos(client(httpx.Response(404))).get("v") is None


async def test_the_site_of_a_video_is_returned() -> None:
    assert await HttpVideos(client(httpx.Response(200, text=SITE.model_dump_json()))).site("v") == SITE


async def test_a_catalog_without_a_site_means_the_region_of_interest_alone() -> None:
    assert await HttpVideos(client(httpx.Response(404))).site("v") == Site()


async def test_an_unavailable_catalog_is_not_a_missing_site() -> None:
    with pytest.raises(ServiceUnavailable):
        await HttpVideos(client(httpx.Response(503))).site("v")
