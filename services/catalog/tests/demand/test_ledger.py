from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onwatch_catalog.demand.ledger import PEAK_WINDOW_S, DemandLedger


def test_a_video_demanded_at_two_gateways_counts_once() -> None:
    ledger = DemandLedger()
    ledger.wanted("a", "gateway-1", lifetime_s=6, now_s=10)
    ledger.wanted("a", "gateway-2", lifetime_s=6, now_s=10)
    ledger.wanted("b", "catalog", lifetime_s=6, now_s=10)
    assert ledger.videos(11) == 2
    ledger.released("a", "gateway-1", 12)
    assert ledger.videos(12) == 2, "the other gateway still demands it"
    ledger.released("a", "gateway-2", 13)
    assert ledger.videos(13) == 1


def test_demand_that_is_not_repeated_expires() -> None:
    ledger = DemandLedger()
    ledger.wanted("a", "gateway-1", lifetime_s=6, now_s=10)
    ledger.wanted("a", "gateway-1", lifetime_s=6, now_s=12)
    assert ledger.videos(17.9) == 1
    assert ledger.videos(18) == 0


def test_a_release_of_what_was_not_demanded_changes_nothing() -> None:
    ledger = DemandLedger()
    ledger.released("a", "gateway-1", 10)
    assert (ledger.videos(10), ledger.peak(10)) == (0, 0)


def test_a_viewer_who_gave_up_after_three_seconds_is_still_seen_by_autoscaling() -> None:
    ledger = DemandLedger()
    ledger.wanted("a", "gateway-1", lifetime_s=6, now_s=10)
    ledger.released("a", "gateway-1", 13)
    assert (ledger.videos(13), ledger.peak(13)) == (0, 1)
    assert ledger.peak(13 + PEAK_WINDOW_S - 0.1) == 1
    assert ledger.peak(13 + PEAK_WINDOW_S) == 0


def test_the_peak_is_of_videos_at_one_time_not_of_all_that_were_opened() -> None:
    ledger = DemandLedger()
    for number in range(10):
        ledger.wanted(f"video-{number}", "gateway-1", lifetime_s=6, now_s=number)
        ledger.released(f"video-{number}", "gateway-1", number + 0.5)
    assert ledger.peak(20) == 1


def test_expired_demand_counts_until_it_expired_and_not_until_somebody_asked() -> None:
    ledger = DemandLedger()
    ledger.wanted("a", "gateway-1", lifetime_s=6, now_s=0)
    assert ledger.peak(6 + PEAK_WINDOW_S) == 0


STEPS = st.lists(
    st.tuples(
        st.floats(0.01, 60),  # what is demanded and released at one reading of the clock counts, unlike below
        st.sampled_from("abc"),
        st.sampled_from(["gateway-1", "gateway-2"]),
        st.one_of(st.none(), st.floats(0.1, 30)),
    )
)


@given(STEPS)
def test_counts_agree_with_all_demand_remembered(steps: list[tuple[float, str, str, float | None]]) -> None:
    """Compare with the plain definition: all intervals of demand, looked through at each change of the window."""
    ledger = DemandLedger()
    now_s = 0.0
    open_since: dict[tuple[str, str], tuple[float, float]] = {}
    intervals: list[tuple[str, float, float]] = []
    for wait_s, video_id, source_id, lifetime_s in steps:
        now_s += wait_s
        begin_s, end_s = open_since.pop((video_id, source_id), (now_s, now_s))
        if lifetime_s is None:
            ledger.released(video_id, source_id, now_s)
            intervals.append((video_id, begin_s, min(end_s, now_s)))
        else:
            ledger.wanted(video_id, source_id, lifetime_s=lifetime_s, now_s=now_s)
            intervals.append((video_id, begin_s, min(end_s, now_s)))
            open_since[video_id, source_id] = now_s, now_s + lifetime_s
    intervals += [(video_id, begin_s, end_s) for (video_id, _), (begin_s, end_s) in open_since.items()]

    def demanded(at_s: float) -> int:
        return len({video_id for video_id, begin_s, end_s in intervals if begin_s <= at_s < end_s})

    assert ledger.videos(now_s) == demanded(now_s)
    starts = [begin_s for _, begin_s, _ in intervals if now_s - PEAK_WINDOW_S < begin_s <= now_s]
    peak = max(demanded(at_s) for at_s in (*starts, max(0.0, now_s - PEAK_WINDOW_S), now_s))
    assert ledger.peak(now_s) == peak
