from __future__ import annotations

from collections.abc import Mapping

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
GATEWAY = {"onwatch_gateway_viewers": 5.0, "onwatch_gateway_subscriptions": 4.0}


def process(
    service: str,
    values: Mapping[str, float] | None = None,
    *,
    more: tuple[Sample, ...] = (),
) -> Process:
    build = Sample("onwatch_build_info", {"service": service, "version": "0.1.0"}, 1.0)
    samples = Samples([build, *(Sample(name, {}, value) for name, value in (values or {}).items()), *more])
    return Process(f"http://{service}:9000", None, service, True, {"bus": "ok"}, samples)


def test_facts_are_summed_over_processes_of_a_service() -> None:
    system = system_of([process("catalog", CATALOG), *[process("detector", DETECTOR)] * 2, process("gateway", GATEWAY)])
    assert (system.videos_demanded, system.analyses_wanted) == (3, 1)
    assert (system.slots, system.runs_active, system.slots_free) == (4, 2, 2)
    assert (system.viewers, system.viewers_with_a_video) == (5, 4)
    assert (system.outbox_blocked_s, system.disk_free_bytes) == (0, 50e9)
    assert system.failures["runs_failed"] == 2
    assert problems_of(system) == [], "failures of the past are shown, and wrong is what is wrong now"


def test_what_no_process_tells_is_unknown() -> None:
    system = system_of([process("gateway", GATEWAY)])
    assert system.videos_demanded is system.slots is system.slots_free is system.disk_free_bytes is None
    assert system.dead_letters is None
    assert "runs_failed" not in system.failures
    assert problems_of(system) == []


def test_dead_letters_are_those_of_the_broker_whichever_process_counted_them() -> None:
    waiting = {"onwatch_bus_dead_letters_waiting": 3.0, "onwatch_bus_dead_letters_waiting_seconds": 60.0}
    started_later = {"onwatch_bus_dead_letters_waiting": 3.0, "onwatch_bus_dead_letters_waiting_seconds": 5.0}
    here = tuple(Sample("onwatch_bus_queue_dead_letters_total", {"queue": queue}, 1.0) for queue in ("a", "b"))
    system = system_of([process("catalog", waiting, more=here), process("gateway", started_later, more=here[1:])])
    assert system.dead_letters == DeadLetterCounts(3, 60.0)
    assert system.dead_lettered == {"b": 2, "a": 1}
    asked = DeadLetterCounts(2, 90.0, {"a": 2})
    assert system_of([process("catalog", waiting)], dead_letters=asked).dead_letters == asked


def test_server_errors_are_counted_over_services() -> None:
    answered = tuple(
        Sample(f"onwatch_{service}_http_requests_total", {"method": "GET", "status": status}, count)
        for service, status, count in (("gateway", "200", 9.0), ("gateway", "502", 2.0), ("catalog", "500", 1.0))
    )
    assert system_of([process("gateway", more=answered)]).failures["http_server_errors"] == 3


def test_services_of_which_no_process_answered_are_named() -> None:
    some = [process("catalog"), process("gateway"), Process("http://detector:9004", "no answer within 3 s")]
    assert system_of(some).services_missing == ("aggregator", "dashboard", "detector")
    assert system_of([process("all-in-one")]).services_missing == ()
