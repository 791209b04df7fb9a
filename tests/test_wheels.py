"""What `make dist` built: complete, and installed by pip in an empty environment it counts and leaves nothing behind.

`make test-dist` runs it, because pip takes the newest versions that the members allow from the index: unlike other
tests, this one can fail without a change of this repository.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from onwatch_testkit.api_client import assert_true, is_finished, rows_of, until, upload, watching, write_short_clip

pytestmark = [pytest.mark.dist, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
ADDRESS = re.compile(r"Onwatch is ready: (\S+)")
SCRIPT = re.compile(r'<script type="module"[^>]* src="([^"]+)"')
INSTALLED = ("onwatch", "onwatch_tally", "onwatch_client")
CARRIED = {
    "onwatch": ("onwatch/assets/sample.mp4", "onwatch/assets/sample.json", "onwatch/all_in_one.env"),
    "onwatch_dashboard": ("onwatch_dashboard/static/index.html",),
    "onwatch_tally": ("onwatch_tally/static/index.html",),
    "onwatch_catalog": ("onwatch_catalog/migrations/versions/0001_videos.py",),
    "onwatch_aggregator": ("onwatch_aggregator/migrations/versions/0001_runs_and_vehicles.py",),
}
"""Files that a wheel and its sdist need besides modules, by distribution."""


def projects() -> list[str]:
    lists = (ROOT / f"requirements/{name}.txt" for name in ("members", "dev-members"))
    folders = [line[3:] for text in lists for line in text.read_text().splitlines() if line.startswith("-e ")]
    files = (ROOT / folder / "pyproject.toml" for folder in folders)
    return sorted(tomllib.loads(file.read_text())["project"]["name"].replace("-", "_") for file in files)


def wheel(project: str) -> Path:
    return DIST / f"{project}-{VERSION}-py3-none-any.whl"


def test_every_member_has_a_wheel_and_an_sdist() -> None:
    assert sorted(DIST.glob("*.whl")) == [wheel(project) for project in projects()]
    assert sorted(DIST.glob("*.tar.gz")) == [DIST / f"{project}-{VERSION}.tar.gz" for project in projects()]


@pytest.mark.parametrize("project", projects())
def test_a_wheel_has_its_licence_and_no_tests(project: str) -> None:
    with ZipFile(wheel(project)) as archive:
        names = archive.namelist()
        metadata = message_from_bytes(archive.read(f"{project}-{VERSION}.dist-info/METADATA"))
    assert metadata["Version"] == VERSION
    assert metadata["License-Expression"] == "Apache-2.0"
    assert f"{project}-{VERSION}.dist-info/licenses/LICENSE" in names
    assert {name.partition("/")[0] for name in names} == {project, f"{project}-{VERSION}.dist-info"}
    assert not [name for name in names if "/tests/" in name or "node_modules" in name]


@pytest.mark.parametrize("project", CARRIED)
def test_wheel_and_sdist_carry_the_files_that_the_program_reads(project: str) -> None:
    with ZipFile(wheel(project)) as archive:
        assert set(CARRIED[project]) <= set(archive.namelist())
    with tarfile.open(DIST / f"{project}-{VERSION}.tar.gz") as sdist:
        names = set(sdist.getnames())
    assert {f"{project}-{VERSION}/src/{file}" for file in CARRIED[project]} <= names
    assert f"{project}-{VERSION}/LICENSE" in names


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment, in which pip has installed the program from the wheels."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    wheels = [wheel(project) for project in INSTALLED]
    pip = (folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, "--find-links", DIST, *wheels], check=True, cwd=folder)
    return folder


def test_the_environment_is_consistent_and_needs_no_sources(environment: Path) -> None:
    subprocess.run([environment / "bin/python", "-m", "pip", "check"], check=True, cwd=environment)
    where = "import onwatch, onwatch_detector; print(onwatch.__file__, onwatch_detector.__file__)"
    shown = subprocess.run([environment / "bin/python", "-c", where], check=True, capture_output=True, cwd=environment)
    assert all(Path(file).is_relative_to(environment) for file in shown.stdout.decode().split())


def test_every_command_can_be_called(environment: Path, tmp_path: Path) -> None:
    program = environment / "bin/onwatch"
    shown = subprocess.run([program, "version"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert VERSION in shown.stdout
    for command in ("up", "analyze", "tally", "doctor"):
        subprocess.run([program, command, "--help"], check=True, capture_output=True, cwd=tmp_path)


def files_in(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


@contextmanager
def started(environment: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the installed program with a home of its own; yields the process and the address of the page."""
    for name in ("home", "temporary", "work"):
        (folder / name).mkdir()
    environ = {
        "PATH": os.defpath,
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"),
        "ONWATCH_AUTH": "off",
        "ONWATCH_DETECTOR_DOWNLOAD": "false",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    command = [environment / "bin/onwatch", "up", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ, cwd=folder / "work")
    assert process.stderr is not None
    said: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if "Onwatch is ready: " in line:
                ready.set()
        ready.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert ready.wait(300), said
        found = ADDRESS.search("".join(said))
        assert found, said
        yield process, found[1]
    finally:
        process.kill()
        process.wait(timeout=60)
        reader.join(timeout=60)
        process.stderr.close()


async def test_the_installed_program_counts_a_video_exactly_and_leaves_only_the_data_folder(
    environment: Path, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    write_short_clip(clip)
    before = files_in(environment)
    with started(environment, tmp_path) as (process, address):
        async with httpx.AsyncClient(timeout=60) as http:
            page = await http.get(f"{address}/")
            assert page.status_code == 200
            script = SCRIPT.search(page.text)
            assert script, page.text
            assert (await http.get(f"{address}{script[1]}")).headers["content-type"].startswith("text/javascript")
            (sample,) = (await http.get(f"{address}/api/videos")).json()["items"]
            assert sample["name"].startswith("Sample: ")

            video_id = await upload(http, address, clip)
            async with watching(address, video_id):
                await until(lambda: is_finished(http, address, video_id), "the video is counted", timeout_s=600)
            assert_true(await rows_of(http, address, video_id))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["data"]
    assert files_in(tmp_path / "home") == set()
    assert files_in(tmp_path / "temporary") == set()
    assert files_in(environment) == before
