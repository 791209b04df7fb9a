from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from onwatch_contracts.frame_formats import DEFAULT_FORMAT, FrameFormat, WantedFrames
from onwatch_detector.work.demand import UNASKED_FPS, DemandLedger


def ledger() -> DemandLedger:
    return DemandLedger(linger_s=2.0)


def test_demand_lasts_for_its_lifetime_and_the_linger() -> None:
    demand = ledger()
    demand.wanted("gateway-1", viewers=1, lifetime_s=6.0, now_s=10.0)
    assert not demand.is_over(15.9)
    assert not demand.is_over(17.9)
    assert demand.is_over(18.0)


def test_a_release_ends_it_after_the_linger() -> None:
    demand = ledger()
    demand.wanted("gateway-1", viewers=1, lifetime_s=6.0, now_s=10.0)
    demand.released("gateway-1", now_s=11.0)
    assert not demand.is_over(12.9)
    assert demand.is_over(13.0)


def test_a_viewer_who_returns_while_it_lingers_keeps_it_going() -> None:
    demand = ledger()
    demand.wanted("gateway-1", viewers=1, lifetime_s=6.0, now_s=0.0)
    demand.released("gateway-1", now_s=1.0)
    demand.wanted("gateway-2", viewers=1, lifetime_s=6.0, now_s=2.5)
    assert not demand.is_over(8.4)


def test_the_release_of_one_source_keeps_the_others() -> None:
    demand = ledger()
    demand.wanted("gateway-1", viewers=2, lifetime_s=6.0, now_s=0.0)
    demand.wanted("gateway-2", viewers=1, lifetime_s=6.0, now_s=0.0)
    demand.released("gateway-1", now_s=1.0)
    assert demand.viewers(1.0) == 1
    assert not demand.is_over(5.0)


def test_the_release_of_an_unknown_source_changes_nothing() -> None:
    demand = ledger()
    demand.wanted("gateway-1", viewers=1, lifetime_s=6.0, now_s=0.0)
    demand.released("gateway-9", now_s=1.0)
    assert demand.viewers(1.0) == 1


def test_an_analysis_is_demand_without_viewers() -> None:
    demand = ledger()
    demand.wanted("catalog", viewers=0, lifetime_s=6.0, now_s=0.0)
    assert demand.viewers(1.0) == 0
    assert not demand.is_over(7.9)


def test_only_an_analysis_without_viewers_is_unpaced() -> None:
    demand = ledger()
    demand.wanted("catalog", viewers=0, lifetime_s=60.0, now_s=0.0)
    assert demand.is_unpaced(1.0)
    demand.wanted("gateway-1", viewers=1, lifetime_s=6.0, now_s=1.0)
    assert not demand.is_unpaced(2.0)


def test_while_it_lingers_the_pace_of_the_last_viewer_is_kept() -> None:
    demand = ledger()
    demand.wanted("gateway-1", viewers=1, lifetime_s=6.0, now_s=0.0)
    demand.released("gateway-1", now_s=1.0)
    assert demand.viewers(1.5) == 0
    assert not demand.is_unpaced(1.5)


def test_viewers_of_a_dead_gateway_are_forgotten_after_one_expiry() -> None:
    demand = ledger()
    demand.wanted("gateway-1", viewers=50, lifetime_s=6.0, now_s=0.0)
    assert demand.viewers(5.9) == 50
    assert demand.viewers(6.0) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.floats(0, 1)), max_size=30))
def test_demand_is_over_exactly_when_nobody_wanted_it_for_the_linger(steps: list[tuple[str, bool, float]]) -> None:
    demand, now_s = ledger(), 0.0
    expires_at: dict[str, float] = {}
    last_wanted_s = 0.0
    for source, wants, pause_s in steps:
        now_s += pause_s
        last_wanted_s = max([last_wanted_s, *(min(end, now_s) for end in expires_at.values())])
        if wants:
            demand.wanted(source, viewers=1, lifetime_s=1.5, now_s=now_s)
            expires_at[source] = now_s + 1.5
            last_wanted_s = now_s
        else:
            demand.released(source, now_s=now_s)
            expires_at.pop(source, None)
    later_s = now_s + 1.0
    last_wanted_s = max([last_wanted_s, *(min(end, later_s) for end in expires_at.values())])
    live = any(end > later_s for end in expires_at.values())
    assert demand.is_over(later_s) == (not live and later_s - last_wanted_s >= 2.0)


