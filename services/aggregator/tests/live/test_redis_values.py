from __future__ import annotations

import pytest

from onwatch_aggregator.live.redis_values import (
    commit_answer,
    finishing_member,
    lease_answer,
    lease_from,
    lease_member,
    text,
    video_and_run,
)
from onwatch_aggregator.live.store import Lease


def test_members_of_the_sorted_set_and_the_set_convert_both_ways():
    lease = Lease("a_video-1", 1_767_225_600_000)
    assert lease_from(lease_member(lease)) == lease
    assert video_and_run(finishing_member("a_video-1", "run_2-b")) == ("a_video-1", "run_2-b")


def test_answers_are_read_whether_the_client_decodes_them_or_not():
    assert text(b"run-1") == text("run-1") == "run-1"


def test_an_answer_that_no_script_gives_is_an_error():
    with pytest.raises(ValueError, match=r"commit\.lua answered 'unheard'"):
        commit_answer("video", [b"unheard"])
    with pytest.raises(ValueError, match=r"expire_lease\.lua answered \['held'\]"):
        lease_answer(["held"])
