from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onwatch_detector.work.demand import DemandLedger


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
