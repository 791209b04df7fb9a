from __future__ import annotations

import httpx
import pytest

from onwatch_client import calls
from onwatch_client.errors import NotCounted
from onwatch_contracts import samples
from onwatch_contracts.http import Video, VideoPatch, VideoStatus


def response(status: int, **content: object) -> httpx.Response:
    return httpx.Response(status, request=httpx.Request("GET", "http://onwatch/api/videos/a"), **content)  # type: ignore[arg-type]


def video(**fields: object) -> Video:
    return samples.VIDEO.model_copy(update=fields)


def test_fields_of_a_newer_server_are_ignored() -> None:
    shown = video().model_dump(mode="json") | {"colour": "red"}
    assert calls.video("a").read(response(200, json=shown)) == video()


def test_only_the_fields_of_a_patch_are_sent() -> None:
    assert calls.edit("a", VideoPatch(roi=None)).json == {"roi": None}


def test_a_problem_document_is_the_reason() -> None:
    problem = {"title": "No such video", "status": 404, "detail": "There is no video a.", "code": "video_not_found"}
    refusal = calls.refusal_of(response(404, json={**problem, "new": 1}))
    assert refusal is not None
    assert (str(refusal), refusal.problem.code) == ("There is no video a.", "video_not_found")
    assert calls.refusal_of(response(200)) is None


def test_an_error_page_of_a_proxy_is_no_reason() -> None:
    refusal = calls.refusal_of(response(502, text="<h1>Bad gateway</h1>"))
    assert refusal is not None
    assert str(refusal) == "GET /api/videos/a: status 502 without a reason"


@pytest.mark.parametrize(
    ("status", "expected"), [(VideoStatus.READY, False), (VideoStatus.STREAMING, False), (VideoStatus.FINISHED, True)]
)
def test_a_finished_video_is_counted(status: VideoStatus, expected: bool) -> None:
    assert calls.is_counted(video(status=status)) is expected


def test_a_failed_video_says_why() -> None:
    with pytest.raises(NotCounted, match="No model"):
        calls.is_counted(video(status=VideoStatus.FAILED, status_reason="No model"))
