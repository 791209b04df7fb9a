from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from onwatch_testkit.servers.programs import (
    PROGRAMS,
    first_program,
    given_program,
    is_alive,
    is_suspended,
    process_tree,
    search_path,
)


def test_the_first_installed_program_is_found():
    assert first_program("no-such-program", "sh") == Path(first_program("sh") or "")
    assert first_program("no-such-program") is None


def test_a_program_in_the_given_folders_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    installed = first_program("sh")
    assert given_program("sh") is None
    own = tmp_path / "second/sh"
    own.parent.mkdir()
    own.write_text("#!/bin/true\n")
    own.chmod(0o755)
    monkeypatch.setenv(PROGRAMS, f"{tmp_path}/first:{own.parent}")
    assert first_program("/bin/sh", "sh") == given_program("no-such-program", "sh") == own
    assert first_program("sleep") != own
    assert search_path().split(":")[:2] == [f"{tmp_path}/first", str(own.parent)]
    monkeypatch.delenv(PROGRAMS)
    assert first_program("sh") == installed


def test_a_process_tree_has_the_process_and_its_descendants():
    command = ["/bin/sh", "-c", "sleep 60 & echo $!; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert process_tree(parent.pid) == [parent.pid, child]
        assert is_alive(parent.pid)
        os.kill(child, signal.SIGKILL)  # for which the parent waits
    assert not is_alive(parent.pid)


def test_a_process_is_suspended_between_two_signals():
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        assert not is_suspended(process.pid)
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        assert is_suspended(process.pid)
        process.send_signal(signal.SIGCONT)
        os.waitid(os.P_PID, process.pid, os.WCONTINUED)
        assert not is_suspended(process.pid)
        process.kill()
