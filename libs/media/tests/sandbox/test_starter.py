"""Processes that are forked from one that has the libraries, and end whatever they do."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from onwatch_media.sandbox.fork_server import ForkServer
from onwatch_media.sandbox.starter import NotStarted, ProcessStarter, StartedProcess

WAIT_S = 60.0
SERVED = """
    import errno, os, pathlib, stat

    fork = os.fork

    def limited_fork():
        if pathlib.Path(__file__).with_name("no-processes").exists():
            raise BlockingIOError(errno.EAGAIN, "no more")
        return fork()

    os.fork = limited_fork

    def is_socket(handle):
        return stat.S_ISSOCK(os.fstat(handle).st_mode)

    def serve(job, channels):
        for channel in channels:
            channel.sendall(f"{job['name']} {os.getppid()} {'SECRET' in os.environ} {is_socket(0)}\\n".encode())
        if job["name"] == "fails":
            raise ValueError("as ordered")
        while job["name"] == "spins":
            pass
        channels[0].recv(1)
"""


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessStarter]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "served_for_test.py").write_text(textwrap.dedent(SERVED))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder))
        patch.setenv("SECRET", "secret")
        starter = ProcessStarter("served_for_test")
        starter.warm_up()
        yield starter
        starter.close()


def told(channel: socket.socket) -> list[str]:
    channel.settimeout(WAIT_S)
    with channel.makefile() as lines:
        return lines.readline().split()


def is_gone(process: StartedProcess) -> bool:
    return process.exit_code(WAIT_S) is not None


def test_each_job_has_a_process_with_its_channels_and_no_secrets(starter: ProcessStarter):
    with closing(starter.start({"name": "one"}, 2)) as one, closing(starter.start({"name": "two"}, 1)) as two:
        assert one.pid != two.pid
        (server,) = {told(each)[1] for each in (*one.channels, *two.channels)}
        assert server not in (str(os.getpid()), "1")
    with closing(starter.start({"name": "one"}, 1)) as one:
        assert told(one.channels[0])[::2] == ["one", "False"]


def test_a_process_does_not_have_the_socket_of_jobs(starter: ProcessStarter):
    with closing(starter.start({"name": "one"}, 1)) as process:
        assert told(process.channels[0])[3] == "False"


def test_a_job_that_is_given_up_as_its_process_ends_ends_no_other():
    ours, theirs = socket.socketpair()
    with ours, theirs, subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait(WAIT_S)
        # As where one round of events has first the end of the process, which is reaped, and then that of its job.
        server = ForkServer(theirs, lambda job, channels: None)
        with server._woken, server._wake, server._selector:
            server._end(ended.pid)


def test_a_process_ends_with_its_channel(starter: ProcessStarter):
    with closing(starter.start({"name": "one"}, 1)) as process:
        process.channels[0].shutdown(socket.SHUT_WR)
        assert process.exit_code(WAIT_S) == 0
        assert process.exit_code(WAIT_S) == 0, "also when asked again"


def test_a_process_that_spins_is_ended(starter: ProcessStarter):
    with closing(starter.start({"name": "spins"}, 1)) as process:
        process.kill()
        process.kill()
        assert process.exit_code(WAIT_S) == -signal.SIGKILL


def test_a_stopped_process_is_ended_when_it_is_closed(starter: ProcessStarter):
    process = starter.start({"name": "one"}, 1)
    os.kill(process.pid, signal.SIGSTOP)
    process.kill()
    assert is_gone(process)
    process.close()


def test_how_a_process_ended_is_told(starter: ProcessStarter, capfd: pytest.CaptureFixture[str]):
    with closing(starter.start({"name": "fails"}, 1)) as process:
        assert process.exit_code(WAIT_S) == 1
    with closing(starter.start({"name": "one"}, 1)) as process:
        told(process.channels[0])
        os.kill(process.pid, signal.SIGSEGV)
        assert process.exit_code(WAIT_S) == -signal.SIGSEGV


def test_a_fork_server_that_ended_is_started_again(starter: ProcessStarter):
    with closing(starter.start({"name": "one"}, 1)) as process:
        server = int(told(process.channels[0])[1])
        os.kill(server, signal.SIGKILL)
        assert process.channels[0].recv(1) == b"", "the process ended with it"
    with closing(starter.start({"name": "two"}, 1)) as process:
        assert int(told(process.channels[0])[1]) != server


def test_processes_end_with_the_starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "served_for_test.py").write_text(textwrap.dedent(SERVED))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    starter = ProcessStarter("served_for_test")
    with closing(starter.start({"name": "spins"}, 1)) as process:
        told(process.channels[0])
        starter.close()
        assert process.channels[0].recv(1) == b""


def test_a_lack_of_processes_is_told_and_ends_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "served_for_test.py").write_text(textwrap.dedent(SERVED))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with closing(ProcessStarter("served_for_test")) as starter, closing(starter.start({"name": "one"}, 1)) as one:
        (_, server, *_) = told(one.channels[0])
        (tmp_path / "no-processes").touch()
        with pytest.raises(NotStarted, match="this machine can start no process: Resource temporarily unavailable"):
            starter.start({"name": "two"}, 1)
        (tmp_path / "no-processes").unlink()
        assert one.exit_code(0.0) is None
        with closing(starter.start({"name": "two"}, 1)) as two:
            assert told(two.channels[0])[1] == server


def test_a_lack_of_files_is_told(starter: ProcessStarter, monkeypatch: pytest.MonkeyPatch):
    def fails() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socketpair", fails)
    with pytest.raises(NotStarted, match="Too many open files"):
        starter.start({}, 1)


def test_a_module_that_cannot_be_imported_is_told(capfd: pytest.CaptureFixture[str]):
    starter = ProcessStarter("no_such_module")
    with pytest.raises(NotStarted, match="decoders"):
        starter.start({}, 1)
    starter.close()
