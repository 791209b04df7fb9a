"""`onwatch tally` as an installed command of the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from service_process import fork_program


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["missing.mp4"], 2, "missing.mp4: there is no such file"),
        (["notes.mp4", "--json", "none/out.json"], 2, "--json: there is no folder none"),
        (["notes.mp4", "--no-open"], 1, "notes.mp4: The file is not a video"),
        (["--help"], 0, "MAPE, GEH"),
    ],
)
def test_misuse_is_reported_with_its_exit_code(arguments: list[str], code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    done = fork_program(["tally", *arguments], environ, folder=tmp_path)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_module_imports_nothing_heavy() -> None:
    """Each start of `onwatch` loads it."""
    heavy = ("fastapi", "av", "numpy", "onwatch_tally.serve")
    check = f"import sys, onwatch_tally.command; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
