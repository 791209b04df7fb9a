"""The production images contain no test code, no tools and no laboratory."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
SERVICES = ("catalog", "gateway", "aggregator", "dashboard", "detector")
TEST_PACKAGES = frozenset({"docker", "hypothesis", "playwright", "pytest", "pytest-asyncio", "testcontainers"})
PROGRAM = "src/onwatch"
"""The folder of the command `onwatch`, which has an image of its own and is part of no other."""
NOT_IN_IMAGES = ("lab", "tools", "libs/testkit", "tests")
"""Folders of the repository that no image is built from."""

DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STAGES = {
    name: (parent, commands)
    for parent, name, commands in re.findall(r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.M | re.S)
}


def project_of(folder: str) -> dict[str, object]:
    file = ROOT / ("." if folder == PROGRAM else folder) / "pyproject.toml"
    project: dict[str, object] = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    return project


FOLDERS = [
    file.parent.relative_to(ROOT).as_posix()
    for pattern in ("libs/*", "services/*", "tools/*/*", "lab/*")
    for file in ROOT.glob(f"{pattern}/pyproject.toml")
]
MEMBERS = {str(project_of(folder)["name"]): folder for folder in [*FOLDERS, PROGRAM]}


def dependencies(folder: str) -> set[str]:
    """The names of what a member requires, extras included."""
    project = project_of(folder)
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})  # type: ignore[assignment]
    required: list[str] = project.get("dependencies", [])  # type: ignore[assignment]
    everything = [*required, *(requirement for extra in extras.values() for requirement in extra)]
    return {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in everything}


def copied(stage: str) -> Iterator[str]:
    """The folders of the repository that a stage, with the stages it is built on, copies."""
    parent, commands = STAGES[stage]
    if parent in STAGES:
        yield from copied(parent)
    for sources in re.findall(r"^COPY ((?!--from)\S+(?: \S+)*) \S+$", commands, re.M):
        yield from sources.split()


def installed(stage: str) -> Iterator[str]:
    """The folders of the members that a stage installs."""
    parent, commands = STAGES[stage]
    if parent in STAGES:
        yield from installed(parent)
    for arguments in re.findall(r"deploy/docker/install ([^\n&]+)", commands):
        for argument in arguments.split():
            yield PROGRAM if argument == "." else argument.strip("'").removeprefix("./").partition("[")[0]


def reachable(folders: set[str]) -> set[str]:
    """The folders, with those of every member they depend on."""
    found: set[str] = set()
    while folders:
        found |= folders
        folders = {MEMBERS[name] for folder in folders for name in dependencies(folder) if name in MEMBERS} - found
    return found


BUILD_STAGES = sorted(name for name in STAGES if name.startswith("build-"))


def test_every_service_has_a_build_stage() -> None:
    assert {f"build-{service}" for service in SERVICES} <= set(BUILD_STAGES)


@pytest.mark.parametrize("stage", BUILD_STAGES)
def test_an_image_installs_no_test_code(stage: str) -> None:
    members = reachable(set(installed(stage)))
    assert all(member.startswith(("libs/", "services/")) or member == PROGRAM for member in members)
    assert "libs/testkit" not in members
    assert (PROGRAM in members) == (stage == "build-onwatch")
    required = {name for member in members for name in dependencies(member)}
    assert not required & TEST_PACKAGES


@pytest.mark.parametrize("stage", BUILD_STAGES)
def test_an_image_copies_exactly_the_members_it_installs(stage: str) -> None:
    sources = {folder for folder in copied(stage) if folder.startswith(("libs/", "services/", "lab", "tools", "src"))}
    assert sources == reachable(set(installed(stage))) == set(installed(stage))


def test_the_command_is_an_image_that_runs_without_privileges() -> None:
    parent, commands = STAGES["onwatch"]
    assert parent == "base"
    assert 'ENTRYPOINT ["onwatch"]' in commands
    assert re.findall(r"^USER (\S+)$", commands, re.MULTILINE)[-1] == "10001:10001"


@pytest.mark.parametrize("service", SERVICES)
def test_no_package_in_an_image_has_a_module_for_tests(service: str) -> None:
    modules = [
        module
        for member in reachable({f"services/{service}"})
        for module in (ROOT / member / "src").rglob("*")
        if "testing" in module.stem or module.stem.startswith("test_") or module.stem == "conftest"
    ]
    assert not modules


def test_the_build_context_leaves_out_what_no_image_is_built_from() -> None:
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in patterns, "everything is left out that is not named"
    assert "**/tests" in patterns
    included = [PurePosixPath(pattern[1:]) for pattern in patterns if pattern.startswith("!")]
    for folder in map(PurePosixPath, NOT_IN_IMAGES):
        assert not any(path.is_relative_to(folder) or folder.is_relative_to(path) for path in included), folder
