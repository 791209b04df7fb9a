import numpy as np

from onwatch_synthetic.hard_cases import even_times, hard_cases, uneven_times


def test_there_are_forty_clips_and_more_of_many_kinds() -> None:
    cases = hard_cases()
    assert len({case.name for case in cases}) == len(cases) >= 40
    assert len({case.kind for case in cases}) >= 14


def test_a_case_is_the_same_each_time() -> None:
    case = next(case for case in hard_cases() if case.name == "platoon 5 fps 1")
    assert case.make() == case.make()
    assert case.make().total == 8


def test_even_times_are_those_of_the_rate() -> None:
    assert even_times(12.5, 0.4) == (0.0, 0.08, 0.16, 0.24, 0.32)


def test_uneven_times_grow_and_stall() -> None:
    gaps = np.diff(uneven_times(3, 12.0))
    assert gaps.min() >= 0.024
    assert np.isclose(gaps.max(), 0.4)
    assert gaps.std() > 0.02
