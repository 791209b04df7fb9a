"""The lists of packages: each with a version and the hashes of its files, and none with the address of an index."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
LISTS = ("audit", "build", "dev", "docs", "node", "runtime", "uv")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
PIN = re.compile(r"([a-z0-9.-]+)==([^ ;]+)(?: ; [^\\]+)?")
PYTHONS = ("cp311", "cp312", "cp313", "cp314")


def entries(name: str) -> dict[str, list[str]]:
    """The hashes of each line that names a package; the line also tells for which platforms it is."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", "")
    split = (line.split(" --hash=", 1) for line in re.sub(r" +", " ", text).splitlines())
    return {pin.strip(): HASH.findall(f"--hash={hashes[0]}") if hashes else [] for pin, *hashes in split}


@pytest.mark.parametrize("name", LISTS)
def test_every_package_has_a_version_and_hashes(name: str) -> None:
    found = entries(name)
    assert found
    assert [pin for pin in found if not PIN.fullmatch(pin)] == [], "run scripts/lock"
    assert [pin for pin, hashes in found.items() if not hashes] == [], "run scripts/lock"


@pytest.mark.parametrize("name", LISTS)
def test_no_list_says_where_packages_come_from(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"index-url|find-links|://|^-", text, re.MULTILINE)


@pytest.mark.parametrize("package", ["numpy", "argon2-cffi-bindings", "sqlalchemy"])
def test_hashes_are_those_of_the_files_for_every_platform_and_python(package: str) -> None:
    (hashes,) = (found for pin, found in entries("runtime").items() if pin.startswith(f"{package}=="))
    # Four versions of Python, on Linux of two processors and two C libraries, macOS and Windows; and the sources.
    assert len(hashes) > len(PYTHONS)


def test_the_list_for_development_is_that_which_runs_and_more() -> None:
    assert entries("runtime").items() <= entries("dev").items()


def test_every_member_is_listed_once() -> None:
    names = ("members", "dev-members")
    lines = [line for name in names for line in (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()]
    listed = [line.removeprefix("-e ") for line in lines if line.startswith("-e ")]
    projects = {file.parent.relative_to(ROOT).as_posix() for file in ROOT.glob("[dls]*/**/pyproject.toml")}
    projects |= {file.parent.relative_to(ROOT).as_posix() for file in ROOT.glob("tools/*/*/pyproject.toml")}
    assert sorted(listed) == sorted({*projects, "."})


def test_whoever_installs_demands_the_hashes() -> None:
    installs = {
        "scripts/setup": 2,
        "scripts/node": 1,
        "scripts/audit": 1,
        "scripts/docs-site": 1,
        "deploy/docker/Dockerfile": 1,
    }
    for file, count in installs.items():
        assert (ROOT / file).read_text(encoding="utf-8").count("--require-hashes") == count, file


def test_a_file_that_differs_from_its_hash_is_refused(tmp_path: Path) -> None:
    """By the installer of this repository, as scripts/setup calls it, for a package of our own making."""
    package = tmp_path / "lamp"
    package.mkdir()
    with ZipFile(package / "lamp-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("lamp.py", "")
        wheel.writestr("lamp-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: lamp\nVersion: 1.0\n")
        wheel.writestr("lamp-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("lamp-1.0.dist-info/RECORD", "")
    wanted = tmp_path / "wanted.txt"
    wanted.write_text(f"lamp==1.0 --hash=sha256:{'0' * 64}\n")
    tool = ROOT / ".cache/tools/bin/uv"
    options = ("--no-index", "--find-links", package, "--no-deps", "--require-hashes", "--requirements", wanted)
    command = (tool, "pip", "install", "--python", sys.executable, "--target", tmp_path / "there", *options)
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode != 0
    assert "ash mismatch" in ran.stderr
