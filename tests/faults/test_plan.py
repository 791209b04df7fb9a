"""Schedules are functions of their seed, and between them hold everything that can go wrong."""

from faults.injecting import LINK_FAULTS, OTHER_FAULTS, SERVER_FAULTS
from faults.plan import ACT_S, KIND_NAMES, KINDS, LINK_NAMES, SERVERS, covering, plan_of

CLIPS = 6


def test_the_same_seed_gives_the_same_plan_and_another_seed_another():
    assert plan_of(7, CLIPS) == plan_of(7, CLIPS)
    assert plan_of(7, CLIPS) != plan_of(8, CLIPS)


def test_a_plan_has_three_to_five_faults_in_the_order_in_which_they_begin():
    for seed in range(200):
        faults = plan_of(seed, CLIPS).faults
        assert 3 <= len(faults) <= 5
        assert [fault.at_s for fault in faults] == sorted(fault.at_s for fault in faults)
        assert all(0 <= fault.at_s <= ACT_S for fault in faults)


def test_two_hundred_plans_hold_every_kind():
    seen = {fault.kind for seed in range(1, 201) for fault in plan_of(seed, CLIPS).faults}
    assert seen == set(KIND_NAMES)


def test_a_dozen_chosen_plans_hold_every_kind():
    plans = covering(12, CLIPS)
    assert {fault.kind for plan in plans for fault in plan.faults} == set(KIND_NAMES)
    assert all(len(plan.faults) >= 3 for plan in plans)


def test_a_plan_of_given_kinds_says_how_to_run_it_again():
    plan = plan_of(3, CLIPS, ["stall", "kill"])
    assert plan.command.endswith("--seed 3 --kinds stall kill")
    assert plan == plan_of(3, CLIPS, plan.kinds)


def test_every_kind_can_be_done_to_each_of_its_targets():
    for kind in KINDS:
        for target in kind.targets:
            done = LINK_FAULTS if target in LINK_NAMES else SERVER_FAULTS if target in SERVERS else OTHER_FAULTS
            assert kind.name in done or kind.name == "file_deleted_under_worker", (kind.name, target)
