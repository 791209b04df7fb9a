from __future__ import annotations

import io
import json
import time

from rich.console import Console

from onwatch.status.showing import as_json, show
from onwatch_runtime.overview import DeadLetterCounts, Process, Sample, Samples, System, system_of

VALUES = {
    "onwatch_catalog_videos_demanded": 3.0,
    "onwatch_catalog_analyses_wanted": 1.0,
    "onwatch_catalog_outbox_blocked_seconds": 180.0,
    "onwatch_catalog_disk_free_bytes": 52_340_000_000.0,
    "onwatch_detector_slots": 4.0,
    "onwatch_detector_runs_active": 3.0,
    "onwatch_gateway_viewers": 5.0,
    "onwatch_gateway_subscriptions": 4.0,
    "onwatch_detector_runs_failed_total": 2.0,
}
BUILD = Sample("onwatch_build_info", {"service": "catalog", "version": "0.1.0"}, 1.0)


def catalog() -> Process:
    started = Sample("process_start_time_seconds", {}, time.time() - 7200)
    samples = Samples([BUILD, started, *(Sample(name, {}, value) for name, value in VALUES.items())])
    return Process("http://catalog:9001", None, "catalog", True, {"bus": "ok", "sql": "ok"}, samples)


LETTERS = DeadLetterCounts(3, 7200.0, {"aggregator.batches": 2, "catalog.videos": 1})
AWAY = Process("http://gateway:9000", "no answer within 5 s")


def shown(system: System) -> str:
    written = io.StringIO()
    show(system, Console(file=written))
    return written.getvalue()


def test_one_screen_has_each_part_on_a_line_of_its_own() -> None:
    lines = [" ".join(line.split()) for line in shown(system_of([catalog(), AWAY], dead_letters=LETTERS)).splitlines()]
    for expected in (
        "│ catalog │ http://catalog:9001 │ 0.1.0 │ 2 h │ yes │ bus ok, sql ok │",
        "│ ? │ http://gateway:9000 │ │ │ no │ no answer within 5 s │",
        "Videos demanded 3, 1 by analyses",
        "Runs active 3",
        "Detector slots 4, 1 of them free",
        "Viewers 5, 4 of them with a video",
        "Dead letters 3, the oldest for 2 h, 2 of aggregator.batches, 1 of catalog.videos",
        "Outbox nothing published for 3 min",
        "Disk 52.3 GB free",
        "Failures since start 2 runs that need a person",
        "wrong: http://gateway:9000: no answer within 5 s",
        "wrong: the catalog has published no message for 3 min",
    ):
        assert expected in lines


def test_what_is_not_known_says_who_would_know_it() -> None:
    text = shown(system_of([]))
    assert "unknown (catalog)" in text
    assert "unknown (detectors)" in text
    assert "unknown (gateways)" in text
    assert "ONWATCH_CATALOG_BUS_URL does not name the broker" in text
    assert "Nothing is wrong." in text
    assert "the broker was not reached" in shown(system_of([], broker_failure="RabbitMQ: refused"))


def test_json_has_numbers_and_null_for_what_is_not_known() -> None:
    found = json.loads(as_json(system_of([catalog(), AWAY], dead_letters=LETTERS)))
    assert found["ok"] is False
    assert len(found["problems"]) == 3
    assert found["problems"][0] == "http://gateway:9000: no answer within 5 s"
    ours, other = found["processes"]
    assert (ours["service"], ours["version"], ours["ready"], ours["failure"]) == ("catalog", "0.1.0", True, None)
    assert ours["started_at"].endswith("+00:00")
    assert (other["service"], other["ready"], other["failure"]) == (None, False, "no answer within 5 s")
    assert (found["slots"], found["slots_free"], found["dead_letters"]) == (4, 1, 3)
    assert found["dead_letters_oldest_s"] == 7200
    assert found["dead_letters_by_queue"] == {"aggregator.batches": 2, "catalog.videos": 1}
    assert found["disk_free_bytes"] == 52_340_000_000
    assert found["failures_since_start"] == {"runs_failed": 2}
    unknown = json.loads(as_json(system_of([])))
    assert unknown["videos_demanded"] is unknown["slots_free"] is unknown["dead_letters"] is None
    assert (unknown["ok"], unknown["processes"]) == (True, [])
