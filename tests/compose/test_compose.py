"""docker-compose.yml as a user runs it (`make test-compose`): all healthy, the main job through the one open door, and
every container killed once during a run.

It builds the images of this checkout, in a project of its own with a port, passwords and volumes of its own; all but
the images is removed at the end. `COMPOSE` names another command than `docker compose`.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shlex
import subprocess
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import docker
import httpx
import pytest
import pytest_asyncio

from onwatch_testkit.api_client import (
    assert_true,
    is_finished,
    rows_of,
    until,
    upload,
    watching,
    watching_with_reconnects,
    write_short_clip,
)
from onwatch_testkit.servers import free_port

pytestmark = [pytest.mark.docker, pytest.mark.timeout(3600)]  # the images are built within the first test

ROOT = Path(__file__).parents[2]
CONTAINERS = ("aggregator", "catalog", "dashboard", "detector", "gateway", "postgresql", "rabbitmq", "redis")
PATIENCE_S = 180.0  # a broker that comes back, and a run from its checkpoint, beside other work on the machine
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
FRAMES_BEFORE = 20  # of 175: the run has begun, its end is far


class Project:
    """One `docker compose` project."""

    def __init__(self) -> None:
        self.name = f"onwatch-test-{secrets.token_hex(4)}"
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._command = [*shlex.split(os.environ.get("COMPOSE", "docker compose")), "--project-name", self.name]
        names = re.findall(r"^([A-Z_]+_PASSWORD)=$", ENV_EXAMPLE, re.MULTILINE)
        passwords = {name: secrets.token_hex(16) for name in names}
        # What the environment says counts before .env.
        own = {
            "ONWATCH_ADDRESS": "127.0.0.1",
            "ONWATCH_PORT": str(port),
            "ONWATCH_AUTH": "off",
            "ONWATCH_GATEWAY_OPEN_TO_EVERYBODY": "true",
            "COMPOSE": shlex.join(self._command),
        }
        self._environ = os.environ | passwords | own | {"ONWATCH_UP_TIMEOUT_S": "600"}

    def compose(self, *words: str) -> str:
        return self._run([*self._command, *words])

    def up(self) -> None:
        """Build and start as a user does; return when all is healthy."""
        self._run([str(ROOT / "scripts/compose-up")])

    def down(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")

    def health(self) -> dict[str, str]:
        """Of each container: `healthy`, `starting`, `unhealthy`, or that it has no process."""
        ours = {"label": f"com.docker.compose.project={self.name}"}
        states = {found.name: found.attrs["State"] for found in docker.from_env().containers.list(True, filters=ours)}
        return {
            name: state["Health"]["Status"] if state["Running"] else state["Status"] for name, state in states.items()
        }

    async def is_healthy(self) -> bool:
        return set((await asyncio.to_thread(self.health)).values()) == {"healthy"}

    def containers(self, service: str) -> list[str]:
        return self.compose("ps", "--quiet", service).split()

    async def kill_and_start(self, service: str) -> None:
        await asyncio.to_thread(self.compose, "kill", service)
        await asyncio.to_thread(self.compose, "start", service)

    def logs(self) -> str:
        return self.compose("logs", "--tail", "20")

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self._environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{shlex.join(command)}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    project = Project()
    try:
        project.up()
        yield project
    finally:
        project.down()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "short.mp4"
    write_short_clip(path)
    return path


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


async def test_the_main_job_through_the_one_door(project: Project, clip: Path, http: httpx.AsyncClient) -> None:
    page = await http.get(f"{project.url}/")
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")

    video_id = await upload(http, project.url, clip)
    async with watching(project.url, video_id) as viewer:
        await until(partial(viewer.has_frames, FRAMES_BEFORE), "frames", project.logs, PATIENCE_S)
        await until(viewer.has_ended, "the end of the run", project.logs, PATIENCE_S)

    assert_true(await rows_of(http, project.url, video_id))


@pytest.mark.parametrize("service", CONTAINERS)
async def test_a_container_killed_during_a_run_changes_no_row(
    service: str, project: Project, clip: Path, http: httpx.AsyncClient
) -> None:
    video_id = await upload(http, project.url, clip)
    async with watching_with_reconnects(project.url, video_id) as viewer:
        await until(
            partial(viewer.has_frames, FRAMES_BEFORE), f"frames before {service} dies", project.logs, PATIENCE_S
        )
        await project.kill_and_start(service)
        finished = partial(is_finished, http, project.url, video_id)
        await until(finished, f"the end, {service} having been killed", project.logs, PATIENCE_S)

    assert_true(await rows_of(http, project.url, video_id))
    await until(project.is_healthy, "all containers to be healthy again", project.logs, PATIENCE_S)


async def test_three_detectors_divide_the_videos(project: Project, clip: Path, http: httpx.AsyncClient) -> None:
    await asyncio.to_thread(project.compose, "up", "--detach", "--no-build", "--scale", "detector=3")
    await until(project.is_healthy, "three healthy detectors", project.logs, PATIENCE_S)
    assert len(project.containers("detector")) == 3

    videos = [await upload(http, project.url, clip) for _ in range(3)]
    for video_id in videos:
        assert (await http.post(f"{project.url}/api/videos/{video_id}/analysis")).is_success
    for video_id in videos:
        finished = partial(is_finished, http, project.url, video_id)
        await until(finished, f"the analysis of {video_id}", project.logs, PATIENCE_S)
        assert_true(await rows_of(http, project.url, video_id))
