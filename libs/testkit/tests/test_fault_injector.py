from __future__ import annotations

import io

import pytest

from onwatch_testkit.fault_injector import Crash, Life, Mortal


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
async def test_it_dies_before_a_call_or_right_after_it_and_stays_dead(steps: int, done: list[str]) -> None:
    port = Port()
    life = Life(steps)
    mortal = Mortal(port, life)

    async def live() -> None:
        for name in ("a", "b", "c"):
            assert await mortal.write(name) == name

    with pytest.raises(Crash):
        await live()
    assert port.done == done
    with pytest.raises(Crash):
        await mortal.write("again")


def test_what_a_dead_process_had_opened_is_closed() -> None:
    port = Port()
    with pytest.raises(Crash):
        Mortal(port, Life(1)).open("a")
    assert port.file.closed
    assert Mortal(Port(), Life(2)).open("a").closed is False
