"""The workflows of CI and releases: what they run exists, and none may do more than its steps need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = [file for file in sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")) if file.name != "config.yml"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
SERVICES = ("aggregator", "catalog", "dashboard", "detector", "gateway")


def workflow(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def jobs() -> Iterator[Any]:
    for file in FILES:
        for name, job in workflow(file)["jobs"].items():
            yield pytest.param(job, id=f"{file.stem}:{name}")


JOBS = list(jobs())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_jobs_may_read_the_sources_and_no_more_unless_they_say_so(file: Path) -> None:
    assert workflow(file)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("job", JOBS)
def test_every_job_ends(job: dict[str, Any]) -> None:
    assert 0 < job["timeout-minutes"] <= 360


@pytest.mark.parametrize("job", JOBS)
def test_targets_and_scripts_exist(job: dict[str, Any]) -> None:
    commands = "\n".join(step.get("run", "") for step in job["steps"])
    called = {word for call in re.findall(r"^make ([a-z -]+)", commands, re.MULTILINE) for word in call.split()}
    called |= set(job.get("strategy", {}).get("matrix", {}).get("target", ()))
    assert called <= TARGETS
    assert all((ROOT / script).exists() for script in re.findall(r"bash (\S+)", commands))


@pytest.mark.parametrize("job", JOBS)
def test_actions_have_a_version(job: dict[str, Any]) -> None:
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert [action for action in used if not re.search(r"[@:](v?\d|release/v\d)[^@]*$", action)] == []


@pytest.mark.parametrize("job", JOBS)
def test_values_from_outside_reach_no_shell_as_text(job: dict[str, Any]) -> None:
    """They arrive as variables: as text in a script they could be commands."""
    assert [step["run"] for step in job["steps"] if "${{" in step.get("run", "")] == []


def test_a_release_has_every_image_for_two_processors() -> None:
    images = workflow(ROOT / ".github/workflows/release.yml")["jobs"]["images"]
    assert sorted(images["strategy"]["matrix"]["image"]) == sorted(SERVICES)
    (build,) = (step["with"] for step in images["steps"] if "build-push-action" in step.get("uses", ""))
    assert build["platforms"] == "linux/amd64,linux/arm64"
    assert build["sbom"] is True
    assert re.search(rf"^FROM \S+ AS {SERVICES[0]}$", (ROOT / build["file"]).read_text(encoding="utf-8"), re.MULTILINE)


def test_issue_forms_have_unique_fields() -> None:
    for file in FORMS:
        form = workflow(file)
        fields = [part["id"] for part in form["body"] if part["type"] != "markdown"]
        assert {"name", "description", "body"} <= set(form)
        assert len(fields) == len(set(fields)) > 0
