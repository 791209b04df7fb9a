"""Schedules are functions of their seed, and together contain every kind of fault."""

from faults.injection import LINK_FAULTS, OTHER_FAULTS, SERVER_FAULTS
from faults.schedule import ACT_S, KIND_NAMES, KINDS, LINK_NAMES, SERVERS, covering, schedule_of

CLIPS = 6


def test_the_same_seed_gives_the_same_schedule_and_another_seed_another():
    assert schedule_of(7, CLIPS) == schedule_of(7, CLIPS)
    assert schedule_of(7, CLIPS) != schedule_of(8, CLIPS)


def test_a_schedule_has_three_to_five_faults_in_order_of_their_start():
    for seed in range(200):
        faults = schedule_of(seed, CLIPS).faults
        assert 3 <= len(faults) <= 5
        assert [fault.at_s for fault in faults] == sorted(fault.at_s for fault in faults)
        assert all(0 <= fault.at_s <= ACT_S for fault in faults)


def test_two_hundred_schedules_contain_every_kind():
    seen = {fault.kind for seed in range(1, 201) for fault in schedule_of(seed, CLIPS).faults}
    assert seen == set(KIND_NAMES)


def test_a_dozen_chosen_schedules_contain_every_kind():
    schedules = covering(12, CLIPS)
    assert {fault.kind for schedule in schedules for fault in schedule.faults} == set(KIND_NAMES)
    assert all(len(schedule.faults) >= 3 for schedule in schedules)


def test_a_schedule_of_given_kinds_shows_the_command_that_reproduces_it():
    schedule = schedule_of(3, CLIPS, ["stall", "kill"])
    assert schedule.command.endswith("--seed 3 --kinds stall kill")
    assert schedule == schedule_of(3, CLIPS, schedule.kinds)


def test_every_kind_can_be_injected_into_each_of_its_targets():
    for kind in KINDS:
        for target in kind.targets:
            done = LINK_FAULTS if target in LINK_NAMES else SERVER_FAULTS if target in SERVERS else OTHER_FAULTS
            assert kind.name in done or kind.name == "file_deleted_under_worker", (kind.name, target)
