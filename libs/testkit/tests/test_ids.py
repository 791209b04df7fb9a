"""Predictable ids."""

from onwatch_testkit.ids import counting_ids


def test_they_count_from_one():
    new_id = counting_ids("run")
    assert [new_id(), new_id()] == ["run-1", "run-2"]


def test_two_sources_count_separately():
    one, other = counting_ids(), counting_ids()
    assert one() == other() == "id-1"
