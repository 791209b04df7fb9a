"""`onwatch tally`, from what was asked for to the page and back."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from onwatch.configuration import Configuration, configure
from onwatch.roi import Points
from onwatch_contracts.values import Anchor
from onwatch_tally.serve import CannotTally, Wanted, tally

ONWATCH = str(Path(sys.executable).with_name("onwatch"))
CROSSED = ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9))


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    """With a page that is built, and nothing to download."""
    page = tmp_path / "static"
    page.mkdir()
    (page / "tally.html").write_text("<title>Tally</title>")
    environ = {"ONWATCH_DASHBOARD_STATIC_DIR": str(page), "ONWATCH_DETECTOR_DOWNLOAD": "false"}
    return configure(tmp_path / "scratch", environ=environ)


@pytest.fixture
def wanted(tmp_path: Path, clip: Path) -> Wanted:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Wanted(clip, None, Anchor.CENTER, tmp_path / "data", scratch, open_browser=False)


@asynccontextmanager
async def counting(wanted: Wanted, configuration: Configuration) -> AsyncIterator[httpx.AsyncClient]:
    """A client at the address that is printed; the program is told to stop as by Ctrl+C, and does."""
    said = io.StringIO()
    running = asyncio.create_task(tally(wanted, configuration, Console(file=said, width=200)))
    async with asyncio.timeout(60):
        while not (found := re.search(r"Count at (http://\S+)", said.getvalue())):
            assert not running.done() or running.result()
            await asyncio.sleep(0.02)
        async with httpx.AsyncClient(base_url=found[1], transport=httpx.AsyncHTTPTransport(retries=20)) as client:
            yield client
        os.kill(os.getpid(), signal.SIGINT)
        await running


async def press(http: httpx.AsyncClient, name: str, at_s: float) -> None:
    answer = await http.put(f"/api/tally/marks/{name}", json={"vehicle_type": "car", "at_s": at_s})
    assert answer.status_code == 200, answer.text


async def test_marks_outlive_the_program_and_fresh_sets_them_aside(
    wanted: Wanted, configuration: Configuration
) -> None:
    async with counting(wanted, configuration) as http:
        assert "<title>Tally</title>" in (await http.get("/")).text
        await press(http, "a", 1.5)
    async with counting(wanted, configuration) as http:
        assert [mark["at_s"] for mark in (await http.get("/api/tally/marks")).json()["marks"]] == [1.5]
    async with counting(replace(wanted, fresh=True), configuration) as http:
        assert (await http.get("/api/tally/marks")).json() == {"marks": [], "until_s": None}
    kept = list((wanted.data_dir / "tallies").glob("three-*.1.json"))
    assert [json.loads(path.read_text())["marks"][0]["id"] for path in kept] == ["a"]


async def test_another_region_is_another_count(wanted: Wanted, configuration: Configuration) -> None:
    async with counting(wanted, configuration) as http:
        await press(http, "a", 1.5)
    triangle = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))
    async with counting(replace(wanted, roi=triangle), configuration) as http:
        assert (await http.get("/api/tally/marks")).json()["marks"] == []
        assert (await http.get("/api/tally")).json()["roi"] == [list(point) for point in triangle]


async def test_a_count_that_cannot_be_read_stops_the_start_and_is_named(
    wanted: Wanted, configuration: Configuration
) -> None:
    async with counting(wanted, configuration) as http:
        await press(http, "a", 1.5)
    (kept,) = (wanted.data_dir / "tallies").iterdir()
    kept.write_text("{")
    with pytest.raises(CannotTally, match=f"{re.escape(kept.name)} cannot be read.*--fresh"):
        await tally(wanted, configuration, Console(file=io.StringIO()))


@pytest.mark.parametrize(
    ("roi", "said"),
    [(CROSSED, "is not a simple polygon"), (CROSSED[:2], "it has 2 points; expected 3 to 64")],
)
async def test_a_region_that_is_none_is_refused(
    wanted: Wanted, configuration: Configuration, roi: Points, said: str
) -> None:
    with pytest.raises(CannotTally, match=said):
        await tally(replace(wanted, roi=roi), configuration, Console(file=io.StringIO()))


async def test_what_is_no_video_is_refused_and_leaves_nothing(
    wanted: Wanted, configuration: Configuration, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.mp4"
    notes.write_text("no video")
    with pytest.raises(CannotTally, match=r"notes\.mp4: The file is not a video"):
        await tally(replace(wanted, file=notes), configuration, Console(file=io.StringIO()))
    assert not wanted.data_dir.exists()


async def test_a_port_that_is_taken_is_named(wanted: Wanted, configuration: Configuration) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotTally, match=f"cannot serve on port {port}: Address already in use"):
            await tally(replace(wanted, port=port), configuration, Console(file=io.StringIO()))


async def test_a_page_that_is_not_built_says_how_to_build_it(
    wanted: Wanted, configuration: Configuration, tmp_path: Path
) -> None:
    (tmp_path / "static" / "tally.html").unlink()
    with pytest.raises(CannotTally, match=r"no tally\.html in .*make page"):
        await tally(wanted, configuration, Console(file=io.StringIO()))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["missing.mp4"], 2, "missing.mp4: there is no such file"),
        (["notes.mp4", "--json", "none/out.json"], 2, "--json: there is no folder none"),
        (["notes.mp4", "--no-open"], 1, "notes.mp4: The file is not a video"),
        (["--help"], 0, "MAPE, GEH"),
    ],
)
def test_the_program_says_what_is_wrong_in_its_exit_code_too(
    arguments: list[str], code: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [ONWATCH, "tally", *arguments], capture_output=True, text=True, env=environ, cwd=tmp_path, check=False
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
