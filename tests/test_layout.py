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
    "argon2": "argon2-cffi",
    "cv2": "opencv-python-headless",
    "dotenv": "python-dotenv",
    "importlinter": "import-linter",
    "opentelemetry": "opentelemetry-sdk",
    "paho": "paho-mqtt",
    "xdist": "pytest-xdist",
}
"""Distributions whose import name differs."""

NOT_IMPORTED = {
    "aiosqlite": "the driver that the default database URL names",
    "opentelemetry-exporter-otlp-proto-http": "a module of the package of opentelemetry-sdk",
    "psycopg": "the driver for PostgreSQL",
    "tzdata": "time zones where the machine has none, as in small containers",
    "websockets": "the protocol that uvicorn is told to use",
}
"""Dependencies that no module imports, and what they are for."""

TESTED_ELSEWHERE = {
    "onwatch_aggregator/__main__.py": "test_processes.py starts it",
    "onwatch_catalog/__main__.py": "test_processes.py starts it",
    "onwatch_catalog/records/quota_rows.py": "test_quota.py and test_sql_store.py",
    "onwatch_detector/__main__.py": "test_processes.py starts it",
    "onwatch_client/async_client.py": "test_client.py asks both",
    "onwatch_client/errors.py": "test_client.py and test_calls.py meet each",
    "onwatch_gateway/__main__.py": "test_processes.py starts it",
    "onwatch_gateway/due_publisher.py": "test_demand_publisher.py and frames/test_publisher.py",
    "onwatch_gateway/access/calls.py": "test_guard.py and test_audit.py, with a catalog that is away",
    "onwatch_gateway/access/errors.py": "test_guard.py meets each",
    "onwatch/all_in_one.py": "test_end_to_end.py runs what it builds",
    "onwatch/analyze.py": "test_cli.py and test_real_clips.py",
    "onwatch/report.py": "test_cli.py reads it",
    "onwatch/site_report.py": "test_cli.py reads it",
    "onwatch/backup/archive.py": "test_checking.py and test_writing.py",
    "onwatch/backup/errors.py": "test_restoring.py and test_writing.py meet each",
    "onwatch/backup/loading.py": "test_restoring.py and test_older_versions.py",
    "onwatch/backup/manifest.py": "values: test_checking.py",
    "onwatch/backup/media_files.py": "test_writing.py, test_stored_media.py and test_drill.py",
    "onwatch/backup/owners.py": "a table: test_drill.py",
    "onwatch/backup/places.py": "test_restoring.py and test_stored_media.py",
    "onwatch/backup/present.py": "test_restoring.py meets each obstacle",
    "onwatch/backup/progress.py": "test_command.py",
    "onwatch/backup/staging.py": "test_restoring.py ends it at each step",
    "onwatch/backup/tables.py": "test_drill.py",
    "onwatch_testkit/video_frames.py": "test_picture_group.py and test_ledger.py read its frames",
    "onwatch_sql/contract.py": "database_suite.py, on both kinds of databases",
    "onwatch_sql/dump/connections.py": "test_drill.py of the program, on both kinds of databases",
    "onwatch_sql/dump/reading.py": "as connections.py",
    "onwatch_sql/dump/tables.py": "as connections.py",
    "onwatch_sql/dump/writing.py": "as connections.py",
    "onwatch_runtime/bus/rabbit/doctor/shared_queues.py": "test_servers.py of the program's backup",
    "onwatch/dead_letters/broker.py": "test_commands.py",
    "onwatch/dead_letters/showing.py": "test_commands.py",
    "onwatch_tally/errors.py": "test_session.py and test_api.py meet each failure",
    "onwatch_testkit/video_source.py": "a server for tests: test_routes.py of the catalog's downloads asks it",
    "onwatch_testkit/stored_videos.py": "videos for tests: test_giving.py and read/test_port.py read them",
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
    "onwatch_aggregator/migrations/versions/0005_marks.py": "as env.py",
    "onwatch_aggregator/migrations/versions/0006_alerts.py": "as env.py",
    "onwatch_aggregator/results/alert_tables.py": "results/test_database.py, and alerts/test_sql_store.py",
    "onwatch_aggregator/alerts/administration.py": "alerts/test_routes.py",
    "onwatch_aggregator/alerts/replaying.py": "alerts/test_routes.py tries a rule in its process",
    "onwatch_aggregator/alerts/store.py": "a port: test_sql_store.py tests its promises",
    "onwatch_aggregator/recount_worker/alerts.py": "alerts/test_routes.py compares both ways",
    "onwatch_contracts/alerts.py": "values: test_routes.py of the aggregator's alerts",
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
    "onwatch_catalog/accounts/cookies.py": "test_routes.py of accounts reads each",
    "onwatch_catalog/accounts/errors.py": "test_sessions.py and test_administration.py meet each",
    "onwatch_catalog/accounts/login_log.py": "test_routes.py reads what it wrote",
    "onwatch_catalog/accounts/tables.py": "test_database.py compares migrations",
    "onwatch_catalog/migrations/env.py": "run by Alembic: test_database.py compares its result with the tables",
    "onwatch_catalog/migrations/versions/0001_videos.py": "as env.py",
    "onwatch_catalog/migrations/versions/0002_engine.py": "as env.py",
    "onwatch_catalog/migrations/versions/0003_file_notes.py": "as env.py",
    "onwatch_catalog/migrations/versions/0004_sites.py": "as env.py",
    "onwatch_catalog/migrations/versions/0005_listing.py": "as env.py",
    "onwatch_catalog/migrations/versions/0005b_uploads.py": "as env.py",
    "onwatch_catalog/migrations/versions/0006_accounts.py": "as env.py",
    "onwatch_catalog/downloads/errors.py": "test_routes.py and test_hosts.py meet each",
    "onwatch_catalog/downloads/fetching.py": "test_routes.py fetches from a real server",
    "onwatch_catalog/downloads/registry.py": "test_routes.py",
    "onwatch_catalog/folders/errors.py": "test_store.py and test_folders.py meet each",
    "onwatch_catalog/migrations/versions/0007_webhooks.py": "as env.py",
    "onwatch_catalog/migrations/versions/0008_provider_accounts.py": "as env.py",
    "onwatch_catalog/openid/errors.py": "test_logins.py and test_provider.py meet each",
    "onwatch_catalog/openid/id_token.py": "test_logins.py meets each refusal",
    "onwatch_catalog/openid/metadata.py": "test_provider.py",
    "onwatch_catalog/migrations/versions/0009_folders.py": "as env.py",
    "onwatch_catalog/mail/mistakes.py": "test_mailer.py makes each",
    "onwatch_catalog/mail/server.py": "a record: test_mailer.py",
    "onwatch_catalog/mqtt/broker.py": "a port: test_aiomqtt_broker.py tests its promises",
    "onwatch_testkit/mqtt.py": "a broker for tests: test_aiomqtt_broker.py of the catalog tests its promises",
    "onwatch_catalog/migrations/versions/0010_webhook_secrets.py": "as env.py",
    "onwatch_catalog/migrations/versions/0011_processes.py": "as env.py",
    "onwatch_catalog/resumable/unfinished.py": "values: test_store.py",
    "onwatch_catalog/resumable/uploads.py": "test_routes.py of resumable uploads",
    "onwatch_catalog/records/tables.py": "test_database.py compares it with the migrations",
    "onwatch_catalog/webhooks/described.py": "test_api_description.py of the whole system",
    "onwatch_catalog/webhooks/errors.py": "test_administration.py and test_urls.py meet each",
    "onwatch_catalog/webhooks/tables.py": "test_database.py compares migrations",
    "onwatch_dashboard/__main__.py": "test_processes.py starts it",
    "onwatch_dashboard/api.py": "test_page.py and test_service.py call each route",
    "onwatch_dashboard/errors.py": "test_page.py and test_service.py meet each failure",
    "onwatch_contracts/folders.py": "values: folders/test_routes.py of the catalog",
    "onwatch_contracts/evidence.py": "values: test_certainties.py and test_routes.py of the aggregator's evidence",
    "onwatch_contracts/marks.py": "values: test_routes.py of the aggregator's marks",
    "onwatch_contracts/playback.py": "values: test_routes.py of the aggregator's playback",
    "onwatch_aggregator/marks/marking.py": "marks/test_routes.py",
    "onwatch_aggregator/playback/queries.py": "playback/test_routes.py",
    "onwatch_contracts/status.py": "values: overview/test_status.py of the runtime",
    "onwatch_contracts/tables.py": "values: test_routes.py of the aggregator compares each answer",
    "onwatch_detector/instruments.py": "test_worker.py reads them",
    "onwatch_detector/errors.py": "test_worker.py and test_pipeline.py meet each failure",
    "onwatch_detector/context.py": "a record: test_worker.py uses it",
    "onwatch_detector/detect/engines/openvino_model.py": "test_openvino_engine.py reads each kind of model",
    "onwatch_detector/read/in_process.py": "read/test_port.py",
    "onwatch_detector/read/samples.py": "read/test_port.py and motion/test_sampler.py",
    "onwatch_detector/read/sandboxed/serving.py": "read/test_port.py and sandboxed/test_decoder.py run it",
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
    "onwatch_media/sandbox/fork_server.py": "test_starter.py runs it",
    "onwatch_media/still_worker.py": "test_still_maker.py runs it",
    "onwatch_media/worker.py": "test_isolation.py runs it",
    "onwatch_runtime/bus/port.py": "a port: its promises are the bus suite, which each adapter's test runs",
    "onwatch_testkit/bus_suite.py": "a suite: run by each adapter's test_bus.py",
    "onwatch_sql/migrations.py": "run by Alembic: database_suite.py",
    "onwatch_testkit/sql/database_suite.py": "a suite: run by the test_database.py of each service with tables",
    "onwatch_testkit/sql/newer_release.py": "a database for tests: database_suite.py migrates it",
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
