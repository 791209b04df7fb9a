from __future__ import annotations

from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.samples import Sample, Samples

BUILD = Sample("onwatch_build_info", {"service": "catalog", "version": "0.1.0"}, 1.0)


def test_version_and_start_of_a_process_are_in_its_metrics() -> None:
    found = Process("http://catalog:9001", samples=Samples([BUILD, Sample("process_start_time_seconds", {}, 1000.0)]))
    assert (found.version, found.started_at_s) == ("0.1.0", 1000)


def test_of_a_process_that_did_not_answer_nothing_is_known() -> None:
    found = Process("http://catalog:9001", "no answer within 5 s")
    assert (found.version, found.started_at_s, found.service, found.is_ready) == (None, None, None, False)
