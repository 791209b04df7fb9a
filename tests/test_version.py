"""The version of the project is in one place, and its copies, which `scripts/set-version` writes, are the same."""

from __future__ import annotations

import json
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SCRIPT: dict[str, Any] = runpy.run_path(str(ROOT / "scripts/set-version"))
FILES: dict[Path, tuple[str, ...]] = SCRIPT["files"]()
NEXT = "12.34.56rc7"


def project(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    return found


VERSION = project(ROOT / "pyproject.toml")["version"]
MEMBERS = {file: project(file) for file in FILES if file.name == "pyproject.toml"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_copy_of_the_version_is_the_same(file: Path) -> None:
    found = SCRIPT["versions_in"](file.read_text(encoding="utf-8"), FILES[file])
    assert {version for versions in found for version in versions} == {VERSION}, "run scripts/set-version"


@pytest.mark.parametrize("end", SCRIPT["PLACES"])
def test_every_place_is_found(end: str) -> None:
    texts = [(file.read_text(encoding="utf-8"), FILES[file]) for file in FILES if f"/{file}".endswith(f"/{end}")]
    found = [SCRIPT["versions_in"](text, patterns) for text, patterns in texts]
    assert all(any(places) for places in zip(*found, strict=True)), "a pattern finds nothing"
    assert found


def test_a_member_requires_others_in_its_own_version() -> None:
    """Their interfaces between each other change without notice, and pip updates only what it has to."""
    names = {member["name"] for member in MEMBERS.values()}
    required = {each for member in MEMBERS.values() for each in member["dependencies"] if each.startswith("onwatch")}
    assert required <= {f"{name}=={VERSION}" for name in names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_new_version_replaces_every_copy(file: Path) -> None:
    changed = SCRIPT["with_version"](file.read_text(encoding="utf-8"), FILES[file], NEXT)
    found = SCRIPT["versions_in"](changed, FILES[file])
    assert {version for versions in found for version in versions} == {NEXT}
    assert changed.replace(NEXT, VERSION) == file.read_text(encoding="utf-8"), "nothing else is changed"


def test_generated_documents_have_it() -> None:
    for name in ("openapi", "asyncapi"):
        assert json.loads((ROOT / f"docs/{name}.json").read_text(encoding="utf-8"))["info"]["version"] == VERSION
    manifests = yaml.safe_load_all((ROOT / "deploy/k8s/onwatch.yaml").read_text(encoding="utf-8"))
    versions = {manifest["metadata"]["labels"].get("app.kubernetes.io/version") for manifest in manifests if manifest}
    assert versions - {None} == {VERSION}
