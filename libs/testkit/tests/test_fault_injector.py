from __future__ import annotations

import io

import pytest

from onwatch_testkit.fault_injector import Crash, CrashAfter, FaultInjector


class Port:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.file = io.BytesIO()

    def open(self, name: str) -> io.BytesIO:
        self.done.append(name)
        return self.file

    async def write(self, name: str) -> str:
        self.done.append(name)
        return name


@pytest.mark.parametrize(("steps", "done"), [(0, []), (1, ["a"]), (2, ["a"]), (3, ["a", "b"])])
async def test_it_crashes_before_a_call_or_right_after_it_and_stays_down(steps: int, done: list[str]) -> None:
    port = Port()
    crash_after = CrashAfter(steps)
    injector = FaultInjector(port, crash_after)

    async def live() -> None:
        for name in ("a", "b", "c"):
            assert await injector.write(name) == name

    with pytest.raises(Crash):
        await live()
    assert port.done == done
    with pytest.raises(Crash):
        await injector.write("again")


def test_files_opened_by_a_crashed_process_are_closed() -> None:
    port = Port()
    with pytest.raises(Crash):
        FaultInjector(port, CrashAfter(1)).open("a")
    assert port.file.closed
    assert FaultInjector(Port(), CrashAfter(2)).open("a").closed is False
