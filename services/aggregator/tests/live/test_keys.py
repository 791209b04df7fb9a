from __future__ import annotations

import re

from onwatch_aggregator.live import keys
from onwatch_aggregator.live.keys import VideoKeys


def test_all_keys_of_a_video_share_one_hash_tag():
    of_video = VideoKeys("v1")
    tags = {re.search(r"\{(.*?)\}", key)[1] for key in (*of_video.run, of_video.epoch, of_video.deleted)}
    assert tags == {"v1"}


def test_every_key_is_in_the_documented_table():
    of_video = VideoKeys("V")
    for key in (*of_video.run, of_video.epoch, of_video.deleted, keys.FINISHING):
        assert f"`{key}`" in keys.__doc__


def test_the_totals_have_their_fixed_names():
    for name in ("total_vehicles_count", "current_vehicles_count", "vehicle_dwell_time", "vehicle_type"):
        assert name in keys.__doc__
