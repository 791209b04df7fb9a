"""Whatever is killed, stalled or cut, the rows in SQL are those of an undisturbed run, and no orphans stay.

A dozen schedules with every kind of fault, of which `make test` runs two, and a dozen on a broker cluster with an
object store. `make chaos` runs two hundred, or those of a given seed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.campaign import CampaignResult, run_campaign
from faults.schedule import CLUSTER, PAIRS, Deployment, Schedule, covering, schedule_of
from faults.workload import BLOBS, Workload, drawn
from onwatch_testkit.servers import PostgresServer, RabbitServer, RedisServer, SeaweedServer, Server, require

pytestmark = [
    pytest.mark.connected,
    # From our own connections to a broker that is killed repeatedly.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LANES = 2
PARTS = 6
"""Of the dozen: all of them take a busy machine longer than one test may take."""


async def pass_all(
    schedules: list[Schedule],
    folder: Path,
    workload: Workload = BLOBS,
    *,
    deployment: Deployment = PAIRS,
    lanes: int = LANES,
) -> None:
    servers: list[type[Server]] = [RabbitServer, RedisServer, PostgresServer]
    for server in [*servers, SeaweedServer] if deployment is CLUSTER else servers:
        require(server)
    result = CampaignResult()
    await run_campaign(schedules, folder, lanes, print, result, workload, deployment)
    assert not result.failures, "\n\n".join(result.failures.values())
    assert len(result.outcomes) == len(schedules)


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))])
async def test_a_dozen_schedules_with_every_kind_of_fault_change_no_row(tmp_path: Path, part: int):
    await pass_all(covering(12, BLOBS.clips)[part::PARTS], tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)  # six servers and ten processes
@pytest.mark.parametrize("part", range(PARTS))
async def test_the_same_with_a_broker_cluster_an_object_store_and_an_upload(tmp_path: Path, part: int):
    schedules = covering(12, BLOBS.clips, deployment=CLUSTER)[part::PARTS]
    await pass_all(schedules, tmp_path, deployment=CLUSTER, lanes=1)


@pytest.mark.slow
async def test_with_the_demo_model_too(tmp_path: Path):
    workload = drawn()
    await pass_all([schedule_of(1, workload.clips, ["kill", "redis_loses_last_second", "stall"])], tmp_path, workload)
