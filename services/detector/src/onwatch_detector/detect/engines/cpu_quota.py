"""Number of CPUs this process may use. Libraries size their thread pools by the host, not by the container."""

from __future__ import annotations

import os
from pathlib import Path

CGROUP_ROOT = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


def usable_cpus(cgroup_root: Path = CGROUP_ROOT, own_cgroup: Path = OWN_CGROUP) -> int:
    """Whole CPUs, at least 1: the smallest of the affinity mask and the quotas of cgroup v2 or v1."""
    quotas = (_quota_v2(folder) or _quota_v1(folder) for folder in _folders(cgroup_root, own_cgroup))
    return max(1, int(min([_affinity(), *(quota for quota in quotas if quota)])))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # macOS has no affinity


def _folders(root: Path, own_cgroup: Path) -> list[Path]:
    """The process's own cgroups and their parents: the tightest quota applies."""
    own = [root, root / "cpu"]
    for line in _text(own_cgroup).splitlines():
        _, controllers, path = line.split(":", 2)
        base = root / "cpu" if "cpu" in controllers.split(",") else root
        own.append(base / path.strip("/"))
    return [folder for leaf in own for folder in (leaf, *leaf.parents) if folder.is_relative_to(root)]


def _quota_v2(folder: Path) -> float | None:
    match _text(folder / "cpu.max").split():
        case [quota, period] if quota != "max":
            return int(quota) / int(period)
    return None


def _quota_v1(folder: Path) -> float | None:
    quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
    if not quota or not period or int(quota) <= 0:  # -1: unlimited
        return None
    return int(quota) / int(period)


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
