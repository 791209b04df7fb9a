"""Rules for every member: declared dependencies, a test file per module, no package registry in any file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

DISTRIBUTIONS = {
    "cv2": "opencv-python-headless",
    "dotenv": "python-dotenv",
    "importlinter": "import-linter",
    "xdist": "pytest-xdist",
}
"""Distributions whose import name differs."""

NOT_IMPORTED = {
    "aiosqlite": "the driver that the default database URL names",
    "psycopg": "the driver for PostgreSQL",
    "tzdata": "time zones where the machine has none, as in small containers",
    "websockets": "the protocol that uvicorn is told to use",
}
"""Dependencies that no module imports, and what they are for."""

TESTED_ELSEWHERE = {
    "onwatch_aggregator/__main__.py": "test_processes.py starts it",
    "onwatch_catalog/__main__.py": "test_processes.py starts it",
    "onwatch_detector/__main__.py": "test_processes.py starts it",
    "onwatch_gateway/__main__.py": "test_processes.py starts it",
    "onwatch/all_in_one.py": "test_end_to_end.py runs what it builds",
    "onwatch/analyze.py": "test_cli.py and test_real_clips.py",
    "onwatch/report.py": "test_cli.py reads it",
    "onwatch/site_report.py": "test_cli.py reads it",
    "onwatch_tally/errors.py": "test_session.py and test_api.py meet each failure",
    "onwatch_testkit/system.py": "test_end_to_end.py runs it",
    "onwatch_testkit/api_client.py": "test_processes.py and compose/test_compose.py use it",
    "onwatch/up.py": "test_cli.py",
    "onwatch_aggregator/live/live_run.py": "values: test_redis_store.py",
    "onwatch_aggregator/live/store.py": "a port: test_redis_store.py and its neighbours test its promises",
    "onwatch_aggregator/results/store.py": "a port: test_sql_store.py tests its promises",
    "onwatch_aggregator/migrations/env.py": "run by Alembic: test_database.py compares its result with the tables",
    "onwatch_aggregator/migrations/versions/0001_runs_and_vehicles.py": "as env.py",
    "onwatch_aggregator/migrations/versions/0002_deletions.py": "as env.py",
    "onwatch_aggregator/migrations/versions/0003_detections.py": "as env.py",
    "onwatch_aggregator/migrations/versions/0004_site_results.py": "as env.py",
    "onwatch_aggregator/recounts/store.py": "a port: recounts/test_sql_store.py tests its promises",
    "onwatch_aggregator/recount_worker/site_rows.py": "recounts/test_rows_of_tables.py compares rows with tables",
    "onwatch_aggregator/reports/csv_files.py": "test_routes.py compares each file",
    "onwatch_aggregator/reports/flows.py": "test_routes.py",
    "onwatch_aggregator/reports/parts.py": "test_routes.py",
    "onwatch_aggregator/reports/queries.py": "test_routes.py",
    "onwatch_aggregator/reports/results.py": "test_routes.py",
    "onwatch_aggregator/reports/rows.py": "test_routes.py",
    "onwatch_aggregator/reports/workbook/about_sheet.py": "test_book.py",
    "onwatch_aggregator/reports/workbook/counts_sheet.py": "test_book.py",
    "onwatch_aggregator/reports/workbook/flows_sheet.py": "test_book.py",
    "onwatch_aggregator/reports/workbook/list_sheet.py": "test_book.py",
    "onwatch_aggregator/reports/workbook/sheet.py": "test_book.py",
    "onwatch_aggregator/results/bulk.py": "test_sql_store.py of results and of recounts",
    "onwatch_aggregator/results/site_tables.py": "test_rows_of_tables.py; test_database.py compares migrations",
    "onwatch_catalog/migrations/env.py": "run by Alembic: test_database.py compares its result with the tables",
    "onwatch_catalog/migrations/versions/0001_videos.py": "as env.py",
    "onwatch_catalog/migrations/versions/0002_engine.py": "as env.py",
    "onwatch_catalog/migrations/versions/0003_file_notes.py": "as env.py",
    "onwatch_catalog/migrations/versions/0004_sites.py": "as env.py",
    "onwatch_catalog/records/tables.py": "test_database.py compares it with the migrations",
    "onwatch_dashboard/__main__.py": "test_processes.py starts it",
    "onwatch_dashboard/api.py": "test_page.py and test_service.py call each route",
    "onwatch_dashboard/errors.py": "test_page.py and test_service.py meet each failure",
    "onwatch_contracts/tables.py": "values: test_routes.py of the aggregator compares each answer",
    "onwatch_detector/instruments.py": "test_worker.py reads them",
    "onwatch_detector/errors.py": "test_worker.py and test_pipeline.py meet each failure",
    "onwatch_detector/context.py": "a record: test_worker.py uses it",
    "onwatch_detector/detect/engines/openvino_model.py": "test_openvino_engine.py reads each kind of model",
    "onwatch_detector/work/run.py": "test_worker.py: a run needs its worker",
    "onwatch_detector/work/slot.py": "test_worker.py: a slot needs its worker",
    "onwatch_testkit/blob_engine.py": "clips and an engine for tests: test_pipeline.py and test_worker.py test them",
    "onwatch_counting/zones/counter.py": "test_zones.py and test_zones_properties.py",
    "onwatch_counting/vehicles/observation.py": "test_zones.py",
    "onwatch_counting/vehicles/rematch.py": "test_zones.py",
    "onwatch_counting/vehicles/rules.py": "test_zones.py",
    "onwatch_counting/vehicles/confirmation.py": "site/test_counter.py",
    "onwatch_counting/vehicles/identity.py": "site/test_counter.py",
    "onwatch_counting/zones/presence.py": "test_zones.py",
    "onwatch_counting/gates/rules.py": "site/test_counter.py",
    "onwatch_counting/recount/table.py": "test_whole_log.py",
    "onwatch_counting/recount/voyages.py": "test_whole_log.py",
    "onwatch_counting/recount/paths.py": "test_whole_log.py",
    "onwatch_counting/recount/zone_visits.py": "test_whole_log.py",
    "onwatch_counting/recount/gate_crossings.py": "test_whole_log.py",
    "onwatch_counting/speed/rules.py": "site/test_speedometer.py",
    "onwatch_counting/speed/windows.py": "site/test_speedometer.py",
    "onwatch_counting/site/geometry.py": "test_counter.py",
    "onwatch_counting/site/journey.py": "test_counter.py",
    "onwatch_counting/site/ledger.py": "test_counter.py",
    "onwatch_counting/site/rows.py": "test_counter.py",
    "onwatch_counting/zones/rules.py": "test_zones.py",
    "onwatch_counting/zones/vehicle.py": "test_zones.py",
    "onwatch_counting/site/results.py": "values: test_site.py and the tests of tables",
    "onwatch_geometry/point.py": "a type",
    "onwatch_media/worker.py": "test_isolation.py runs it",
    "onwatch_runtime/bus/port.py": "a port: its promises are the bus suite, which each adapter's test runs",
    "onwatch_testkit/bus_suite.py": "a suite: run by each adapter's test_bus.py",
    "onwatch_sql/migrations.py": "run by Alembic: database_suite.py",
    "onwatch_testkit/sql/database_suite.py": "a suite: run by the test_database.py of each service with tables",
    "onwatch_testkit/sql/databases.py": "every test on PostgreSQL uses it",
    "onwatch_testkit/sql/fixtures.py": "as databases.py",
    "onwatch_synthetic/__main__.py": "test_cli.py",
}
"""Modules without a test file of their name, and what tests them."""

REGISTRIES = ("pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian.org")
"""Package sources are settings of each machine. Concatenated here, so that this file contains no name."""


@dataclass(frozen=True)
class Member:
    """A distribution of this repository."""

    folder: Path
    package: Path

    def __str__(self) -> str:
        return self.package.name

    @property
    def modules(self) -> Iterator[Path]:
        """Relative to the folder of the package."""
        return (file.relative_to(self.package) for file in sorted(self.package.rglob("*.py")))

    @property
    def imports(self) -> set[str]:
        """Names of the other distributions that its modules import."""
        found = {name for module in self.modules for name in imported_by(self.package / module)}
        others = found - sys.stdlib_module_names - {self.package.name}
        return {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in others}

    @property
    def project(self) -> dict[str, list[str]]:
        """Names of its dependencies, by extra; those without an extra are under `""`."""
        declared = tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        by_extra = {"": declared.get("dependencies", []), **declared.get("optional-dependencies", {})}
        return {extra: [name_of(requirement) for requirement in given] for extra, given in by_extra.items()}


def name_of(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, f"{requirement!r} does not start with a name"
    return match[0].lower()


def imported_by(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]


def members() -> Iterator[Member]:
    for project in (ROOT / "pyproject.toml", *sorted(ROOT.glob("*/**/pyproject.toml"))):
        (package,) = (marker.parent for marker in project.parent.glob("src/*/__init__.py"))
        yield Member(project.parent, package)


MEMBERS = tuple(members())


def committed() -> Iterator[Path]:
    """Files that are tracked, or untracked and not ignored."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return (ROOT / name for name in names if name and (ROOT / name).is_file())


