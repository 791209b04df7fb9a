"""What every broker promises, in memory and by MQTT; and what only a real one can show."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import aiomqtt
import pytest
from pydantic import SecretStr

from onwatch_catalog.mqtt.aiomqtt_broker import Access, _subscribe, connected
from onwatch_catalog.mqtt.broker import Broker, BrokerUnavailable
from onwatch_catalog.mqtt.topics import Topics
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.process import looping
from onwatch_testkit.mqtt import MemoryMqtt, observed
from onwatch_testkit.servers import HOST, MosquittoServer, free_port, require

PATIENCE_S = 60.0
PASSWORD = "correct horse"
NOT_AUTHORIZED = 0x87


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """Of this test alone: the broker is shared."""
    return f"test/{abs(hash(request.node.name))}"


@pytest.fixture(params=["memory", pytest.param("mosquitto", marks=pytest.mark.connected)])
def connect(request: pytest.FixtureRequest, prefix: str) -> Callable[[], AbstractAsyncContextManager[Broker]]:
    topics = Topics(prefix, "")
    if request.param == "memory":
        return MemoryMqtt(topics).connect
    port = request.getfixturevalue("mosquitto_server").port
    return lambda: connected(Access(HOST, port, False, "suite"), topics)


async def first(broker: Broker, number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_S):
        async for topic, payload in broker.retained():
            found[topic] = payload
            if len(found) == number:
                break
    return found


# --- the suite -----------------------------------------------------------------------------------


async def test_what_was_published_is_told_to_the_next_connection(connect: Any, prefix: str) -> None:
    async with connect() as broker:
        await broker.publish(f"{prefix}/a/total", "1")
        await broker.publish(f"{prefix}/a/total", "2")
        await broker.publish(f"{prefix}/b/name", "Größe")
    async with connect() as broker:
        assert await first(broker, 2) == {f"{prefix}/a/total": "2", f"{prefix}/b/name": "Größe"}


async def test_an_empty_payload_removes_what_is_retained(connect: Any, prefix: str) -> None:
    async with connect() as broker:
        await broker.publish(f"{prefix}/a/total", "1")
        await broker.publish(f"{prefix}/b/total", "1")
        await broker.publish(f"{prefix}/a/total", "")
    async with connect() as broker:
        assert await first(broker, 1) == {f"{prefix}/b/total": "1"}


async def test_a_connection_is_not_told_what_it_publishes_itself(connect: Any, prefix: str) -> None:
    async with connect() as broker:
        await broker.publish(f"{prefix}/a/total", "1")
    async with connect() as broker:
        listening = broker.retained()
        assert (await anext(listening))[1] == "1"
        await broker.publish(f"{prefix}/a/total", "2")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await anext(listening)


async def test_an_event_is_not_retained(connect: Any, prefix: str) -> None:
    async with connect() as broker:
        await broker.publish_event(f"{prefix}/a/event", "{}")
        await broker.publish(f"{prefix}/a/total", "1")
    async with connect() as broker:
        assert await first(broker, 1) == {f"{prefix}/a/total": "1"}


# --- a real broker -------------------------------------------------------------------------------


@asynccontextmanager
async def publishing(publication: Any, access: Access, topics: Topics) -> AsyncIterator[Any]:
    publication.publishing.connect = lambda: connected(access, topics)
    publication.publishing.topics = topics
    running = publication.publishing
    running.clock = running.events.clock = running.alerts.clock = SystemClock()
    async with looping(running, running.alerts):
        yield running


async def until_connected(publishing: Any) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while publishing.registry.get_sample_value("onwatch_catalog_mqtt_connected") != 1:  # noqa: ASYNC110 no event
            await asyncio.sleep(0.05)


async def until_problem(publishing: Any, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await publishing.check()
            except BrokerUnavailable as problem:
                if wanted in str(problem):
                    return
            await asyncio.sleep(0.05)


def test_access_is_as_the_settings_say() -> None:
    def access(**settings: Any) -> Access:
        return Access.of(CatalogSettings.load(None, {}, **settings))

    assert access(mqtt_url="mqtt://broker.example", mqtt_insecure=True).port == 1883
    tls = access(mqtt_url="mqtts://broker.example", mqtt_user="u", mqtt_password="p", mqtt_client_id="c")
    assert (tls.host, tls.port, tls.is_tls, tls.user, tls.read_password()) == ("broker.example", 8883, True, "u", "p")
    assert tls.client_id == "c"
    assert access(mqtt_url="mqtt://[::1]:1999").port == 1999


def test_the_password_is_read_from_its_file_each_time(tmp_path: Path) -> None:
    file = tmp_path / "password"
    access = Access(HOST, 1, False, "c", "u", password_file=file)
    file.write_text("one\n")
    assert access.read_password() == "one"
    file.write_text("two\n")
    assert access.read_password() == "two"


@pytest.mark.connected
async def test_a_broker_that_is_away_at_the_start_gets_everything_when_it_is_there(publication: Any) -> None:
    require(MosquittoServer)
    with MosquittoServer.running() as server:
        server.stop()
        async with publishing(publication, Access(HOST, server.port, False, "c"), Topics("o", "h")) as running:
            await until_problem(running, "refused")
            await asyncio.to_thread(server.start)
            async with observed(server.port) as broker:
                await broker.until(lambda topics: topics.get("o/status") == "online", "the connection")


@pytest.mark.connected
async def test_a_broker_that_restarts_without_its_data_gets_everything_again(publication: Any, make: Any) -> None:
    require(MosquittoServer)
    topic = f"o/{make.video}/total"
    with MosquittoServer.running() as server:
        async with publishing(publication, Access(HOST, server.port, False, "c"), Topics("o", "h")) as running:
            await until_connected(publication)
            await running.on_metrics(make.metrics(1, total=3))
            async with observed(server.port) as broker:
                await broker.until(lambda topics: topics.get(topic) == "3", "the numbers")
            await asyncio.to_thread(server.kill)
            (server.folder / "mosquitto.db").unlink(missing_ok=True)
            await running.on_metrics(make.metrics(2, total=4))
            await asyncio.to_thread(server.start)
            async with observed(server.port) as broker:
                await broker.until(lambda topics: topics.get(topic) == "4", "the newest numbers")


@pytest.mark.connected
async def test_on_a_stop_offline_is_retained_and_the_numbers_stay(
    publication: Any, make: Any, mosquitto_server: MosquittoServer, prefix: str
) -> None:
    access, topics = Access(HOST, mosquitto_server.port, False, "c"), Topics(prefix, "")
    async with publishing(publication, access, topics) as running:
        await until_connected(publication)
        await running.on_metrics(make.metrics(1, total=3))
    async with observed(mosquitto_server.port) as broker:
        await broker.until(lambda found: found.get(topics.status) == "offline", "offline")
        await broker.until(lambda found: found.get(topics.of(make.video, "total")) == "3", "the numbers")


@pytest.mark.connected
async def test_alerts_survive_a_restart_and_the_next_start_repairs_what_was_missed(
    publication: Any, make: Any, mosquitto_server: MosquittoServer, prefix: str
) -> None:
    access, topics = Access(HOST, mosquitto_server.port, False, "c"), Topics(prefix, f"{prefix}-discovery")
    first, second = (topics.of(make.video, f"alerts/{rule_id}/state") for rule_id in ("r1", "r2"))
    publication.alerts.set(make.rule_alert("r1"), make.rule_alert("r2", "Wrong way"))
    async with observed(mosquitto_server.port) as broker:
        async with publishing(publication, access, topics):
            await broker.until(lambda found: found.get(first) == found.get(second) == "raised", "both are raised")
        await broker.until(lambda found: found.get(topics.status) == "offline", "the stop")

        again = publication.restarted()
        again.alerts.is_away = True
        async with publishing(again, access, topics) as running:
            await broker.until(lambda found: found.get(topics.status) == "online", "the next start")
            await running.on_metrics(make.metrics(1, total=3))
            await broker.until(lambda found: found.get(topics.of(make.video, "total")) == "3", "the numbers")
            assert (broker.topics[first], broker.topics[second]) == ("raised", "raised"), "nothing newer is known"
            again.alerts.is_away = False
            again.alerts.set(make.rule_alert("r1", **make.cleared))  # the other rule was deleted
            await broker.until(lambda found: found.get(first) == "cleared" and second not in found, "what was missed")
            await running.on_alert(make.alert_changed("cleared", occurred_at=running.clock.now()))
            await broker.until(lambda _: bool(broker.events), "the event")
    assert [topic for topic, _ in broker.events] == [topics.event(make.video, "r1")]


PUBLISHER = """
import asyncio, sys
from onwatch_catalog.mqtt.aiomqtt_broker import Access, connected
from onwatch_catalog.mqtt.topics import Topics

