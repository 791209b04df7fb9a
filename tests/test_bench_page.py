"""The benchmark of the page picks the tasks of its main thread from a trace, and finds how fast its memory grows."""

from __future__ import annotations

from statistics import StatisticsError
from typing import Any

import pytest

from bench.page.memory import Sample, growth, own_kib
from bench.page.tasks import Tasks, main_thread_tasks

PAGE, GPU = 1, 2


def named(pid: int, tid: int, name: str) -> dict[str, Any]:
    return {"name": "thread_name", "ph": "M", "pid": pid, "tid": tid, "args": {"name": name}}


def task(pid: int, tid: int, **values: float) -> dict[str, Any]:
    return {"name": "RunTask", "ph": "X", "pid": pid, "tid": tid, "args": {}, **values}


def test_tasks_are_those_of_the_main_thread_with_their_cpu_time():
    kept = task(PAGE, 1, dur=60_000, tdur=20_000)
    trace = [
        named(PAGE, 1, "CrRendererMain"),
        named(PAGE, 7, "Compositor"),
        named(GPU, 1, "CrGpuMain"),
        kept,
        task(PAGE, 1, dur=9000),  # it was not over when the trace ended
        task(PAGE, 7, dur=60_000, tdur=60_000),
        task(GPU, 1, dur=60_000, tdur=60_000),
        {**kept, "name": "Paint"},
    ]
    assert main_thread_tasks(trace) == [kept]


def test_tasks_tell_how_busy_the_thread_is_and_how_many_pictures_it_draws():
    tasks = Tasks(seconds=2.0, pictures=60, cpu_ms=[100.0, 300.0], wall_ms=[400.0, 500.0])
    assert tasks.pictures_per_second == 30
    assert tasks.busy_share == pytest.approx(0.2)


def samples(heap_mib: list[float]) -> list[Sample]:
    return [Sample(60.0 * at, value, 1000, 100, 300.0, 500.0) for at, value in enumerate(heap_mib)]


def test_growth_is_that_of_half_an_hour_and_one_odd_sample_hardly_counts():
    assert growth(samples([10.0, 10.1, 10.2, 10.3]), "heap_mib").per_half_hour == pytest.approx(3.0)
    still = growth(samples([10.0] * 30), "heap_mib")
    assert (still.begins_with, still.per_half_hour) == (pytest.approx(10), pytest.approx(0))
    assert abs(growth(samples([10.0] * 15 + [11.0] + [10.0] * 15), "heap_mib").per_half_hour) < 0.1


def test_one_sample_tells_no_growth():
    with pytest.raises(StatisticsError):
        growth(samples([10.0]), "heap_mib")


ROLLUP = """559ce4e4f000-7ffd9b1f5000 ---p 00000000 00:00 0                          [rollup]
Rss:                1900 kB
Pss:                 335 kB
Pss_Anon:            112 kB
Pss_File:            123 kB
Pss_Shmem:           100 kB
Shared_Clean:       1600 kB
"""


def test_memory_of_a_process_is_without_its_program_files():
    assert own_kib(ROLLUP) == (112, 100)


def test_a_kernel_that_tells_no_parts_is_named_as_the_reason():
    old = "\n".join(line for line in ROLLUP.splitlines() if not line.startswith("Pss_"))
    with pytest.raises(ValueError, match=r"tells no Pss_Anon and no Pss_Shmem: a kernel before 5\.3\?"):
        own_kib(old)