def test_every_member_is_found() -> None:
    assert {"onwatch", "onwatch_contracts", "onwatch_runtime", "onwatch_detector"} <= set(map(str, MEMBERS))


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_a_member_declares_what_it_imports(member: Member) -> None:
    declared = {name for names in member.project.values() for name in names}
    assert member.imports <= declared, f"add to the dependencies of {member}: {sorted(member.imports - declared)}"


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_a_member_imports_what_it_declares(member: Member) -> None:
    unused = set(member.project[""]) - member.imports - NOT_IMPORTED.keys()
    # The program installs the whole system.
    unused -= {"onwatch-contracts", "onwatch-runtime"} if member.folder == ROOT else set()
    assert not unused, f"{member} imports nothing from {sorted(unused)}; else add it to NOT_IMPORTED"


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_every_module_has_a_test_file_of_its_name(member: Member) -> None:
    """`bus/retry.py` is tested by `tests/bus/test_retry.py`."""
    modules = [module for module in member.modules if module.name != "__init__.py"]
    names = {f"{member}/{module.as_posix()}": module.with_name(f"test_{module.name}") for module in modules}
    missing = {
        module: test
        for module, test in names.items()
        if module not in TESTED_ELSEWHERE and not (member.folder / "tests" / test).is_file()
    }
    assert not missing


def test_modules_tested_elsewhere_exist() -> None:
    modules = {f"{member}/{module.as_posix()}" for member in MEMBERS for module in member.modules}
    assert set(TESTED_ELSEWHERE) <= modules


def test_no_file_names_a_package_registry() -> None:
    named = [
        f"{file.relative_to(ROOT)} names {registry}"
        for file in committed()
        for registry in REGISTRIES
        if registry.encode() in file.read_bytes().lower()
    ]
    assert not named
