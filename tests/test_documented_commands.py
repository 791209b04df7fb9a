"""Every command of the README, the tutorial and the pages of how to do things runs as it stands there.

What cannot run here is in `NOT_RUN` with the reason, and settings are compared with those that exist.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from browser.server import System, running
from documented import ROOT, Command, commands, pages, split
from service_process import fork_program

from onwatch.configuration import configure
from onwatch_synthetic import SAMPLE, Scene
from onwatch_testkit.system import write_clip

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PASSWORD = "correct horse battery"
PATIENCE_S = 550.0
PROGRAM = re.compile(r"(\.venv/bin/)?onwatch ")
AN_HOUR_AGO_S = 3600

NOT_RUN = {
    r"make (up|test)": "of whoever runs these tests: test_cli.py starts `onwatch up`",
    r"make (compose-up|compose-down)|docker ": "needs a Docker engine: `make test-compose`",
    r"kubectl |helm ": "needs a cluster: test_manifests.py renders the chart and validates every object",
    r"python -m venv|onwatch/bin/|uv tool|pip install": "needs a package index: `make test-dist`",
    r"mosquitto_sub": "needs a broker: test_mqtt.py reads these topics",
    r"\S*onwatch (backup|restore)|env -i .* onwatch ": "tests/backup and its drill",
    r"(ONWATCH_OPS_URLS=.* )?\S*onwatch status": "tests/status",
    r"\S*onwatch doctor": "tests/doctor",
    r"\S*onwatch tally": "waits for a person: tests of tools/tally",
    r"\S*onwatch up|\S*onwatch run ": "serves until it is stopped: test_cli.py and test_processes.py",
    r"\S*onwatch model quantize": "minutes, and needs weights: test_quantization.py",
    r"ONWATCH_URL=.* python count.py": "test_integration_examples.py runs this program",
    r"set -a; \. ": "reads the passwords of an installation",
    r"(export )?\w+=[^ ]*\.\.\.": "a value that the reader puts in",
}
"""Commands by the beginning of their text, and why they do not run here, or what runs them."""

SETTING = re.compile(r"(?:export )?((?:[A-Z][A-Z0-9_]+=\S* ?)+)")
DOCUMENTED_NAMES = frozenset(
    re.findall(r"^\| `([A-Z0-9_<>]+)` \|", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.MULTILINE)
)
OTHER_NAMES = frozenset({"ONWATCH", "OTEL_EXPORTER_OTLP_ENDPOINT"})
"""Of a script in examples/, and of OpenTelemetry."""

GATE = """
{"type": "FeatureCollection", "features": [
  {"type": "Feature", "id": "middle", "properties": {"name": "Middle"},
   "geometry": {"type": "LineString", "coordinates": [[0.02, 0.6], [0.98, 0.6]]}}],
 "movements": [{"movement_id": "on", "name": "Straight on", "steps": [{"gate_id": "middle"}]}]}
