from __future__ import annotations

from datetime import UTC, datetime

from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.samples import Sample, Samples
from onwatch_runtime.overview.status import status_of
from onwatch_runtime.overview.system import system_of

AT = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
SAMPLES = Samples(
    [
        Sample("onwatch_build_info", {"service": "catalog", "version": "0.1.0"}, 1.0),
        Sample("process_start_time_seconds", {}, 1000.0),
        Sample("onwatch_catalog_disk_free_bytes", {}, 5e9),
        Sample("onwatch_bus_dead_letters_total", {}, 2.0),
        Sample("onwatch_bus_queue_dead_letters_total", {"queue": "batches"}, 2.0),
        Sample("onwatch_bus_dead_letters_waiting", {}, 1.0),
        Sample("onwatch_bus_dead_letters_waiting_seconds", {}, 90.0),
    ]
)


def test_an_answer_has_what_the_processes_said() -> None:
    catalog = Process("http://catalog:9001", None, "catalog", True, {"sql": "ok"}, SAMPLES)
    found = status_of(system_of([catalog, Process("http://gateway:9000", "no answer within 3 s")]), AT)
    answer = found.model_dump(mode="json")
    assert (answer["asked_at"], answer["ok"]) == ("2026-06-01T07:00:00Z", False)
    assert [problem["code"] for problem in answer["problems"]] == [
        "process_not_reached",
        "dead_letters",
        "disk_almost_full",
    ]
    ours, other = answer["processes"]
    assert ours == {
        "url": "http://catalog:9001",
        "failure": None,
        "service": "catalog",
        "version": "0.1.0",
        "started_at": "1970-01-01T00:16:40Z",
        "ready": True,
        "checks": {"sql": "ok"},
    }
    assert (other["ready"], other["failure"]) == (False, "no answer within 3 s")
    assert answer["services_missing"] == ["aggregator", "dashboard", "detector", "gateway"]
    assert (answer["dead_letters"], answer["dead_letters_oldest_s"]) == (1, 90.0)
    assert answer["dead_lettered_since_start"] == {"batches": 2}
    assert (answer["disk_free_bytes"], answer["failures_since_start"]) == (5_000_000_000, {"dead_lettered": 2})


def test_what_no_process_knows_is_null_and_without_problems_all_is_well() -> None:
    found = status_of(system_of([]), AT)
    assert found.ok
    assert found.videos_demanded is found.slots_free is found.disk_free_bytes is found.dead_letters is None
