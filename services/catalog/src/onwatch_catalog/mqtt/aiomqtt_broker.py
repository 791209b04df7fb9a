"""Connections to a broker by MQTT 5."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import aiomqtt
from paho.mqtt.subscribeoptions import SubscribeOptions
from pydantic import SecretStr

from onwatch_catalog.mqtt.broker import Broker, BrokerUnavailable
from onwatch_catalog.mqtt.discovery import OFFLINE
from onwatch_catalog.mqtt.topics import Topics
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.settings import secret_in

log = logging.getLogger(__name__)
wire_log = logging.getLogger(f"{__name__}.wire")
wire_log.setLevel(logging.ERROR)  # each lost connection is logged by the loop that reconnects

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
CONFIRMED_S = 10.0
KEEPALIVE_S = 30
FIRST_REFUSAL = 0x80  # reason codes from here on are refusals


@dataclass(frozen=True)
class Access:
    """Where the broker is, and who connects."""

    host: str
    port: int
    is_tls: bool
    client_id: str
    user: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None

    @classmethod
    def of(cls, settings: CatalogSettings) -> Self:
        url = urlsplit(settings.mqtt_url or "")
        return cls(
            url.hostname or "",
            url.port or DEFAULT_PORTS[url.scheme],
            url.scheme == "mqtts",
            settings.mqtt_client_id,
            settings.mqtt_user,
            settings.mqtt_password,
            settings.mqtt_password_file,
            settings.mqtt_ca_file,
        )

    def read_password(self) -> str | None:
        """From the file at each connection, because secrets are replaced. Blocks."""
        return secret_in(self.password, self.password_file)

    def tls(self) -> ssl.SSLContext | None:
        """Certificates and names of brokers are always verified. Blocks."""
        return ssl.create_default_context(cafile=self.ca_file) if self.is_tls else None


@dataclass(frozen=True)
class AiomqttBroker:
    """One connection."""

    client: aiomqtt.Client

    async def publish(self, topic: str, payload: str) -> None:
        await self._publish(topic, payload, retain=True)

    async def publish_event(self, topic: str, payload: str) -> None:
        await self._publish(topic, payload, retain=False)

    async def _publish(self, topic: str, payload: str, *, retain: bool) -> None:
        try:
            await self.client.publish(topic, payload.encode(), qos=1, retain=retain)
        except aiomqtt.MqttError as error:
            raise BrokerUnavailable(f"{topic} was not confirmed: {error}") from error

    async def retained(self) -> AsyncIterator[tuple[str, str]]:
        try:
            async for message in self.client.messages:
                if message.retain and isinstance(message.payload, bytes):
                    yield str(message.topic), message.payload.decode(errors="replace")
        except aiomqtt.MqttError as error:
            raise BrokerUnavailable(str(error.__cause__ or error)) from error


@asynccontextmanager
async def connected(access: Access, topics: Topics) -> AsyncIterator[Broker]:
    """A connection with a last will; `BrokerUnavailable` says why there is none, or no longer one."""
    try:
        password, tls = await asyncio.to_thread(lambda: (access.read_password(), access.tls()))
    except OSError as error:
        raise BrokerUnavailable(f"the password or CA file cannot be read: {error}") from error
    client = aiomqtt.Client(
        access.host,
        access.port,
        username=access.user,
        password=password,
        identifier=access.client_id,
        logger=wire_log,
        protocol=aiomqtt.ProtocolVersion.V5,
        will=aiomqtt.Will(topics.status, OFFLINE.encode(), qos=1, retain=True),
        timeout=CONFIRMED_S,
        keepalive=KEEPALIVE_S,
        tls_context=tls,
    )
    try:
        async with client:
            await _subscribe(client, topics)
            yield AiomqttBroker(client)
    except aiomqtt.MqttError as error:
        raise BrokerUnavailable(f"{access.host}:{access.port}: {error}") from error


async def _subscribe(client: aiomqtt.Client, topics: Topics) -> None:
    """To what is retained. Nothing of this connection is sent back to it."""
    options = SubscribeOptions(qos=1, noLocal=True)
    answers = await client.subscribe(topics.all, options=options)
    if any(getattr(answer, "value", answer) >= FIRST_REFUSAL for answer in answers):
        log.warning("the broker lets nobody read %s: topics of deleted videos may stay", topics.all)
