import os
from pathlib import Path

from onwatch_detector.detect.engines.cpu_quota import usable_cpus

ALL = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text + "\n")


def cpus(tmp_path: Path, own: str = "0::/") -> int:
    (tmp_path / "own").write_text(own + "\n")
    return usable_cpus(tmp_path / "cgroup", tmp_path / "own")


def test_without_a_quota_all_cpus_of_the_process_are_usable(tmp_path):
    write(tmp_path / "cgroup", cpu__max="max 100000")
    assert cpus(tmp_path) == ALL


def test_without_cgroups_all_cpus_are_usable(tmp_path):
    assert usable_cpus(tmp_path / "none", tmp_path / "none") == ALL


def test_half_a_cpu_is_one_thread(tmp_path):
    write(tmp_path / "cgroup", cpu__max="50000 100000")
    assert cpus(tmp_path) == 1


def test_a_quota_of_cgroup_v1_applies(tmp_path):
    write(tmp_path / "cgroup/cpu", cpu__cfs_quota_us="100000", cpu__cfs_period_us="100000")
    assert cpus(tmp_path, "4:cpu,cpuacct:/") == 1


def test_no_quota_in_cgroup_v1_is_no_limit(tmp_path):
    write(tmp_path / "cgroup/cpu", cpu__cfs_quota_us="-1", cpu__cfs_period_us="100000")
    assert cpus(tmp_path, "4:cpu,cpuacct:/") == ALL


def test_the_quota_of_a_parent_group_applies_too(tmp_path):
    write(tmp_path / "cgroup/pods", cpu__max="100000 100000")
    write(tmp_path / "cgroup/pods/detector", cpu__max="max 100000")
    assert cpus(tmp_path, "0::/pods/detector") == 1


def test_a_quota_above_the_machine_changes_nothing(tmp_path):
    write(tmp_path / "cgroup", cpu__max="6400000 100000")
    assert cpus(tmp_path) == ALL
