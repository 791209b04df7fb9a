"""`scripts/in-memory`: the folder for temporary files in memory is there while the command runs, and not afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/in-memory"
MEMORY = "/dev/shm"  # noqa: S108 where the script makes folders of its own


def run(command: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """The exit status, and what the command wrote."""
    done = subprocess.run([SCRIPT, "sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.fixture
def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "TMPDIR"}


@pytest.mark.parametrize(("end", "status"), [("exit 3", 3), ("kill -TERM $PPID", 143)], ids=["exit", "TERM"])
def test_the_folder_is_removed_however_the_command_ends(environment: dict[str, str], end: str, status: int):
    returned, folder = run(f'printf %s "$TMPDIR"; test -z "$TMPDIR" || touch "$TMPDIR/file"; {end}', environment)
    if not folder:
        pytest.skip(f"{MEMORY} has too little room")
    assert returned == status
    assert folder.startswith(f"{MEMORY}/")
    assert not Path(folder).exists()


def test_a_folder_that_is_given_is_used_and_stays(environment: dict[str, str], tmp_path: Path):
    assert run('printf %s "$TMPDIR"', environment | {"TMPDIR": str(tmp_path)}) == (0, str(tmp_path))
    assert tmp_path.is_dir()
