"""The dialogue of `onwatch doctor`: output, confirmation, exit code."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from onwatch.cli import app
from onwatch_aggregator.results import migrate as migrate_aggregator
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.records.database import migrate as migrate_catalog
from onwatch_catalog.settings import CatalogSettings


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A data folder with one folder of no video, changed long ago."""
    await migrate_catalog(CatalogSettings(data_dir=tmp_path))
    await migrate_aggregator(AggregatorSettings(data_dir=tmp_path))
    orphan = tmp_path / "media" / "nobody"
    orphan.mkdir(parents=True)
    (orphan / "source.mp4").write_bytes(b"x")
    for changed in (orphan / "source.mp4", orphan):
        os.utime(changed, (1e9, 1e9))
    return tmp_path


async def doctor(data: Path, *arguments: str, answer: str | None = None, **environ: str) -> Result:
    """In a thread: the command has an event loop of its own."""
    given = ["doctor", "--data-dir", str(data), "--settle", "0", *arguments]
    env = {"COLUMNS": "200", "NO_COLOR": "1", **environ}
    return await asyncio.to_thread(CliRunner().invoke, app, given, input=answer, env=env)


def orphan_of(data: Path) -> Path:
    return data / "media" / "nobody" / "source.mp4"


async def test_a_check_changes_nothing_and_exits_with_1_when_it_finds_something(data: Path) -> None:
    done = await doctor(data)

    assert done.exit_code == 1, done.output
    assert "folder_without_video" in done.stdout
    assert "nobody" in done.stdout
    assert "remove the folder" in done.stdout
    assert f"the data folder {data}" in " ".join(done.stderr.split())
    assert orphan_of(data).exists()


async def test_fix_repairs_and_the_next_check_finds_nothing(data: Path) -> None:
    fixed = await doctor(data, "--fix", "--yes")
    assert fixed.exit_code == 0, fixed.output
    assert "1 repaired, 0 left" in fixed.stdout
    assert not orphan_of(data).exists()

    again = await doctor(data)
    assert (again.exit_code, "Nothing found" in again.stdout) == (0, True), again.output


async def test_without_a_terminal_and_without_yes_nothing_is_changed(data: Path) -> None:
    refused = await doctor(data, "--fix")

    assert refused.exit_code == 1
    assert "--yes is not given, and there is no terminal" in " ".join(refused.stderr.split())
    assert orphan_of(data).exists()


@pytest.mark.parametrize(("answer", "stays"), [("n\n", True), ("y\n", False)])
async def test_at_a_terminal_fix_asks_for_confirmation(data: Path, answer: str, stays: bool, monkeypatch: Any) -> None:
    monkeypatch.setattr("onwatch.doctor.command.at_a_terminal", lambda: True)
    done = await doctor(data, "--fix", answer=answer)

    assert "Repair 1 of these?" in done.stderr
    assert orphan_of(data).exists() == stays
    assert done.exit_code == int(stays)


async def test_json_lists_findings_and_whether_they_were_repaired(data: Path) -> None:
    checked = await doctor(data, "--json")
    assert checked.exit_code == 1
    (finding,) = json.loads(checked.stdout)["findings"]
    assert (finding["place"], finding["kind"], finding["subject"]) == ("files", "folder_without_video", "nobody")
    assert (finding["repaired"], finding["failure"]) == (False, None)

    fixed = await doctor(data, "--json", "--fix", "--yes")
    assert fixed.exit_code == 0
    assert [finding["repaired"] for finding in json.loads(fixed.stdout)["findings"]] == [True]


async def test_young_files_are_ignored(data: Path) -> None:
    os.utime(orphan_of(data))

    assert (await doctor(data)).exit_code == 0
    assert (await doctor(data, "--min-age", "0")).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "environ", "said"),
    [
        ([], {"ONWATCH_CATALOG_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "cannot check: RabbitMQ"),
        (["--requeue"], {}, "cannot check: RabbitMQ: there is none in the one-process mode"),
        ([], {"ONWATCH_CATALOG_HEARTBEAT": "2"}, "unknown setting ONWATCH_CATALOG_HEARTBEAT"),
    ],
)
async def test_an_unavailable_store_is_named_and_exits_with_2(
    data: Path, arguments: list[str], environ: dict[str, str], said: str
) -> None:
    if "ONWATCH_CATALOG_DATABASE_URL" in environ:
        environ = environ | {"ONWATCH_CATALOG_BUS_URL": "amqp://guest:guest@127.0.0.1:1/"}
    done = await doctor(data, *arguments, **environ)

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.output


async def test_a_folder_without_databases_is_refused_and_stays_empty(tmp_path: Path) -> None:
    done = await doctor(tmp_path)

    assert done.exit_code == 2
    assert "catalog.db is not there" in " ".join(done.stderr.split())
    assert not os.listdir(tmp_path)  # noqa: PTH208 no coroutine waits for a path
