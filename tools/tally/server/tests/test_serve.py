"""The server of `onwatch tally`, from its options to the page."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import socket
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
from onwatch_tally.serve import CannotTally, TallyOptions, serve

CROSSED = ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9))


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    return configure(tmp_path / "scratch", environ={"ONWATCH_DETECTOR_DOWNLOAD": "false"}).without_logins()


@pytest.fixture
def options(tmp_path: Path, clip: Path) -> TallyOptions:
    scratch, page = tmp_path / "scratch", tmp_path / "static"
    scratch.mkdir()
    page.mkdir()
    (page / "index.html").write_text("<title>Tally</title>")
    return TallyOptions(clip, None, Anchor.CENTER, tmp_path / "data", scratch, open_browser=False, static_dir=page)


@asynccontextmanager
async def counting(options: TallyOptions, configuration: Configuration) -> AsyncIterator[httpx.AsyncClient]:
    """A client at the printed address; the server is stopped with SIGINT, as by Ctrl+C."""
    said = io.StringIO()
    running = asyncio.create_task(serve(options, configuration, Console(file=said, width=200)))
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


async def test_marks_survive_a_restart_and_fresh_renames_their_file(
    options: TallyOptions, configuration: Configuration
) -> None:
    async with counting(options, configuration) as http:
        assert "<title>Tally</title>" in (await http.get("/")).text
        await press(http, "a", 1.5)
    async with counting(options, configuration) as http:
        assert [mark["at_s"] for mark in (await http.get("/api/tally/marks")).json()["marks"]] == [1.5]
    async with counting(replace(options, fresh=True), configuration) as http:
        assert (await http.get("/api/tally/marks")).json() == {"marks": [], "until_s": None}
    kept = list((options.data_dir / "tallies").glob("three-*.1.json"))
    assert [json.loads(path.read_text())["marks"][0]["id"] for path in kept] == ["a"]


async def test_another_region_is_another_count(options: TallyOptions, configuration: Configuration) -> None:
    async with counting(options, configuration) as http:
        await press(http, "a", 1.5)
    triangle = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))
    async with counting(replace(options, roi=triangle), configuration) as http:
        assert (await http.get("/api/tally/marks")).json()["marks"] == []
        assert (await http.get("/api/tally")).json()["roi"] == [list(point) for point in triangle]


async def test_an_unreadable_record_is_refused_by_name(options: TallyOptions, configuration: Configuration) -> None:
    async with counting(options, configuration) as http:
        await press(http, "a", 1.5)
    (kept,) = (options.data_dir / "tallies").iterdir()
    kept.write_text("{")
    with pytest.raises(CannotTally, match=f"{re.escape(kept.name)} cannot be read.*--fresh"):
        await serve(options, configuration, Console(file=io.StringIO()))


@pytest.mark.parametrize(
    ("roi", "said"),
    [(CROSSED, "is not a simple polygon"), (CROSSED[:2], "it has 2 points; expected 3 to 64")],
)
async def test_an_invalid_region_is_refused(
    options: TallyOptions, configuration: Configuration, roi: Points, said: str
) -> None:
    with pytest.raises(CannotTally, match=said):
        await serve(replace(options, roi=roi), configuration, Console(file=io.StringIO()))


async def test_a_file_that_is_no_video_is_refused_and_leaves_nothing(
    options: TallyOptions, configuration: Configuration, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.mp4"
    notes.write_text("no video")
    with pytest.raises(CannotTally, match=r"notes\.mp4: The file is not a video"):
        await serve(replace(options, file=notes), configuration, Console(file=io.StringIO()))
    assert not options.data_dir.exists()


async def test_a_port_in_use_is_refused_by_number(options: TallyOptions, configuration: Configuration) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotTally, match=f"cannot serve on port {port}: Address already in use"):
            await serve(replace(options, port=port), configuration, Console(file=io.StringIO()))


async def test_without_a_built_page_the_error_says_how_to_build_it(
    options: TallyOptions, configuration: Configuration, tmp_path: Path
) -> None:
    (tmp_path / "static" / "index.html").unlink()
    with pytest.raises(CannotTally, match=r"no index\.html in .*make page"):
        await serve(options, configuration, Console(file=io.StringIO()))
