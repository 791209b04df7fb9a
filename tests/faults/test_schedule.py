"""Schedules are functions of their seed, and together contain every kind of fault."""

import pytest

from faults.injection import CLUSTER_FAULTS, LINK_FAULTS, OTHER_FAULTS, SERVER_FAULTS
from faults.schedule import ACT_S, CLUSTER, DEPLOYMENTS, PAIRS, Deployment, covering, link_names, schedule_of

CLIPS = 6

each_deployment = pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)


def test_the_same_seed_gives_the_same_schedule_and_another_seed_another():
    assert schedule_of(7, CLIPS) == schedule_of(7, CLIPS)
    assert schedule_of(7, CLIPS) != schedule_of(8, CLIPS)


@each_deployment
def test_a_schedule_has_three_to_five_faults_in_order_of_their_start(deployment: Deployment):
    for seed in range(200):
        faults = schedule_of(seed, CLIPS, deployment=deployment).faults
        assert 3 <= len(faults) <= 5
        assert [fault.at_s for fault in faults] == sorted(fault.at_s for fault in faults)
        assert all(0 <= fault.at_s <= ACT_S for fault in faults)


@pytest.mark.parametrize(("deployment", "count"), [(PAIRS, 200), (CLUSTER, 100)], ids=DEPLOYMENTS)
def test_the_schedules_of_a_campaign_contain_every_kind(deployment: Deployment, count: int):
    seen = {
        fault.kind for seed in range(1, count + 1) for fault in schedule_of(seed, CLIPS, deployment=deployment).faults
    }
    assert seen == set(deployment.kind_names)


@each_deployment
def test_a_dozen_chosen_schedules_contain_every_kind(deployment: Deployment):
    schedules = covering(12, CLIPS, deployment=deployment)
    assert {fault.kind for schedule in schedules for fault in schedule.faults} == set(deployment.kind_names)
    assert all(len(schedule.faults) >= 3 for schedule in schedules)


def test_a_schedule_of_given_kinds_shows_the_command_that_reproduces_it():
    schedule = schedule_of(3, CLIPS, ["stall", "kill"])
    assert schedule.command.endswith("-m faults --seed 3 --kinds stall kill")
    assert schedule == schedule_of(3, CLIPS, schedule.kinds)


def test_the_command_names_the_deployment():
    assert schedule_of(3, CLIPS, deployment=CLUSTER).command.endswith("-m faults --deployment cluster --seed 3")


@each_deployment
def test_every_kind_can_be_injected_into_each_of_its_targets(deployment: Deployment):
    links = link_names(deployment.links)
    for kind in deployment.kinds:
        for target in kind.targets:
            by_target = (
                LINK_FAULTS if target in links else SERVER_FAULTS if target in deployment.servers else OTHER_FAULTS
            )
            done = CLUSTER_FAULTS if kind.name in CLUSTER_FAULTS else by_target
            assert kind.name in done or kind.name == "file_deleted_under_worker", (kind.name, target)


def test_only_a_deployment_with_an_upload_has_one_in_its_schedules():
    assert schedule_of(3, CLIPS).uploaded_clip is None
    assert schedule_of(3, CLIPS, deployment=CLUSTER).uploaded_clip in range(CLIPS)
