from __future__ import annotations

from typing import Any

from onwatch_catalog.mqtt.numbers import STARTING_S, LiveNumbers
from onwatch_contracts.messages import VideoPersistedV1
from onwatch_contracts.values import Coverage, Totals


def persisted(make: Any, total: int, run_id: str = "r") -> VideoPersistedV1:
    totals = Totals(total_vehicles_count=total)
    return VideoPersistedV1(**make.envelope(), run_id=run_id, totals=totals, coverage=Coverage())


def total(numbers: LiveNumbers, make: Any) -> int:
    totals = numbers.of(make.video).totals
    assert totals is not None
    return totals.total_vehicles_count


def test_a_batch_that_is_late_or_repeated_changes_nothing(make: Any) -> None:
    numbers = LiveNumbers()
    for batch_no, counted in ((2, 5), (1, 4), (2, 9)):
        numbers.on_metrics(make.metrics(batch_no, counted))
        numbers.on_counts(make.counts(batch_no, counted))

    assert total(numbers, make) == 5
    assert numbers.of(make.video).counts == make.counts(2, 5).counts


def test_a_new_run_begins_at_zero(make: Any) -> None:
    numbers = LiveNumbers()
    numbers.on_metrics(make.metrics(9, 7, epoch=1))
    numbers.on_metrics(make.metrics(1, 0, epoch=2, run_id="s"))

    assert total(numbers, make) == 0


def test_the_numbers_of_an_older_run_do_not_replace_those_of_a_newer_one(make: Any) -> None:
    numbers = LiveNumbers()
    numbers.on_persisted(persisted(make, 7))
    assert total(numbers, make) == 7
    numbers.on_metrics(make.metrics(1, 1, epoch=2, run_id="s"))
    numbers.on_persisted(persisted(make, 7))
    assert total(numbers, make) == 1


def test_a_start_is_over_when_its_worker_falls_silent_or_the_run_has_begun(make: Any) -> None:
    numbers = LiveNumbers()
    numbers.on_starting(make.video, 10.0)
    assert numbers.of(make.video).starting_until_s == 10.0 + STARTING_S
    numbers.on_status(make.video)
    assert numbers.of(make.video).starting_until_s == 0.0


def test_nothing_is_known_of_a_video_that_was_forgotten(make: Any) -> None:
    numbers = LiveNumbers()
    numbers.on_metrics(make.metrics(1, 3))
    numbers.forget(make.video)
    assert numbers.of(make.video).totals is None
    numbers.on_status("never heard of")
