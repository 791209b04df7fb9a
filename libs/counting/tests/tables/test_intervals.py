"""Interval tables, and that no event is lost or counted twice."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onwatch_contracts.site import Site
from onwatch_counting.site import SiteResults, Span
from onwatch_counting.tables import CountedVideo, InvalidInterval, QueueLength, interval_table
from onwatch_counting.tables.intervals import Cell

EXAMPLES = settings(max_examples=50)

MORNING = datetime.fromisoformat("2026-05-04T07:00:00+02:00")


def video(
    site: Site, results: SiteResults, *, observed: tuple[Span, ...] = ((0.0, 600.0),), video_id: str = "v"
) -> CountedVideo:
    return CountedVideo(video_id, site, results, observed, end_s=600.0)


def totals(found: Any) -> list[int]:
    return [sum(found.count(index).values()) for index in range(len(found.intervals))]


def test_a_crossing_is_in_the_interval_that_begins_with_it(samples: Any) -> None:
    crossings = tuple(samples.crossing("north", n, at_s) for n, at_s in enumerate((0.0, 59.9, 60.0, 599.0)))

    found = interval_table([video(samples.site(), SiteResults(crossings=crossings))], "gates", 60)

    assert totals(found) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found.counts[Cell("North", "forward", "car")] == (2, 1, 0, 0, 0, 0, 0, 0, 0, 1)


def test_intervals_follow_the_clock_of_the_recording(samples: Any) -> None:
    site = samples.site(recorded_at=MORNING + timedelta(seconds=30), time_zone="Europe/Berlin")
    crossings = (samples.crossing("north", 1, 29.0), samples.crossing("north", 2, 30.0))

    found = interval_table([video(site, SiteResults(crossings=crossings))], "gates", 60)

    assert totals(found)[:3] == [1, 1, 0]
    assert found.share(0) == 0.5
    assert found.share(1) == 1.0


def test_what_was_not_analysed_has_a_share_of_zero(samples: Any) -> None:
    found = interval_table([video(samples.site(), SiteResults(), observed=((0.0, 90.0),))], "gates", 60)

    assert [found.share(index, "North") for index in range(3)] == [1.0, 0.5, 0.0]


def test_counts_can_be_of_a_gate_and_a_direction(samples: Any) -> None:
    crossings = (
        samples.crossing("north", 1, 1.0, "bus"),
        samples.crossing("north", 2, 2.0, direction="backward"),
        samples.crossing("east", 3, 3.0),
    )
    found = interval_table([video(samples.site(), SiteResults(crossings=crossings))], "gates", 600)

    assert found.count(0) == {"bus": 1, "car": 2}
    assert found.count(0, item="North") == {"bus": 1, "car": 1}
    assert found.count(0, item="North", direction="forward") == {"bus": 1}


def test_videos_of_one_site_make_one_table(samples: Any) -> None:
    first = samples.site(recorded_at=MORNING, time_zone="Europe/Berlin")
    second = samples.site(recorded_at=MORNING + timedelta(seconds=600), time_zone="Europe/Berlin")
    results = SiteResults(crossings=(samples.crossing("north", 1, 30.0),))

    found = interval_table([video(first, results), video(second, results, video_id="w")], "gates", 300)

    assert totals(found) == [1, 0, 1, 0]
    assert [found.share(index) for index in range(4)] == [1.0, 1.0, 1.0, 1.0]


def test_the_time_between_two_videos_is_not_observed(samples: Any) -> None:
    first = samples.site(recorded_at=MORNING)
    second = samples.site(recorded_at=MORNING + timedelta(seconds=1200))

    found = interval_table([video(second, SiteResults(), video_id="w"), video(first, SiteResults())], "gates", 600)

    assert [found.share(index) for index in range(3)] == [1.0, 0.0, 1.0]


def test_a_gate_that_only_one_video_has_is_observed_only_there(samples: Any) -> None:
    first = samples.site(recorded_at=MORNING, gates=samples.site().gates[:1])
    second = samples.site(recorded_at=MORNING + timedelta(seconds=600))

    found = interval_table([video(first, SiteResults()), video(second, SiteResults(), video_id="w")], "gates", 600)

    assert found.observed == {"North": (1.0, 1.0), "East": (0.0, 1.0), "South": (0.0, 1.0)}
    assert found.share(0) == 0.0


def test_several_videos_need_a_common_clock(samples: Any) -> None:
    known, unknown = samples.site(recorded_at=MORNING, time_zone="Europe/Berlin"), samples.site()
    other = samples.site(recorded_at=MORNING, time_zone="Asia/Tokyo")

    with pytest.raises(InvalidInterval, match="video w has no time of recording"):
        interval_table([video(known, SiteResults()), video(unknown, SiteResults(), video_id="w")], "gates", 60)
    with pytest.raises(InvalidInterval, match="different time zones: Asia/Tokyo, Europe/Berlin"):
        interval_table([video(known, SiteResults()), video(other, SiteResults(), video_id="w")], "gates", 60)


def test_the_queue_of_a_zone_over_time(samples: Any) -> None:
    visits = (
        samples.visit("stop", 1, 0.0, 100.0, standing_spans_s=((10.0, 70.0),)),
        samples.visit("stop", 2, 0.0, 100.0, standing_spans_s=((40.0, 70.0),)),
    )
    found = interval_table([video(samples.site(), SiteResults(visits=visits), observed=((0.0, 120.0),))], "zones", 60)

    assert found.queues["Stop"][:3] == (QueueLength(2, 70 / 60), QueueLength(2, 20 / 60), None)


def test_movements_count_by_interval(samples: Any) -> None:
    site = samples.site(movements=(samples.movement("left", "north", "east"),))

    found = interval_table([video(site, samples.drive(1, "north", "east"))], "movements", 60)

    assert found.counts == {Cell("Left", None, "car"): (1, 0, 0, 0, 0, 0, 0, 0, 0, 0)}


@EXAMPLES
@given(st.data())
def test_no_event_is_lost_or_counted_twice(samples: Any, any_results: Any, data: st.DataObject) -> None:
    results: SiteResults = data.draw(any_results)
    start = data.draw(st.none() | st.integers(0, 3 * 3600).map(lambda s: MORNING + timedelta(seconds=s)))
    length_s = data.draw(st.sampled_from([10, 60, 900, 3600, 86_400]))
    counted = video(samples.site(recorded_at=start), results)

    gates, zones = (interval_table([counted], kind, length_s) for kind in ("gates", "zones"))

    assert _sum(gates) == Counter(crossing.vehicle_type for crossing in results.crossings)
    assert _sum(zones) == Counter(visit.vehicle_type for visit in results.visits)
    observed = sum(gates.share(index) * one.duration_s for index, one in enumerate(gates.intervals))
    assert observed == pytest.approx(600.0)


def _sum(found: Any) -> Counter[str]:
    return sum((Counter(found.count(index)) for index in range(len(found.intervals))), Counter[str]())
