"""The accounts of deploy/servers on real servers: each service can do its work, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
import httpx
import psycopg
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused
from fleet import Fleet, fleet_on

from onwatch.doctor.examination import examine
from onwatch.doctor.stores import locate_stores
from onwatch.server_accounts import SUBSCRIPTIONS, account, files
from onwatch_contracts.messages import MESSAGES
from onwatch_runtime.bus.rabbit import Topology
from onwatch_testkit.api_client import assert_true, rows_of, until, upload, watching, write_short_clip
from onwatch_testkit.servers import HOST, PostgresServer, RabbitServer, RedisServer, require
from onwatch_testkit.servers.ports import first_response

pytestmark = pytest.mark.slow

SERVERS = Path(__file__).parents[1] / "deploy/servers"
NAMES = Topology()
PASSWORDS = {
    **{f"RABBITMQ_{name.upper()}_PASSWORD": f"bus-{name}" for name in SUBSCRIPTIONS},
    "RABBITMQ_PASSWORD": "bus-administrator",
    "REDIS_PASSWORD": "redis-administrator",
    "REDIS_AGGREGATOR_PASSWORD": "redis-aggregator",
    "POSTGRES_PASSWORD": "sql-administrator",
    "POSTGRESQL_CATALOG_PASSWORD": "sql-catalog",
    "POSTGRESQL_AGGREGATOR_PASSWORD": "sql-aggregator",
}


@pytest.mark.parametrize("name", [*files()])
def test_the_committed_file_is_current(name: str) -> None:
    generating = "python -m onwatch.server_accounts deploy/servers"
    assert (SERVERS / name).read_text() == files()[name], f"regenerate it: {generating}"


# --- the scripts that start the servers ------------------------------------------------------------


def environ_of(folder: Path, passwords: Mapping[str, str] = PASSWORDS) -> dict[str, str]:
    """As in the containers of the servers, whose entry point runs what it is given."""
    entry_point = folder / "docker-entrypoint.sh"
    entry_point.write_text('#!/bin/sh\nexec "$@"\n')
    entry_point.chmod(0o755)
    path = f"{folder}:{os.environ.get('PATH', os.defpath)}"
    return {"PATH": path, "ACCOUNTS_FOLDER": str(folder), **passwords}


def fill_definitions(folder: Path, passwords: Mapping[str, str] = PASSWORDS) -> subprocess.CompletedProcess[str]:
    environ = environ_of(folder, passwords)
    (folder / "rabbitmq-server").write_text("#!/bin/sh\n")
    (folder / "rabbitmq-server").chmod(0o755)
    (folder / "chown").write_text("#!/bin/sh\n")  # the user rabbitmq is in the image
    (folder / "chown").chmod(0o755)
    command = ["sh", SERVERS / "start-rabbitmq"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_passwords_are_filled_in(tmp_path: Path) -> None:
    assert fill_definitions(tmp_path).returncode == 0
    file = tmp_path / "rabbitmq-definitions.json"
    users = {user["name"]: user["password"] for user in json.loads(file.read_text())["users"]}
    assert users["onwatch-gateway"] == "bus-gateway"
    assert users["onwatch"] == "bus-administrator"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("password", "reason"), [("", "RABBITMQ_GATEWAY_PASSWORD is not set"), ('"a/', "is part of URLs")]
)
def test_an_unusable_password_is_refused(tmp_path: Path, password: str, reason: str) -> None:
    done = fill_definitions(tmp_path, PASSWORDS | {"RABBITMQ_GATEWAY_PASSWORD": password})
    assert done.returncode != 0
    assert reason in done.stderr


@pytest.mark.parametrize(("written", "status"), [("17", 0), (None, 0), ("16", 1)])
def test_a_volume_of_another_major_version_is_left_as_it_is(tmp_path: Path, written: str | None, status: int) -> None:
    environ = environ_of(tmp_path) | {"POSTGRES_USER": "onwatch", "POSTGRES_DB": "onwatch"}
    for name in ("pg_isready", "psql", "postgres"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.5'\n")
        (tmp_path / name).chmod(0o755)
    data = tmp_path / "data"
    data.mkdir()
    if written is not None:
        (data / "PG_VERSION").write_text(f"{written}\n")
    command = ["sh", SERVERS / "start-postgresql"]
    environ["PGDATA"] = str(data)
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status
    refusal = "has the data of PostgreSQL 16, which PostgreSQL 17 cannot read; nothing was changed"
    assert (refusal in done.stderr, "POSTGRESQL_IMAGE=postgres:16-alpine" in done.stderr) == (status == 1, status == 1)


# --- the servers -------------------------------------------------------------------------------------


class RabbitWithAccounts(RabbitServer):
    def _listener(self) -> str:
        done = fill_definitions(self.folder)
        assert done.returncode == 0, done.stderr
        return f"{super()._listener()}load_definitions = {self.folder / 'rabbitmq-definitions.json'}\n"

    def url_of(self, user: str, password: str) -> str:
        return f"amqp://{user}:{password}@{HOST}:{self.port}/"

    def url_for(self, service: str) -> str:
        return self.url_of(account(service), PASSWORDS[f"RABBITMQ_{service.upper()}_PASSWORD"])


class RedisWithAccounts(RedisServer):
    def url_of(self, user: str, password: str) -> str:
        return f"redis://{user}:{password}@{HOST}:{self.port}/0"

    def _environment(self) -> Mapping[str, str]:
        environ = environ_of(self.folder)
        (self.folder / "chown").write_text("#!/bin/sh\n")
        (self.folder / "chown").chmod(0o755)
        return environ

    def _command(self) -> Sequence[str | Path]:
        _, *options = super()._command()
        return ["sh", SERVERS / "start-redis", *options]

    def _is_ready(self, pid: int) -> bool:
        return first_response(self.port, b"PING\r\n").startswith(b"-NOAUTH")


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RabbitWithAccounts]:
    require(RabbitWithAccounts)
    with RabbitWithAccounts.running() as server:
        yield server


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisWithAccounts]:
    require(RedisWithAccounts)
    with RedisWithAccounts.running() as server:
        yield server


def set_roles(url: str) -> None:
    environ = {**os.environ, **PASSWORDS}
    command = ["psql", "--quiet", "--no-psqlrc", "--file", SERVERS / "postgresql-roles.sql", url]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def as_role(url: str, role: str) -> str:
    return url.replace("onwatch@", f"{role}@")


@pytest.fixture
def fleet(
    rabbit: RabbitWithAccounts, redis: RedisWithAccounts, postgres_server: PostgresServer, tmp_path: Path
) -> Iterator[Fleet]:
    """Services with their own accounts: those of SQL that run them only read and write rows."""
    database = f"accounts_{os.getpid()}"
    with fleet_on(rabbit, redis, postgres_server, tmp_path, database, tmp_path / "media") as fleet:
        url = postgres_server.url_of(database)
        set_roles(url)
        set_roles(url)  # as at each start
        for service in SUBSCRIPTIONS:
            fleet.environ[f"ONWATCH_{service.upper()}_BUS_URL"] = rabbit.url_for(service)
        fleet.environ["ONWATCH_AGGREGATOR_REDIS_URL"] = redis.url_of(account("aggregator"), "redis-aggregator")
        with psycopg.connect(url, autocommit=True) as owner:
            for service in ("catalog", "aggregator"):
                role = f"{database}_{service}"
                owner.execute(f"CREATE ROLE {role} LOGIN")
                owner.execute(f"GRANT CONNECT ON DATABASE {database} TO {role}")
                fleet.environ[f"ONWATCH_{service.upper()}_DATABASE_URL"] = as_role(url, role)
                fleet.environ[f"ONWATCH_{service.upper()}_DATABASE_MIGRATION_URL"] = as_role(url, f"onwatch_{service}")
        yield fleet


@pytest.mark.connected
@pytest.mark.timeout(1200)  # three servers, six services, and a restart of the broker; half a minute on a free machine
async def test_the_main_job_with_an_account_for_each_service(
    fleet: Fleet, rabbit: RabbitWithAccounts, redis: RedisWithAccounts, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    clip = tmp_path / "short.mp4"
    write_short_clip(clip)
    for service in (*SUBSCRIPTIONS, "dashboard"):
        fleet.start(f"{service}-1")
    async with httpx.AsyncClient(timeout=60) as http:
        await fleet.until_ready(http)
        gateway = fleet.url("gateway-1")
        video_id = await upload(http, gateway, clip)
        async with watching(gateway, video_id) as viewer:
            await until(lambda: viewer.has_frames(5), "frames", lambda: fleet.log_of("detector-1"))
            await until(viewer.has_ended, "the end", lambda: fleet.log_of("aggregator-1"))
        assert_true(await rows_of(http, gateway, video_id))
        # Everything is declared again after a restart, which the transient exchange of frames does not survive.
        rabbit.restart()
        second = await upload(http, gateway, clip)
        async with watching(gateway, second) as viewer:
            await until(lambda: viewer.has_frames(5), "frames after the restart", lambda: fleet.log_of("gateway-1"))
            await until(viewer.has_ended, "the end", lambda: fleet.log_of("aggregator-1"))
        assert (await http.delete(f"{gateway}/api/videos/{video_id}")).is_success

    assert fleet.stop_all() == dict.fromkeys(fleet.processes, 0)
    logs = "".join(fleet.log_of(name) for name in fleet.processes)
    assert "ACCESS_REFUSED" not in logs
    assert "permission" not in logs.lower()
    await examine_as_administrator(fleet, rabbit, redis)


async def examine_as_administrator(fleet: Fleet, rabbit: RabbitWithAccounts, redis: RedisWithAccounts) -> None:
    administrator = {
        "ONWATCH_CATALOG_BUS_URL": rabbit.url_of("onwatch", "bus-administrator"),
        "ONWATCH_AGGREGATOR_REDIS_URL": redis.url_of("onwatch", "redis-administrator"),
    }
    stores = locate_stores(fleet.log_dir, environ=fleet.environ | administrator)
    assert await examine(stores, min_age_s=3600, settle_s=0) == ()


# --- what each account cannot do ---------------------------------------------------------------------

Attempt = Callable[[AbstractChannel], Awaitable[object]]


@asynccontextmanager
async def channel_of(rabbit: RabbitWithAccounts, service: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(rabbit.url_for(service)) as connection:
        yield await connection.channel(publisher_confirms=True)


async def publish(channel: AbstractChannel, exchange: str, key: str) -> None:
    to = await channel.get_exchange(exchange, ensure=False)
    await to.publish(aio_pika.Message(b"{}"), key, mandatory=False)


async def is_allowed(rabbit: RabbitWithAccounts, service: str, attempt: Attempt) -> bool:
    async with channel_of(rabbit, service) as channel:
        try:
            await attempt(channel)
        except ChannelAccessRefused:
            return False
    return True


@pytest.mark.connected
@pytest.mark.parametrize("service", [*SUBSCRIPTIONS])
async def test_a_service_publishes_its_own_messages_only(rabbit: RabbitWithAccounts, service: str) -> None:
    for message in MESSAGES:
        key = f"{message.name}.v{message.version}.v1"
        is_publisher = service in message.publisher.split(", ")
        allowed = await is_allowed(rabbit, service, lambda channel, key=key: publish(channel, NAMES.events, key))
        assert allowed == is_publisher, f"{service}: {key}"


@pytest.mark.connected
@pytest.mark.parametrize("service", [*SUBSCRIPTIONS])
async def test_only_the_detector_sends_frames(rabbit: RabbitWithAccounts, service: str) -> None:
    allowed = await is_allowed(rabbit, service, lambda channel: publish(channel, NAMES.frames, "v1"))
    assert allowed == (service == "detector")


@pytest.mark.connected
@pytest.mark.parametrize("key", ["metrics.batch.v1.*", "metrics.batch.v2.a", "#", "*.*.*.*", "demand.wanted.v1.*"])
async def test_the_gateway_cannot_bind_its_queue_to_what_it_does_not_forward(
    rabbit: RabbitWithAccounts, key: str
) -> None:
    async def bind(channel: AbstractChannel) -> None:
        queue = await channel.declare_queue(NAMES.exclusive_name("gateway.events"), exclusive=True)
        await queue.bind(NAMES.events, "run.started.v1.*")
        await queue.bind(NAMES.events, key)

    assert not await is_allowed(rabbit, "gateway", bind)


@pytest.mark.connected
@pytest.mark.parametrize("service", [*SUBSCRIPTIONS])
async def test_nobody_reads_dead_letters_or_deletes_what_all_share(rabbit: RabbitWithAccounts, service: str) -> None:
    async def read(channel: AbstractChannel) -> None:
        await (await channel.get_queue(NAMES.dead_letters, ensure=False)).get(fail=False)

    assert not await is_allowed(rabbit, service, read)
    assert not await is_allowed(rabbit, service, lambda channel: channel.queue_delete(NAMES.dead_letters))
    # For the metrics of each process.
    assert await is_allowed(rabbit, service, lambda channel: channel.declare_queue(NAMES.dead_letters, passive=True))
    assert not await is_allowed(rabbit, service, lambda channel: channel.exchange_delete(NAMES.events))
    assert not await is_allowed(rabbit, service, lambda channel: channel.declare_queue("mine"))


@pytest.mark.connected
async def test_a_service_cannot_take_the_messages_of_another(rabbit: RabbitWithAccounts) -> None:
    async def declare(channel: AbstractChannel) -> None:
        await channel.declare_queue(NAMES.queue("aggregator.deleted"), durable=True)

    assert not await is_allowed(rabbit, "gateway", declare)
    assert not await is_allowed(rabbit, "detector", declare)


@pytest.mark.connected
def test_roles_of_services_reach_their_own_schema_only(postgres_server: PostgresServer) -> None:
    database = f"roles_{os.getpid()}"
    url = postgres_server.url_of(database)
    with psycopg.connect(postgres_server.url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {database}")
    with psycopg.connect(url, autocommit=True) as owner:  # as an older version left it
        owner.execute("CREATE SCHEMA catalog")
        owner.execute("CREATE TABLE catalog.videos (id text, number serial)")
        owner.execute("CREATE FUNCTION catalog.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    set_roles(url)
    with psycopg.connect(as_role(url, "onwatch_catalog"), autocommit=True) as catalog:
        catalog.execute("ALTER TABLE catalog.videos ADD COLUMN name text")
        catalog.execute("DROP FUNCTION catalog.f()")
        for refused in ("CREATE TABLE analytics.x ()", "CREATE TABLE public.x ()", "CREATE SCHEMA more"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                catalog.execute(refused)
    with psycopg.connect(as_role(url, "onwatch_aggregator"), autocommit=True) as aggregator:
        aggregator.execute("CREATE TABLE analytics.runs ()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            aggregator.execute("SELECT * FROM catalog.videos")
