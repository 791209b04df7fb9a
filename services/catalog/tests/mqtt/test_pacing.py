from __future__ import annotations

from onwatch_catalog.mqtt.pacing import Pacing


def test_a_change_is_due_at_once_and_the_next_one_an_interval_later() -> None:
    pacing = Pacing(1.0)
    pacing.mark("a", 0.0)
    assert pacing.take(0.0) == ["a"]
    pacing.mark("a", 0.1)
    pacing.mark("a", 0.2)
    assert pacing.take(0.9) == []
    assert pacing.wait_s(0.9, longest_s=60) == 1.0 - 0.9
    assert pacing.take(1.0) == ["a"]
    assert pacing.take(5.0) == []


def test_videos_do_not_wait_for_each_other() -> None:
    pacing = Pacing(1.0)
    pacing.mark("a", 0.0)
    pacing.take(0.0)
    pacing.mark("b", 0.1)
    assert pacing.take(0.1) == ["b"]


def test_a_change_to_come_is_due_then_and_an_earlier_one_before_it() -> None:
    pacing = Pacing(1.0)
    pacing.mark("a", 0.0, delay_s=3.0)
    assert pacing.take(2.9) == []
    pacing.mark("a", 2.9)
    assert pacing.take(2.9) == ["a"]


def test_without_changes_the_wait_is_the_longest() -> None:
    assert Pacing(1.0).wait_s(7.0, longest_s=60) == 60


def test_at_the_end_everything_is_taken_due_or_not() -> None:
    pacing = Pacing(1.0)
    pacing.mark("a", 0.0, delay_s=3.0)
    pacing.mark("b", 0.0)
    assert pacing.take_all(0.0) == ["a", "b"]
    assert pacing.take_all(0.0) == []
