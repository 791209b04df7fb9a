from __future__ import annotations

from dataclasses import replace

import pytest

from onwatch_catalog.errors import InvalidZone
from onwatch_catalog.records.site import VideoSite
from onwatch_catalog.site.zones import with_patched_zone, with_zone, without_zone
from onwatch_contracts.site_requests import NewZone, ZonePatch
from onwatch_contracts.values import WHOLE_FRAME, Anchor

TRIANGLE = ((0.5, 0.5), (0.9, 0.5), (0.9, 0.9))


def test_the_whole_frame_as_region_of_interest_is_none(before: VideoSite) -> None:
    narrow = with_patched_zone(before, "roi", ZonePatch(polygon=TRIANGLE, anchor=Anchor.CENTER))
    assert (narrow.video.roi, narrow.video.anchor) == (TRIANGLE, Anchor.CENTER)
    assert with_patched_zone(narrow, "roi", ZonePatch(polygon=WHOLE_FRAME)).video.roi is None
    assert without_zone(narrow, "roi").video.roi is None


def test_other_zones_do_not_change_the_region_of_interest(before: VideoSite) -> None:
    video = replace(before.video, roi=TRIANGLE)
    added = with_zone(replace(before, video=video), NewZone(name="A", polygon=TRIANGLE))

    assert added.video == video
    assert without_zone(added, "a").video == video


def test_a_patched_polygon_is_checked(before: VideoSite) -> None:
    added = with_zone(before, NewZone(name="A", polygon=TRIANGLE))

    with pytest.raises(InvalidZone, match="points 1 and 3 are the same"):
        with_patched_zone(added, "a", ZonePatch(polygon=((0.1, 0.1), (0.2, 0.2), (0.1, 0.1))))
