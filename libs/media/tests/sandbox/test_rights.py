"""What a process can no longer do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from onwatch_media.sandbox.rights import _landlock_abi, _seccomp, missing_protection

needs_landlock = pytest.mark.skipif(_landlock_abi() is None, reason="this kernel has no Landlock")
needs_seccomp = pytest.mark.skipif(_seccomp() is None, reason="this machine has no libseccomp")

LEFT = (
    "assert (base / 'read' / 'file').read_text() == 'content'",
    "(base / 'write' / 'new').write_text('1'); (base / 'write' / 'new').unlink()",
    "import colorsys, decimal, csv",
    "import threading; each = threading.Thread(target=len, args=('',)); each.start(); each.join()",
    "os.cpu_count(); open('/proc/self/status').read()",
)
FILES = (
    "(base / 'other' / 'file').read_text()",
    "(base / 'read' / 'file').write_text('1')",
    "(base / 'read' / 'new').write_text('1')",
    "(base / 'read' / 'file').unlink()",
    "open('/etc/passwd').read()",
    "os.listdir('/')",
)
CALLS = (
    "import socket; socket.socket()",
    "import socket; socket.socket(socket.AF_UNIX)",
    "import socket; socket.socketpair()",
    "os.fork()",
    "os.execv(sys.executable, [sys.executable])",
    "os.posix_spawn(sys.executable, [sys.executable], {})",
    "os.kill(os.getppid(), 0)",
    "os.pidfd_open(os.getppid())",
)
PROGRAM = """
import json, os, sys
from pathlib import Path
from onwatch_media.sandbox import give_up_rights
base = Path(sys.argv[1])
give_up_rights(reads=[base / "read"], writes=[base / "write"])
errors = {}
for code in json.load(sys.stdin):
    try:
        exec(code)
        errors[code] = ""
    except Exception as error:
        errors[code] = type(error).__name__
print(json.dumps(errors))
"""


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The error of each attempt by a process that may read in one folder and write in another; '' for none."""
    base = tmp_path_factory.mktemp("rights")
    for name in ("read", "write", "other"):
        (base / name).mkdir()
        (base / name / "file").write_text("content")
    tried = json.dumps([*LEFT, *FILES, *CALLS])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(base)], input=tried, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("code", LEFT)
def test_what_a_decoder_needs_is_left(errors: dict[str, str], code: str):
    assert errors[code] == ""


@needs_landlock
@pytest.mark.parametrize("code", FILES)
def test_other_files_are_out_of_reach(errors: dict[str, str], code: str):
    assert errors[code] == "PermissionError"


@needs_seccomp
@pytest.mark.parametrize("code", CALLS)
def test_network_programs_and_other_processes_are_out_of_reach(errors: dict[str, str], code: str):
    assert errors[code] == "PermissionError"


def test_a_machine_without_them_is_told_apart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert [each.partition(" ")[0] for each in missing_protection()] == ["Landlock", "seccomp"]
