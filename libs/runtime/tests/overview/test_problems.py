from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pytest

from onwatch_runtime.overview.problems import problems_of
from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.samples import Sample, Samples
from onwatch_runtime.overview.system import DeadLetterCounts, system_of

CATALOG = {
    "onwatch_catalog_videos_demanded": 3.0,
    "onwatch_catalog_analyses_wanted": 1.0,
    "onwatch_catalog_outbox_blocked_seconds": 0.0,
    "onwatch_catalog_disk_free_bytes": 50e9,
}
DETECTOR = {"onwatch_detector_slots": 2.0, "onwatch_detector_runs_active": 1.0, "onwatch_detector_runs_failed_total": 1}


def process(
    service: str,
    values: Mapping[str, float] | None = None,
    *,
    checks: Mapping[str, Literal["ok", "failed"]] | None = None,
    is_ready: bool = True,
    version: str = "0.1.0",
) -> Process:
    build = Sample("onwatch_build_info", {"service": service, "version": version}, 1.0)
    samples = Samples([build, *(Sample(name, {}, value) for name, value in (values or {}).items())])
    return Process(f"http://{service}:9000", None, service, is_ready, checks or {"bus": "ok"}, samples)


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        ([Process("http://a:9001", "no answer within 5 s")], "http://a:9001: no answer within 5 s"),
        (
            [process("catalog", checks={"bus": "ok", "sql": "failed"}, is_ready=False)],
            "catalog at http://catalog:9000: sql failed",
        ),
        ([process("catalog", checks={"bus": "ok"}, is_ready=False)], "not ready"),
        ([process("catalog"), process("gateway", version="0.2.0")], "versions differ: catalog is 0.1.0, gateway is"),
        ([process("catalog", CATALOG), process("detector", DETECTOR)], "3 videos are demanded, and detectors have 2"),
        ([process("catalog", {"onwatch_catalog_outbox_blocked_seconds": 61.0})], "no message for 61 s"),
        ([process("catalog", {"onwatch_catalog_disk_free_bytes": 9.9e9})], "9.9 GB are free for videos"),
        ([process("aggregator", {"onwatch_aggregator_runs_inconsistent_total": 1})], "1 finished runs were not saved"),
    ],
)
def test_each_thing_that_is_wrong_has_one_line(processes: list[Process], expected: str) -> None:
    (problem,) = problems_of(system_of(processes))
    assert expected in problem.text


def test_dead_letters_and_a_broker_that_is_away_are_wrong() -> None:
    (problem,) = problems_of(system_of([], dead_letters=DeadLetterCounts(3, 7200.0, {"batches": 2, "finished": 1})))
    assert problem.text == (
        "3 dead letters wait for a decision, the oldest for 2 h (batches 2, finished 1): "
        "see `onwatch dead-letters list`"
    )
    assert problem.facts == {"count": 3, "oldest_s": 7200.0, "queues": "batches 2, finished 1"}
    assert problems_of(system_of([], dead_letters=DeadLetterCounts(0))) == []
    (problem,) = problems_of(system_of([], broker_failure="RabbitMQ: refused"))
    assert (problem.code, problem.text) == ("dead_letters_unknown", "dead letters: RabbitMQ: refused")


def test_a_program_reads_the_code_and_the_values_in_the_text() -> None:
    failed = process("catalog", checks={"bus": "failed", "disk": "ok", "sql": "failed"}, is_ready=False)
    (problem,) = problems_of(system_of([failed]))
    assert problem.code == "check_failed"
    assert problem.facts == {"service": "catalog", "url": "http://catalog:9000", "checks": "bus, sql"}
    (problem,) = problems_of(system_of([process("catalog", CATALOG), process("detector", DETECTOR)]))
    assert (problem.code, problem.facts) == ("too_few_slots", {"videos_demanded": 3, "slots": 2})
    (problem,) = problems_of(system_of([Process(None, "no answer within 3 s")]))
    assert problem.text == "this process: no answer within 3 s"


ABSENT = Process("http://detector:9004", "not reached: the name detector has no address", is_absent=True)
"""As while an autoscaler keeps no detector."""


def others(videos_demanded: float) -> list[Process]:
    catalog = {**CATALOG, "onwatch_catalog_videos_demanded": videos_demanded}
    return [process("catalog", catalog), *map(process, ("aggregator", "dashboard", "gateway"))]


def test_no_detector_is_wrong_only_while_something_is_demanded() -> None:
    assert problems_of(system_of([*others(0), ABSENT])) == []
    (problem,) = problems_of(system_of([*others(1), ABSENT]))
    assert problem.code == "process_not_reached"


def test_a_service_that_has_no_address_is_wrong_and_so_is_a_detector_that_does_not_answer() -> None:
    without_dashboard = [each for each in others(0) if each.service != "dashboard"]
    gone = Process("http://dashboard:9003", "not reached: the name dashboard has no address", is_absent=True)
    (problem,) = problems_of(system_of([*without_dashboard, process("detector"), gone]))
    assert problem.facts["url"] == "http://dashboard:9003"
    silent = Process("http://detector:9004", "no answer within 3 s")
    assert len(problems_of(system_of([*others(0), silent]))) == 1
