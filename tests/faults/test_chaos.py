"""Whatever is killed, stalled or cut: the rows in SQL are those of a run left alone, and nothing is left behind.

A dozen schedules that hold every kind of fault. `make chaos` runs two hundred, or those of a seed of your own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.footage import BLOBS, DRAWN, Footage
from faults.many import Score, run_many
from faults.plan import Plan, covering, plan_of
from onwatch_testkit.servers.local import PostgresServer, RabbitServer, RedisServer, require

pytestmark = [
    pytest.mark.connected,
    # Own connections to a broker that is killed again and again.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LANES = 2


async def go_well(plans: list[Plan], folder: Path, footage: Footage = BLOBS) -> None:
    for server in (RabbitServer, RedisServer, PostgresServer):
        require(server)
    score = Score()
    await run_many(plans, folder, LANES, print, score, footage)
    assert not score.failures, "\n\n".join(score.failures.values())
    assert len(score.outcomes) == len(plans)


@pytest.mark.timeout(1200)
async def test_a_dozen_schedules_with_every_kind_of_fault_change_no_row(tmp_path: Path):
    await go_well(covering(12, BLOBS.clips), tmp_path)


@pytest.mark.timeout(600)
async def test_with_the_demo_model_too(tmp_path: Path):
    await go_well([plan_of(1, DRAWN.clips, ["kill", "redis_loses_last_second", "stall"])], tmp_path, DRAWN)
