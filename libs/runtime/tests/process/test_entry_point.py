from __future__ import annotations

import sys
from contextlib import nullcontext

import pytest
from starlette.applications import Starlette

from onwatch_runtime.bus import Bus
from onwatch_runtime.errors import StartRefused
from onwatch_runtime.process.entry_point import main, main_without_bus
from onwatch_runtime.process.service import Service
from onwatch_runtime.settings import ServiceSettings
from onwatch_testkit.servers import free_port


class ToySettings(ServiceSettings, env_prefix="ONWATCH_TOY_"):
    """No settings of its own."""


def build_toy(settings: ToySettings) -> Service:
    return Service("toy", Starlette(), nullcontext)


def test_an_unknown_setting_is_named_and_exits_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONWATCH_TOY_PROT", "80")
    with pytest.raises(SystemExit) as ended:
        main_without_bus("toy", ToySettings, build_toy)
    assert ended.value.code == 2
    assert "ONWATCH_TOY_PROT" in capsys.readouterr().err


def test_the_argument_migrate_only_migrates(monkeypatch: pytest.MonkeyPatch) -> None:
    migrated: list[ToySettings] = []

    async def migrate(settings: ToySettings) -> None:
        migrated.append(settings)

    monkeypatch.setattr(sys, "argv", ["onwatch_toy", "migrate"])
    main("toy", ToySettings, lambda settings, bus: build_toy(settings), migrate)
    assert len(migrated) == 1


async def refuse_to_migrate(settings: ToySettings) -> None:
    raise StartRefused("the toy box is of another kind")


def build_refused(settings: ToySettings, bus: Bus) -> Service:
    raise StartRefused("the toy box is of another kind")


@pytest.mark.parametrize("arguments", [[], ["migrate"]], ids=["run", "migrate"])
def test_a_start_that_is_refused_is_one_line_in_the_log_and_exits_with_3(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for port in ("PORT", "OPS_PORT"):
        monkeypatch.setenv(f"ONWATCH_TOY_{port}", str(free_port()))
    monkeypatch.setenv("ONWATCH_TOY_BUS_URL", "memory://")
    monkeypatch.setattr(sys, "argv", ["onwatch_toy", *arguments])
    with pytest.raises(SystemExit) as ended:
        main("toy", ToySettings, build_refused, refuse_to_migrate)
    assert ended.value.code == 3
    written = capsys.readouterr().err
    assert "toy does not start: the toy box is of another kind" in written
    assert "Traceback" not in written


def test_an_unknown_argument_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["onwatch_toy", "dance"])
    with pytest.raises(SystemExit) as ended:
        main_without_bus("toy", ToySettings, build_toy)
    assert ended.value.code == 2
    assert "dance" in capsys.readouterr().err
