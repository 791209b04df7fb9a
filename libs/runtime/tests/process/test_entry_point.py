from __future__ import annotations

import sys
from contextlib import nullcontext

import pytest
from starlette.applications import Starlette

from onwatch_runtime.process.entry_point import main, main_without_bus
from onwatch_runtime.process.service import Service
from onwatch_runtime.settings import ServiceSettings


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


def test_an_unknown_argument_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["onwatch_toy", "dance"])
    with pytest.raises(SystemExit) as ended:
        main_without_bus("toy", ToySettings, build_toy)
    assert ended.value.code == 2
    assert "dance" in capsys.readouterr().err
