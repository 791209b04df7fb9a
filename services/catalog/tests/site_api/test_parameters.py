from __future__ import annotations

from typing import Any

from fastapi import Response

from onwatch_catalog.records.site import VideoSite
from onwatch_catalog.site_api.parameters import tell_revision


def test_the_etag_is_the_revision(make_video: Any) -> None:
    response = Response()

    tell_revision(response, VideoSite(make_video("v")).created())

    assert response.headers["etag"] == '"1"'
