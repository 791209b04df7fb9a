"""Documents refer to files and modules that exist, and every decision record states its status."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
RECORDS = sorted((ROOT / "docs/decisions").glob("0*.md"))

STATUS = re.compile(r"^Status: (accepted|superseded by \[\d{4}\]\((?P<by>0\d{3}-[a-z0-9-]+\.md)\))[.;]", re.MULTILINE)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+?)(?:/badge\.svg)?(?:#[^)]*)?\)")
PICTURE = re.compile(r'\b(?:src|srcset)="(?!\w+:)([^"]+)"')
WORKFLOW = re.compile(r"^\.\./\.\./actions/workflows/")
"""A page of the host of the repository, which its address there is relative to."""
CODE = re.compile(r"`([A-Za-z0-9_./-]+)`")
FOLDERS = ("deploy/", "docs/", "lab/", "libs/", "scripts/", "services/", "src/", "tests/", "tools/")
FILE = re.compile(r"[a-z0-9_/]*[a-z0-9_]\.(py|lua)")
MODULE = re.compile(r"onwatch_[a-z_]+(\.[a-z_]+)*")
METRICS = frozenset(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE))
"""As `test_monitoring.py` finds them in the services."""
NO_MODULES = METRICS | {"onwatch_site"}
"""The last one is a member of the file of a site."""


def files_named(name: str) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (ROOT / folder).rglob(name)


def is_missing(word: str) -> bool:
    """Whether a word in backticks looks like a path, file, module or metric of this repository and is none."""
    if word.startswith(FOLDERS):
        return not (ROOT / word).exists()
    if FILE.fullmatch(word):
        return not any(files_named(word))
    if MODULE.fullmatch(word):
        return word not in NO_MODULES and not _is_module(word)
    return False


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_the_badges_are_true() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated = dict(re.findall(r"img\.shields\.io/badge/(\w+)-((?:--|[^-])+)-", text))
    assert stated["licence"].replace("--", "-") == project["license"]
    assert unquote(stated["python"]).replace("≥_", ">=") == project["requires-python"]


def of_junctions(boxes: str) -> tuple[str, str, str]:
    """Vehicles, missed and made up in the annotated junctions, as `docs/accuracy.md` has them."""
    row = re.search(rf"^\| {re.escape(boxes)} \|(.+)\|$", (ROOT / "docs/accuracy.md").read_text("utf-8"), re.MULTILINE)
    assert row is not None, boxes
    vehicles, missed, _, made_up, *_ = (cell.strip() for cell in row[1].split("|"))
    return vehicles, missed, made_up


def test_counts_of_real_junctions_are_the_same_everywhere() -> None:
    vehicles, missed, made_up = of_junctions("`yolov8n-640-int8`: Onwatch")
    _, peer_missed, peer_made_up = of_junctions("`yolov8n-640-int8`: supervision ByteTrack + PolygonZone")
    _, other_missed, other_made_up = of_junctions("`yolov8n-640-int8`: ultralytics BoT-SORT + region")
    readme, comparison = ((ROOT / name).read_text("utf-8") for name in ("README.md", "docs/comparison.md"))
    peers = f"{peer_missed}, {peer_made_up} | {other_missed}, {other_made_up} (BoT-SORT)"
    assert f"| {missed}, {made_up} | {peers} |" in readme
    assert f"missed {missed} of {vehicles} vehicles and made {made_up} up" in comparison
    assert f"supervision missed {peer_missed} and made {peer_made_up} up" in comparison
    assert f"ultralytics with BoT-SORT {other_missed} and {other_made_up}" in comparison


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
class TestDocument:
    def test_links_resolve(self, document: Path) -> None:
        targets = (WORKFLOW.sub(".github/workflows/", target) for target in LINK.findall(document.read_text()))
        assert [target for target in targets if not (document.parent / target).exists()] == []

    def test_pictures_in_html_exist(self, document: Path) -> None:
        addresses = PICTURE.findall(document.read_text())
        assert [address for address in addresses if not (document.parent / address).exists()] == []

    def test_paths_files_and_modules_exist(self, document: Path) -> None:
        assert [word for word in CODE.findall(document.read_text()) if is_missing(word)] == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_states_its_status_and_is_in_the_index(record: Path) -> None:
    title, _, rest = record.read_text().partition("\n")
    assert title.startswith(f"# {record.stem[:4]}. ")
    assert rest.startswith("\nStatus: ")
    assert f"]({record.name}) | {title[8:]} |" in (ROOT / "docs/decisions/README.md").read_text()


def test_records_are_numbered_without_holes() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_status_is_accepted_or_names_the_record_that_replaces_it(record: Path) -> None:
    status = STATUS.search(record.read_text())
    assert status, "accepted, or superseded by [0000](0000-name.md)"
    assert status["by"] is None or (record.parent / status["by"]).exists()


@pytest.mark.parametrize("word", ["libs/none", "no_such_module_anywhere.py", "onwatch_runtime.nothing"])
def test_a_missing_path_is_found(word: str) -> None:
    assert is_missing(word)