async def main():
    topics = Topics(sys.argv[2], "")
    async with connected(Access("127.0.0.1", int(sys.argv[1]), False, "killed"), topics) as broker:
        await broker.publish(topics.status, "online")
        print("online", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.connected
async def test_the_last_will_of_a_killed_process_says_offline(mosquitto_server: MosquittoServer, prefix: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PUBLISHER, str(mosquitto_server.port), prefix, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        assert await process.stdout.readline() == b"online\n"
    async with observed(mosquitto_server.port) as broker:
        await broker.until(lambda topics: topics.get(f"{prefix}/status") == "online", "online")
        process.kill()
        await broker.until(lambda topics: topics.get(f"{prefix}/status") == "offline", "offline")
    await process.wait()


@pytest.mark.connected
async def test_a_broker_that_does_not_confirm_is_left(
    publication: Any, monkeypatch: pytest.MonkeyPatch, make: Any
) -> None:
    require(MosquittoServer)
    monkeypatch.setattr("onwatch_catalog.mqtt.aiomqtt_broker.CONFIRMED_S", 0.5)
    with MosquittoServer.running() as server:
        async with publishing(publication, Access(HOST, server.port, False, "c"), Topics("o", "h")) as running:
            await until_connected(publication)
            await asyncio.to_thread(server.pause)
            await running.on_metrics(make.metrics(1, total=3))
            await until_problem(running, "timed out")
            server.unpause()
            async with observed(server.port) as broker:
                await broker.until(lambda topics: topics.get(f"o/{make.video}/total") == "3", "the numbers")


# --- TLS and passwords ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a private CA and the certificate of 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(words: str) -> None:
        subprocess.run(("openssl", *words.split()), cwd=folder, check=True, capture_output=True)

    (folder / "names").write_text(f"subjectAltName=IP:{HOST}\n")
    (folder / "ca").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
    for name in ("ca", "broker"):
        openssl(f"req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}")
    openssl("x509 -req -in ca.csr -signkey ca.key -days 30 -extfile ca -out ca.pem")
    signing = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names"
    openssl(f"x509 -req -in broker.csr {signing} -out broker.pem")
    return folder


@pytest.fixture(scope="module")
def closed_server(authority: Path) -> Iterator[Access]:
    """Of a broker with TLS and passwords: who may connect."""
    require(MosquittoServer)
    port = free_port()
    subprocess.run(("mosquitto_passwd", "-b", "-c", "passwords", "onwatch", PASSWORD), cwd=authority, check=True)
    lines = (
        f"listener {port} {HOST}",
        "allow_anonymous false",
        f"password_file {authority}/passwords",
        f"cafile {authority}/ca.pem",
        f"certfile {authority}/broker.pem",
        f"keyfile {authority}/broker.key",
    )
    with ClosedServer.with_lines(lines):
        yield Access(HOST, port, True, "tls", "onwatch", SecretStr(PASSWORD), ca_file=authority / "ca.pem")


class ClosedServer(MosquittoServer):
    lines: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, *self.lines)

    @classmethod
    def with_lines(cls, lines: tuple[str, ...]) -> Any:
        return type("ClosedServer", (cls,), {"lines": lines}).running()


async def connect_once(access: Access) -> None:
    async with connected(access, Topics("closed", "")) as broker:
        await broker.publish("closed/status", "online")


@pytest.mark.connected
async def test_tls_with_a_private_ca_and_a_password(closed_server: Access) -> None:
    await connect_once(closed_server)


@pytest.mark.connected
# paho leaves the socket of a failed handshake to the collector, which warns.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"password": SecretStr("wrong")}, "Not authorized"),
        ({"user": None, "password": None}, "Not authorized"),
        ({"ca_file": None}, "CERTIFICATE_VERIFY_FAILED"),
        ({"host": "localhost"}, "Hostname mismatch"),
        ({"ca_file": Path("/nonexistent/ca.pem")}, "the password or CA file cannot be read"),
    ],
)
async def test_a_connection_that_is_not_safe_or_not_allowed_is_refused(
    closed_server: Access, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BrokerUnavailable, match=problem):
        await connect_once(replace(closed_server, **change))
    gc.collect()


async def test_topics_that_may_not_be_read_are_logged_and_the_rest_is_published(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Client:
        async def subscribe(self, *_: Any, **__: Any) -> list[int]:
            return [NOT_AUTHORIZED]

    await _subscribe(cast("aiomqtt.Client", Client()), Topics("closed", ""))

    assert "the broker lets nobody read closed/#" in caplog.text
