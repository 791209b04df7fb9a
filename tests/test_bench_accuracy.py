"""The accuracy benchmark: its measures, and a few of its clips that Onwatch has to count exactly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bench.accuracy import report
from bench.accuracy.clips import PERFECT_LEVEL, Clip, Frame, levels
from bench.accuracy.counting import another_tracker, onwatch, plain
from bench.accuracy.metrics import Counted, CountedVisit, nwrmse, score, summary
from bench.accuracy.trackers_compared import TRACKERS, ids_of
from onwatch_contracts.values import VehicleType
from onwatch_detector.detections import TYPES, Detections
from onwatch_synthetic.hard_cases import hard_cases
from onwatch_synthetic.recording import Visit

pytestmark = pytest.mark.slow

ROI = ((0.3, 0.0), (0.7, 0.0), (0.7, 1.0), (0.3, 1.0))
SIZE = (100, 100)
FPS = 10.0

# --- the measures ------------------------------------------------------------------------------------


def test_an_exact_count_scores_one() -> None:
    assert nwrmse([1.2, 5.5], [1.7, 5.1], 10.0) == 1.0


def test_late_errors_weigh_more_than_early_errors() -> None:
    # Of two segments the first weighs 1/3: one too many there and right again is not what a count can do, so late.
    assert nwrmse([1.0, 6.0], [6.0, 7.0], 10.0, segments=2) == pytest.approx(1 - math.sqrt(1 / 3) / 2)
    assert nwrmse([1.0, 6.0], [1.0], 10.0, segments=2) == pytest.approx(1 - math.sqrt(2 / 3) / 2)


def test_the_score_is_never_below_zero() -> None:
    assert nwrmse([1.0], [1.0] * 9, 10.0) == 0.0
    assert nwrmse([], [2.0], 10.0) == 0.0
    assert nwrmse([], [], 10.0) == 1.0


def drive(*xs: float | None, owner: int = 1) -> list[Frame]:
    """One vehicle alone; its box ends at y = 60, None where it is not detected."""
    return [frame(n / FPS, [] if x is None else [(x, owner)]) for n, x in enumerate(xs)]


def frame(time_s: float, seen: list[tuple[float, int | None]]) -> Frame:
    boxes = np.array([(x - 5, 50, x + 5, 60) for x, _ in seen], np.float32).reshape(-1, 4)
    scores = np.zeros((len(seen), len(TYPES)), np.float32)
    scores[:, 0] = 0.8
    found = Detections(boxes, np.full(len(seen), 0.8, np.float32), (VehicleType.CAR,) * len(seen), scores)
    inside = tuple(owner is not None and 30 <= x <= 70 for x, owner in seen)
    return Frame(time_s, found, tuple(owner for _, owner in seen), inside)


def clip(frames: list[Frame], *truth: Visit) -> Clip:
    return Clip("c", "k", PERFECT_LEVEL, SIZE, ROI, "bottom_center", tuple(frames), truth)


PASSING = clip(drive(*range(10, 91, 4)), Visit(1, "car", 0.5, 1.5))
EVERY_FRAME_INSIDE = [[5 <= n <= 15] for n in range(21)]


def test_both_rules_are_exact_on_easy_clips() -> None:
    for counted in (
        onwatch(PASSING),
        plain(PASSING, [[4]] * 21, EVERY_FRAME_INSIDE),
        another_tracker(PASSING, [[4]] * 21),
    ):
        [visit] = counted.visits
        assert (visit.vehicle_type, visit.entered_s, visit.left_s) == ("car", pytest.approx(0.5), pytest.approx(1.5))
        one = score(PASSING, counted)
        assert (one.count_error, one.missed, one.extra, one.switches, one.nwrmse) == (0, 0, 0, 0, 1.0)
        assert one.dwell_errors_s == (pytest.approx(0.0),)
        assert one.right_types == 1


def test_a_plain_pipeline_counts_a_changed_id_twice_which_lowers_its_score() -> None:
    ids = [[4]] * 11 + [[9]] * 10
    one = score(PASSING, plain(PASSING, ids, EVERY_FRAME_INSIDE))
    assert (one.count_error, one.missed, one.extra, one.switches) == (1, 0, 1, 1)
    assert one.dwell_errors_s == (pytest.approx(0.5),)


def test_the_zone_rules_count_a_changed_id_once() -> None:
    one = score(PASSING, another_tracker(PASSING, [[4]] * 11 + [[9]] * 10))
    assert (one.count_error, one.wrong, one.switches) == (0, 0, 0)


def test_a_missed_and_an_extra_vehicle_do_not_cancel_out() -> None:
    there = [(20.0, 1), (50.0, None)]
    both = clip([frame(n / FPS, there) for n in range(10)], Visit(1, "car", 0.0, 0.9))
    ghost = Counted((CountedVisit(5, "car", 0.0, 0.9),), ((None, 5),) * 10)
    one = score(both, ghost)
    assert (one.count_error, one.missed, one.extra) == (0, 1, 1)


def test_without_true_boxes_visits_are_paired_by_time() -> None:
    by_hand = clip(
        [frame(n / FPS, [(50.0, None)]) for n in range(40)], Visit(1, "car", 0.0, 1.0), Visit(2, "car", 2, 3)
    )
    counted = Counted((CountedVisit(1, "truck", 0.1, 1.2), CountedVisit(2, "car", 2.1, 2.9)), ((1,),) * 40)
    one = score(by_hand, counted)
    assert one.dwell_errors_s == pytest.approx((0.1, 0.2))
    assert (one.right_types, one.wrong) == (1, 0)


def test_a_summary_adds_errors_and_weighs_scores_by_true_counts() -> None:
    exact = score(PASSING, onwatch(PASSING))
    wrong = replace(exact, total=3, true_total=1, extra=2, nwrmse=0.0)
    fewer = replace(exact, total=1, true_total=2, missed=1, nwrmse=0.5)
    all_three = summary([exact, wrong, fewer])
    assert (all_three.count_error, all_three.missed, all_three.extra, all_three.clips_exact) == (3, 1, 2, 1)
    assert all_three.nwrmse == pytest.approx((1 + 0 + 2 * 0.5) / 4)
    assert math.isnan(summary([replace(exact, dwell_errors_s=())]).dwell_mean_s)


@pytest.mark.parametrize("name", TRACKERS)
def test_every_compared_tracker_gives_each_tracked_box_an_id(name: str) -> None:
    ids = ids_of(name, PASSING)
    assert [len(row) for row in ids] == [1] * 21
    assert len({row[0] for row in ids if row[0] != -1}) == 1


# --- the tables --------------------------------------------------------------------------------------


def test_a_table_has_a_line_for_each_pipeline() -> None:
    scores = {report.ONWATCH: [score(PASSING, onwatch(PASSING))]}
    lines = report.overall([PASSING], scores, PERFECT_LEVEL).splitlines()
    assert lines[2] == "| Onwatch | 1 | 0 | 0 | 0 | 1.000 | 0.00 s | 0.00 s | 100.0% | 0 |"
    assert "| k | 1 | 1 | 0 | 0.00 s | 0.00 s |" in report.by_kind([PASSING], scores, PERFECT_LEVEL)


def test_troubles_lists_the_clips_that_onwatch_counts_wrongly() -> None:
    wrong = replace(score(PASSING, onwatch(PASSING)), total=2, extra=1)
    assert report.troubles([PASSING], [wrong]) == ["- c, perfect: 2 of 1 vehicles, +1 visits"]


def test_a_template_needs_a_value_for_each_name(tmp_path) -> None:
    template, out = tmp_path / "template.md", tmp_path / "out.md"
    template.write_text("a {{one}} b {{two}} c {{one}}")
    report.document({"one": "1", "two": "2"}, template, out)
    assert out.read_text() == "a 1 b 2 c 1"
    with pytest.raises(KeyError, match="two"):
        report.document({"one": "1"}, template, out)


# --- some of its clips -------------------------------------------------------------------------------

EXACT = (
    "truck hides 8 fps 3", "truck hides waiting 12.5 fps 2", "merge 8 fps 4", "u-turn 5 fps 4", "thin zone 5 fps 1",
    "border 8 fps 3", "concave 8 fps 3", "platoon 5 fps 1", "night 12.5 fps 3",
)  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_onwatch_counts_hard_cases_exactly(name: str) -> None:
    case = next(case for case in hard_cases() if case.name == name)
    for one in levels(case, case.make(), seeds=(1,)):
        result = score(one, onwatch(one))
        assert (result.count_error, result.missed, result.extra) == (0, 0, 0), one.level
        if one.level == PERFECT_LEVEL:
            assert max(result.dwell_errors_s) <= one.frame_interval_s + 1e-6
            assert result.right_types == result.judged_types