# --- formats of frames ---------------------------------------------------------------------------

SMALL, LARGE = FrameFormat(largest_side=320), FrameFormat(largest_side=1280)


def watched_by(*gateways: str) -> DemandLedger:
    demand = ledger()
    for gateway in gateways:
        demand.wanted(gateway, viewers=1, lifetime_s=60.0, now_s=0.0)
    return demand


def wanting(largest_side: int | None, max_fps: int | None = None) -> WantedFrames:
    return WantedFrames(largest_side=largest_side, max_fps=max_fps)


def test_without_a_format_that_is_asked_for_frames_are_sent_as_in_earlier_releases() -> None:
    assert watched_by("gateway-1").frame_formats(1.0) == {DEFAULT_FORMAT: math.inf}


def test_without_viewers_no_format_is_made() -> None:
    demand = ledger()
    demand.wanted("catalog", viewers=0, lifetime_s=60.0, now_s=0.0)
    demand.frames_wanted("gateway-1", [wanting(320)], lifetime_s=6.0, now_s=0.0)
    assert demand.frame_formats(1.0) == {}


def test_what_a_gateway_asks_for_replaces_the_default() -> None:
    demand = watched_by("gateway-1")
    demand.frames_wanted("gateway-1", [wanting(320, 10)], lifetime_s=6.0, now_s=0.0)
    assert demand.frame_formats(1.0) == {SMALL: 10, DEFAULT_FORMAT: UNASKED_FPS}


def test_a_format_of_several_gateways_is_made_once_at_the_highest_rate() -> None:
    demand = watched_by("gateway-1", "gateway-2")
    demand.frames_wanted("gateway-1", [wanting(320, 10)], lifetime_s=6.0, now_s=0.0)
    demand.frames_wanted("gateway-2", [wanting(320, 15), wanting(1280)], lifetime_s=6.0, now_s=0.0)
    assert demand.frame_formats(1.0) == {SMALL: 15, LARGE: math.inf, DEFAULT_FORMAT: UNASKED_FPS}


def test_a_gateway_of_an_earlier_release_gets_the_default_beside_others() -> None:
    demand = watched_by("gateway-1", "an-older-one")
    demand.frames_wanted("gateway-1", [wanting(320)], lifetime_s=6.0, now_s=0.0)
    assert demand.frame_formats(1.0) == {SMALL: math.inf, DEFAULT_FORMAT: math.inf}


def test_viewers_who_have_not_pressed_start_get_what_they_ask_for() -> None:
    demand = watched_by("gateway-1")
    for gateway, side in (("gateway-1", 320), ("gateway-2", 1280)):
        demand.frames_wanted(gateway, [wanting(side)], lifetime_s=6.0, now_s=0.0)
    assert set(demand.frame_formats(1.0)) == {SMALL, LARGE, DEFAULT_FORMAT}


def test_what_is_asked_for_ends_with_its_expiry_and_with_the_viewers() -> None:
    demand = watched_by("gateway-1")
    demand.frames_wanted("gateway-1", [wanting(320)], lifetime_s=6.0, now_s=0.0)
    demand.frames_wanted("gateway-2", [wanting(1280)], lifetime_s=6.0, now_s=0.0)
    demand.frames_wanted("gateway-2", [], lifetime_s=6.0, now_s=1.0)
    assert set(demand.frame_formats(5.9)) == {SMALL, DEFAULT_FORMAT}
    assert demand.frame_formats(6.0) == {DEFAULT_FORMAT: math.inf}


def test_a_gateway_that_asks_for_a_codec_of_a_later_release_gets_the_default() -> None:
    demand = watched_by("gateway-1")
    demand.frames_wanted("gateway-1", [WantedFrames(codec="of-tomorrow")], lifetime_s=6.0, now_s=0.0)
    assert demand.frame_formats(1.0) == {DEFAULT_FORMAT: math.inf}
    demand.frames_wanted("gateway-1", [WantedFrames(codec="vp8")], lifetime_s=6.0, now_s=2.0)
    assert set(demand.frame_formats(3.0)) == {FrameFormat(codec="vp8"), DEFAULT_FORMAT}
