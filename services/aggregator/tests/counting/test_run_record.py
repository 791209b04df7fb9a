from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from onwatch_aggregator.counting.run_record import RunRecord, finished_at, finished_run
from onwatch_aggregator.counting.totals import RunTotals
from onwatch_testkit.clock import FakeClock


@pytest.fixture
def record(clock: FakeClock, make: Any) -> RunRecord:
    totals = RunTotals(total_vehicles_count=1, visits_count=1, closed_visits_count=1, dwell_total_us=5, dwell_max_us=5)
    return RunRecord("video", "run-1", make.settings, clock.now(), clock.now(), 2.5, totals)


def test_the_public_form_of_a_run_carries_its_numbers(record: RunRecord):
    run = finished_run(record)
    assert (run.run_id, run.video_id, run.total_vehicles_count) == ("run-1", "video", 1)
    assert run.vehicle_dwell_time.total_s == 0.000005
    assert run.coverage.fraction == 0.25


def test_a_run_that_has_not_finished_has_no_finish_time(record: RunRecord):
    with pytest.raises(ValueError, match="run run-1 of video video has not finished"):
        finished_at(replace(record, finished_at=None))
