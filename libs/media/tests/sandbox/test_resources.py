"""Limits that a process sets itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from onwatch_media.sandbox.resources import MIB, is_short_of_memory


@pytest.mark.parametrize(("peak_kb", "expected"), [(1_200_000, False), (1_530_000, True)])
def test_a_process_near_its_limit_is_short_of_memory(tmp_path: Path, peak_kb: int, expected: bool):
    status = tmp_path / "status"
    status.write_text(f"Name:\tpython\nVmPeak:\t {peak_kb} kB\n")
    assert is_short_of_memory(1536 * MIB, status) == expected
    assert not is_short_of_memory(1536 * MIB, tmp_path / "no proc file system")


def ended(code: str) -> subprocess.CompletedProcess[str]:
    begin = f"from onwatch_media.sandbox import limit_resources; limit_resources(memory_bytes={600 * MIB}, cpu_s=1)\n"
    return subprocess.run([sys.executable, "-c", begin + code], capture_output=True, text=True, timeout=120)


def test_memory_is_limited():
    assert "MemoryError" in ended(f"bytearray({700 * MIB})").stderr


def test_cpu_time_is_limited():
    assert ended("while True: pass").returncode < 0


def test_nothing_is_written(tmp_path: Path):
    tried = ended(f"open({str(tmp_path / 'a')!r}, 'wb', 0).write(b'1')")
    assert tried.returncode != 0
    assert (tmp_path / "a").stat().st_size == 0


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_it_ends_before_its_service_where_memory_is_short():
    assert ended("print(open('/proc/self/oom_score_adj').read())").stdout.strip() == "1000"
