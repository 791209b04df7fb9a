"""The programs in docs/integration.md and examples/ run as they stand there, with a token, on a system with logins."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from browser.server import running

from onwatch.configuration import configure
from onwatch_testkit.system import write_clip

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "integration.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
PATIENCE_S = 120.0
ENVIRON = {"ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD, "ONWATCH_CATALOG_WEBHOOK_TARGETS": "127.0.0.1"}


@dataclass
class Served:
    """A system behind a port, and a token of an operator."""

    url: str
    token: str
    administrators_token: str
    folder: Path

    async def run_documented(self, program: str, *arguments: str) -> str:
        """The output of a program of the document."""
        (text,) = (text for text in PROGRAMS if f": {program} " in text)
        file = self.folder / program
        file.write_text(text)
        return await self.run(file, *arguments)

    async def run(self, file: Path, *arguments: str) -> str:
        """The output of a program."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, file, *arguments),
            env={**os.environ, "ONWATCH_URL": self.url, "ONWATCH_TOKEN": self.token},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(PATIENCE_S):
            output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()
        return output.decode()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with running(configure(tmp_path / "data", environ=ENVIRON)) as system:
        http = system.http
        (await http.post("/api/session", json={"name": "admin", "password": PASSWORD})).raise_for_status()
        tokens = [
            (await http.post("/api/tokens", json={"name": role, "role": role})).raise_for_status().json()["secret"]
            for role in ("operator", "administrator")
        ]
        yield Served(system.front_end.address, *tokens, tmp_path)


async def test_the_examples_count_a_video_and_show_live_numbers(served: Served) -> None:
    clip = served.folder / "street.mp4"
    write_clip(clip)
    counted = await served.run_documented("count.py", str(clip))
    assert re.fullmatch(r"\d+ vehicles: \{.*\}\n", counted)
    async with httpx.AsyncClient(
        base_url=served.url, headers={"Authorization": f"Bearer {served.token}"}, timeout=60
    ) as http:
        (video,) = (await http.get("/api/videos")).json()["items"]
        metrics = (await http.get(f"/api/videos/{video['id']}/metrics")).json()
        assert (await http.delete(f"/api/videos/{video['id']}")).status_code == 403
    assert counted.startswith(f"{metrics['total_vehicles_count']} vehicles")
    assert metrics["total_vehicles_count"] > 0

    live = await served.run_documented("live.py", video["id"])
    assert "total_vehicles_count" in live


async def test_the_examples_work_one_after_the_other(served: Served) -> None:
    examples = ROOT / "examples"
    folder = served.folder / "clips"
    folder.mkdir()
    for name in ("gate 1.mp4", "gate 2.mp4"):
        write_clip(folder / name)
    (folder / "gate 3.mp4").write_text("no video")
    (folder / "notes.txt").write_text("not a video")

    counted = await served.run(examples / "count_folder.py", str(folder))
    lines = [line.split("\t") for line in counted.splitlines()]
    assert [(name, text.split(":")[0]) for name, text, *_ in lines] == [
        ("gate 3.mp4", "not uploaded"),
        ("gate 1.mp4", lines[1][1]),
        ("gate 2.mp4", lines[1][1]),
    ]
    assert lines[1][1].endswith(" vehicles")

    async with httpx.AsyncClient(
        base_url=served.url, headers={"Authorization": f"Bearer {served.token}"}, timeout=60
    ) as http:
        second, first = (video["id"] for video in (await http.get("/api/videos")).json()["items"])
        gate = {"name": "Middle", "points": [[0.5, 0.0], [0.5, 1.0]]}
        (await http.post(f"/api/videos/{first}/gates", json=gate)).raise_for_status()
        assert await served.run(examples / "copy_zones.py", first, "gate") == "copied to gate 2.mp4\n"
        copied = (await http.get(f"/api/videos/{second}/site")).json()["gates"]
    assert [each["name"] for each in copied] == ["Middle"]

    exported = served.folder / "csv"
    assert len((await served.run(examples / "nightly_csv.py", str(exported))).splitlines()) == 2
    assert await served.run(examples / "nightly_csv.py", str(exported)) == "", "there already"
    assert (exported / f"{first}.csv").read_text().startswith("vehicle")

    assert "have entered" in await served.run(examples / "live_counts.py", first)


async def test_a_program_is_told_when_a_video_is_counted(served: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "ONWATCH_URL": served.url, "ONWATCH_TOKEN": served.administrators_token}
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, ROOT / "examples" / "wait_for_webhook.py", f"http://127.0.0.1:{port}/"),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        assert await program.stdout.readline() == b"waiting\n"
        clip = served.folder / "street.mp4"
        write_clip(clip)
        counted = await served.run_documented("count.py", str(clip))
        told = (await program.stdout.read()).decode()
        assert await program.wait() == 0
    assert told == f"street.mp4: {counted.split()[0]} vehicles\n"
    async with httpx.AsyncClient(
        base_url=served.url, headers={"Authorization": f"Bearer {served.administrators_token}"}, timeout=60
    ) as http:
        assert (await http.get("/api/webhooks")).json()["items"] == []
