from __future__ import annotations

from datetime import datetime, timedelta

from onwatch_aggregator.runs.retention import LogRetention
from onwatch_testkit.clock import FakeClock

DAY_S = 86_400.0


class FakeResults:
    def __init__(self) -> None:
        self.deleted_before: list[datetime] = []

    async def delete_logs_before(self, finished_before: datetime) -> int:
        self.deleted_before.append(finished_before)
        return 1


async def test_logs_older_than_the_setting_are_removed_every_hour(clock: FakeClock):
    results = FakeResults()
    retention = LogRetention(results, clock, retention_s=30 * DAY_S)
    started_at = clock.now()
    for _ in range(5):
        await retention.apply_when_due()
        await clock.advance(1800.0)
    month = timedelta(days=30)
    assert results.deleted_before == [started_at + timedelta(hours=hour) - month for hour in range(3)]


async def test_without_a_setting_logs_are_kept(clock: FakeClock):
    results = FakeResults()
    await LogRetention(results, clock, retention_s=0.0).apply_when_due()
    assert results.deleted_before == []