"""

ALL = [command for page in pages() for command in commands(page)]


def reason_not_to_run(text: str) -> str | None:
    return next((reason for pattern, reason in NOT_RUN.items() if re.match(pattern, text)), None)


@dataclass(frozen=True)
class Place:
    """A folder like that of the sources, with clips, and what the variables of the documents stand for."""

    folder: Path
    environ: dict[str, str]

    async def run(self, text: str) -> str:
        """The output of a command, which has to succeed."""
        code, output = await (self._forked(text) if PROGRAM.match(text) else self._by_a_shell(text))
        assert code == 0, f"{text}\n{output}"
        return output

    async def _forked(self, text: str) -> tuple[int | None, str]:
        """`onwatch` in a process that is forked from one that has imported it, which saves seconds."""
        arguments = shlex.split(re.sub(r"\$(\w+)", lambda found: self.environ[found[1]], text))[1:]
        done = await asyncio.to_thread(
            fork_program, arguments, self.environ, folder=self.folder, timeout_s=int(PATIENCE_S)
        )
        return done.returncode, done.stdout + done.stderr

    async def _by_a_shell(self, text: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", f'curl() {{ command curl --fail-with-body "$@"; }}\n{text}'),
            cwd=self.folder,
            env=self.environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(PATIENCE_S):
            output, _ = await process.communicate()
        return process.returncode, output.decode()


def like_the_sources(folder: Path) -> None:
    """What the commands expect to find in the folder in which they are run."""
    for name in (".venv", "examples", "libs"):
        (folder / name).symlink_to(ROOT / name)
    sample = folder / "src/onwatch/assets/sample.mp4"
    sample.parent.mkdir(parents=True)
    write_clip(sample)
    recording = folder / "recordings/north.mp4"
    recording.parent.mkdir()
    for copy in (recording, folder / "street.mp4", folder / "clip.mp4"):
        shutil.copy(sample, copy)
    os.utime(recording, (recording.stat().st_mtime - AN_HOUR_AGO_S,) * 2)
    for name in ("gate.json", "site.json"):
        (folder / name).write_text(GATE)


def variables(folder: Path, url: str, token: str, videos: list[str]) -> dict[str, str]:
    """What the documents call them; programs of this environment come first."""
    first, second = videos
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "NO_COLOR": "1",
        "ONWATCH": str(Path(sys.executable).with_name("onwatch")),
        "ONWATCH_DATA_DIR": str(folder / "data"),
        "ONWATCH_DETECTOR_DOWNLOAD": "false",
        "ONWATCH_URL": url,
        "ONWATCH_TOKEN": token,
        "LOGIN": f"Authorization: Bearer {token}",
        **dict.fromkeys(("ID", "ONE", "VIDEO_ID"), first),
        "TWO": second,
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("sources")
    like_the_sources(folder)
    environ = {"ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD, "ONWATCH_CATALOG_WEBHOOK_TARGETS": "hooks.example"}
    async with running(configure(tmp_path_factory.mktemp("data"), environ=environ)) as system:
        (await system.http.post("/api/session", json={"name": "admin", "password": PASSWORD})).raise_for_status()
        made = await system.http.post("/api/tokens", json={"name": "documents", "role": "administrator"})
        token = made.raise_for_status().json()["secret"]
        videos = [await counted(system, folder / "street.mp4", f"cam_20260131_{hour}0000") for hour in ("08", "09")]
        yield Place(folder, variables(folder, system.front_end.address, token, videos))


async def counted(system: System, clip: Path, name: str) -> str:
    """The id of a video whose gates are counted."""
    video_id = await system.upload(clip, name)
    sent = {"content": GATE, "headers": {"content-type": "application/json"}}
    (await system.http.put(f"/api/videos/{video_id}/site", **sent)).raise_for_status()
    (await system.http.post(f"/api/videos/{video_id}/analysis")).raise_for_status()
    async with asyncio.timeout(PATIENCE_S):
        while (await system.get(f"/api/videos/{video_id}/results"))["counted_with"] is None:  # noqa: ASYNC110 nobody tells this client
            await asyncio.sleep(0.1)
    return video_id


def as_written(text: str) -> str:
    """A command with what its placeholders stand for."""
    return re.sub(r"(?<![$\w])VIDEO_ID", "$VIDEO_ID", text.replace('"password": "..."', f'"password": "{PASSWORD}"'))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
async def test_the_commands_of_a_page_run_one_after_the_other(page: Path, place: Place) -> None:
    for command in commands(page):
        if not SETTING.fullmatch(command.text) and not reason_not_to_run(command.text):
            await place.run(as_written(command.text))


@pytest.mark.parametrize("command", [each for each in ALL if SETTING.fullmatch(each.text)], ids=str)
async def test_variables_that_are_set_exist(command: Command) -> None:
    names = {word.partition("=")[0] for word in command.text.removeprefix("export ").split()}
    of_every_service = {re.sub(r"^ONWATCH_[A-Z]+_", "ONWATCH_<NAME>_", name) for name in names - DOCUMENTED_NAMES}
    assert of_every_service - OTHER_NAMES <= DOCUMENTED_NAMES


@pytest.mark.parametrize("pattern", NOT_RUN)
async def test_the_list_of_what_does_not_run_here_is_of_commands_in_the_documents(pattern: str) -> None:
    assert [command for command in ALL if re.match(pattern, command.text)]


FAKE = """#!/bin/sh
[ "$1 $3 $4" = "analyze --engine motion" ] || exit 2
grep -q 'no video' "$2" && exit 1
echo '{"total_vehicles_count": 3}'
"""


async def test_the_script_for_every_night_counts_each_video_once(tmp_path: Path) -> None:
    """With a program that answers at once; the page runs it with the real one."""
    folder, results, program = tmp_path / "in", tmp_path / "out", tmp_path / "onwatch"
    folder.mkdir()
    program.write_text(FAKE)
    program.chmod(0o755)
    for name, text in {
        "a 1.mp4": "",
        "counted.MP4": "",
        "bad.mp4": "no video",
        "fresh.mp4": "",
        "notes.txt": "",
    }.items():
        (folder / name).write_text(text)
        if name != "fresh.mp4":  # a recorder may still write it
            os.utime(folder / name, (time.time() - AN_HOUR_AGO_S,) * 2)
    results.mkdir()
    (results / "counted.MP4.json").write_text("kept")
    command = ("sh", ROOT / "examples/count_nightly.sh", folder, results, "--engine", "motion")
    environ = {**os.environ, "ONWATCH": str(program)}
    done = await asyncio.to_thread(
        subprocess.run, command, env=environ, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 1
    assert done.stderr == f"not counted: {folder}/bad.mp4\n"
    assert sorted(path.name for path in results.iterdir()) == ["a 1.mp4.json", "counted.MP4.json"]
    assert json.loads((results / "a 1.mp4.json").read_text())["total_vehicles_count"] == 3
    assert (results / "counted.MP4.json").read_text() == "kept"


async def test_the_number_in_the_tutorial_is_the_truth_of_the_sample() -> None:
    scene = Scene(SAMPLE)
    truth = scene.truth(scene.default_roi, "bottom_center").total_vehicles_count
    text = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    assert f"{truth} vehicles enter its region" in text
    assert f"\ntotal_vehicles_count   {truth}\n" in text


async def test_blocks_are_split_into_commands() -> None:
    block = "# a comment\na --b \\\n  c  # why\ncat > d <<'END'\ne\nEND\nf '{\n}'\n"
    assert list(split(block)) == ["a --b \\\n  c", "cat > d <<'END'\ne\nEND", "f '{\n}'"]
