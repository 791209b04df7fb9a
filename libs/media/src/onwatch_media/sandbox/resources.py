"""Limits of memory, time and written bytes that a process sets itself, and cannot raise again."""

from __future__ import annotations

import contextlib
import re
import resource
import sys
from pathlib import Path

MIB = 1 << 20
MEMORY_MARGIN = 128 * MIB  # a little more than one 8K picture: what could not be allocated
FIRST_TO_GO = 1000  # of the kernel's scale: where the machine is short of memory, this process ends before its service


def limit_resources(*, memory_bytes: int, cpu_s: int = resource.RLIM_INFINITY, written_bytes: int = 0) -> None:
    """`memory_bytes` of address space, libraries included. No file may become larger than `written_bytes`."""
    with contextlib.suppress(OSError):  # of Linux
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO))
    limits = [(resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_FSIZE, written_bytes), (resource.RLIMIT_CORE, 0)]
    if sys.platform != "darwin":  # its kernel refuses a limit of address space
        limits.append((resource.RLIMIT_AS, memory_bytes))
    for kind, limit in limits:
        resource.setrlimit(kind, (limit, limit))


def is_short_of_memory(memory_bytes: int, status: Path = Path("/proc/self/status")) -> bool:
    """Whether this process came close to its limit. Decoders name a lack of memory in many ways, or not at all."""
    try:
        peak = re.search(r"^VmPeak:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
    except OSError:
        return False
    return peak is not None and int(peak[1]) * 1024 > memory_bytes - MEMORY_MARGIN
