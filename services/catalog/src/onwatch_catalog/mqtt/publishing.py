"""Publishes numbers and alerts of videos to an MQTT broker: the loop, and what makes it publish."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import httpx

from onwatch_catalog.instruments import Instruments
from onwatch_catalog.mqtt.aiomqtt_broker import Access, connected
from onwatch_catalog.mqtt.alert_states import AlertStates, HttpAlerts, aggregator_client
from onwatch_catalog.mqtt.broker import Broker, BrokerUnavailable, Connect
from onwatch_catalog.mqtt.discovery import OFFLINE, ONLINE, document
from onwatch_catalog.mqtt.events import AlertEvents
from onwatch_catalog.mqtt.mirror import Mirror
from onwatch_catalog.mqtt.numbers import LiveNumbers
from onwatch_catalog.mqtt.pacing import Pacing
from onwatch_catalog.mqtt.readings import STARTING, Snapshot, readings
from onwatch_catalog.mqtt.topics import Topics
from onwatch_catalog.records import VideoStore, key_of
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.messages import (
    AlertChangedV1,
    CountsCommittedV1,
    Message,
    MetricsCommittedV1,
    RunStartingV1,
    VideoPersistedV1,
)
from onwatch_runtime.backoff import Backoff
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import Unavailable
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

RECONNECT = Backoff(first_delay_s=1.0, max_delay_s=60.0)
RESYNC_S = 3600.0  # repairs what a message that was lost would have removed
PAGE = 200
FLUSH_S = 2.0  # for the last values when the service stops
IN_FLIGHT = 8  # publications of a video that wait for their confirmation


@dataclass
class MqttPublishing:
    """Messages change what is known at once; one loop publishes it, as fast as the broker takes it.

    A broker that is slow or away holds up nothing but this loop, and gets the newest values afterwards.
    """

    videos: VideoStore
    connect: Connect
    topics: Topics
    chosen: Collection[str]
    """Ids of videos; empty: all."""
    clock: Clock
    instruments: Instruments
    pacing: Pacing
    alerts: AlertStates
    leads: Callable[[], bool] = lambda: True
    """Of several processes one publishes."""
    events: AlertEvents = field(init=False)
    numbers: LiveNumbers = field(default_factory=LiveNumbers)
    wake_up: WakeUp = field(default_factory=WakeUp)
    _problem: str | None = "no connection was made yet"

    def __post_init__(self) -> None:
        self.events = AlertEvents(self.clock, self.instruments)
        self.alerts.on_answer = self._changed

    @classmethod
    def of(
        cls,
        settings: CatalogSettings,
        videos: VideoStore,
        clock: Clock,
        instruments: Instruments,
        aggregator: httpx.AsyncClient | None = None,
        leads: Callable[[], bool] = lambda: True,
    ) -> MqttPublishing | None:
        """None: it is off. The aggregator is that of the settings if no client of it is given."""
        if settings.mqtt_url is None:
            return None
        discovery_prefix = settings.mqtt_discovery_prefix
        topics = Topics(settings.mqtt_prefix, "" if discovery_prefix == "none" else discovery_prefix)
        connect = partial(connected, Access.of(settings), topics)
        alerts = AlertStates(HttpAlerts(aggregator or aggregator_client(settings)), clock)
        pacing = Pacing(settings.mqtt_interval_s)
        return cls(videos, connect, topics, settings.mqtt_videos, clock, instruments, pacing, alerts, leads)

    def begin(self) -> None:
        """Before each time that the loops are run; what was heard before may be out of date."""
        self.wake_up, self.alerts.wake_up = WakeUp(), WakeUp()
        self.numbers = LiveNumbers()

    # --- what the bus tells

    async def on_metrics(self, message: MetricsCommittedV1) -> None:
        self.numbers.on_metrics(message)
        self._changed(message.video_id)

    async def on_counts(self, message: CountsCommittedV1) -> None:
        self.numbers.on_counts(message)
        self._changed(message.video_id)

    async def on_starting(self, message: RunStartingV1) -> None:
        self.numbers.on_starting(message.video_id, self.clock.monotonic())
        self._changed(message.video_id)

    async def on_video(self, message: Message) -> None:
        """A video, or what is counted in it, was added, changed or deleted."""
        self._changed(message.video_id)

    async def on_alert(self, message: AlertChangedV1) -> None:
        """`BrokerUnavailable`, after which it is tried again."""
        if self._is_chosen(message.video_id) and await self.videos.find_site(message.video_id) is not None:
            self.alerts.ask(message.video_id)
            await self.events.publish(self.topics.event(message.video_id, message.rule_id), message)

    async def on_alert_rules(self, message: Message) -> None:
        if self._is_chosen(message.video_id):
            self.alerts.ask(message.video_id)

    def on_run_event(self, message: Message) -> None:
        """Called when the status in the store follows the event."""
        self.numbers.on_status(message.video_id)
        if isinstance(message, VideoPersistedV1):
            self.numbers.on_persisted(message)
        self._changed(message.video_id)

    async def check(self) -> None:
        """Raise `BrokerUnavailable` if there is no connection, and it is this process that should have one."""
        if self.leads() and self._problem is not None:
            raise BrokerUnavailable(self._problem)

    def _is_chosen(self, video_id: str) -> bool:
        return not self.chosen or video_id in self.chosen

    def _changed(self, video_id: str) -> None:
        self.pacing.mark(video_id, self.clock.monotonic())
        self.wake_up.set()

    # --- the loop

    async def run(self) -> None:
        """Publish until the wake-up is closed, and reconnect with a growing delay."""
        failures = 0
        while not self.wake_up.is_closed:
            try:
                async with self.connect() as broker:
                    failures = 0
                    await self._serve(broker)
            except Unavailable as error:
                failures += 1
                await self._wait_after(failures, str(error))
            except Exception as error:  # this loop owns its failures: it must not end before the service does
                log.exception("the connection to the MQTT broker failed")
                failures += 1
                await self._wait_after(failures, f"{type(error).__name__}: {error}")
        self._tell("the service has stopped")

    async def _wait_after(self, failures: int, problem: str) -> None:
        delay_s = RECONNECT.delay_s(failures)
        self._tell(problem)
        log.warning("numbers are not published by MQTT, retry in %.0f s: %s", delay_s, problem)
        end_s = self.clock.monotonic() + delay_s
        while not self.wake_up.is_closed and (left_s := end_s - self.clock.monotonic()) > 0:
            await self.wake_up.wait(self.clock, left_s)  # changes meanwhile do not shorten it

    def _tell(self, problem: str | None) -> None:
        """Why there is no connection; None: there is one."""
        self.instruments.mqtt_connected.set(problem is None)
        self._problem = problem

    async def _serve(self, broker: Broker) -> None:
        """Publish, and say in the end that nothing is published any more: the last will is of lost connections only."""
        try:
            await self._publish_changes(broker)
        finally:
            self.events.broker = None
            with suppress(BrokerUnavailable, TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await broker.publish(self.topics.status, OFFLINE)

    async def _publish_changes(self, broker: Broker) -> None:
        """Until the wake-up is closed."""
        session = Session(self, broker)
        await broker.publish(self.topics.status, ONLINE)
        self._tell(None)
        self.events.broker = broker
        log.info("numbers are published by MQTT below %s", self.topics.prefix)
        async with session.listening() as listening:
            synced_s = -RESYNC_S
            while not self.wake_up.is_closed:
                if listening.done():
                    listening.result()
                if self.clock.monotonic() - synced_s >= RESYNC_S:
                    synced_s = self.clock.monotonic()
                    await self._mark_all(session.mirror)
                await self._send_due(session)
                await self.wake_up.wait(self.clock, self.pacing.wait_s(self.clock.monotonic(), RESYNC_S))
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    for video_id in self.pacing.take_all(self.clock.monotonic()):
                        await session.send(video_id)

    async def _send_due(self, session: Session) -> None:
        for video_id in self.pacing.take(self.clock.monotonic()):
            if self.wake_up.is_closed:
                self._changed(video_id)
            else:
                await session.send(video_id)

    async def _mark_all(self, mirror: Mirror) -> None:
        for video_id in mirror.videos:
            self._changed(video_id)
        after = None
        while page := await self.videos.page(PAGE, after):
            for video in page:
                self._changed(video.id)
                if self._is_chosen(video.id):
                    self.alerts.ask(video.id)
            after = key_of(page[-1])

    async def snapshot(self, video_id: str) -> Snapshot | None:
        """None: there is no such video, or it is not published."""
        found = await self.videos.find_site(video_id)
        if found is None or not self._is_chosen(video_id):
            self.numbers.forget(video_id)
            self.alerts.forget(video_id)
            return None
        numbers, now_s = self.numbers.of(video_id), self.clock.monotonic()
        if numbers.starting_until_s > now_s:
            self.pacing.mark(video_id, now_s, numbers.starting_until_s - now_s)
        state = STARTING if numbers.starting_until_s > now_s else found.video.status
        alerts = self.alerts.of(video_id)
        return Snapshot(video_id, found.video.name, state, found.site, numbers.totals, numbers.counts, alerts)


@dataclass
class Session:
    """What is published within one connection: at first everything, then changes."""

    publishing: MqttPublishing
    broker: Broker
    mirror: Mirror = field(default_factory=Mirror)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[None]]:
        """Learn meanwhile what the broker has retained. The task fails when the connection has ended."""
        task = asyncio.create_task(self._listen(), name="retained topics")
        task.add_done_callback(lambda _: self.publishing.wake_up.set())
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, Unavailable):
                await task

    async def _listen(self) -> None:
        async for topic, payload in self.broker.retained():
            parsed = self.publishing.topics.parse(topic)
            if parsed is not None and topic not in self.mirror.topics(parsed[0]):
                self.mirror.note(parsed[0], topic, payload)
                self.publishing.pacing.mark(parsed[0], self.publishing.clock.monotonic())
                self.publishing.wake_up.set()
        raise BrokerUnavailable("the connection has ended")

    async def send(self, video_id: str) -> None:
        """Publish what the broker does not have of a video, and remove what no longer exists."""
        video = await self.publishing.snapshot(video_id)
        if video is None:
            await self._remove(video_id)
            return
        topics = self.publishing.topics
        values = {topics.of(video_id, reading.path): reading.value for reading in readings(video)}
        if self._waits_for_alerts(video):
            self.publishing.alerts.awaited.add(video_id)
        else:
            removed = set(self.mirror.topics(video_id)) - values.keys() - {topics.discovery(video_id)}
            await self._discover(video, [topic.removeprefix(topics.of(video_id, "")) for topic in sorted(removed)])
            await self._publish(video_id, dict.fromkeys(removed, ""))
        await self._publish(video_id, {topic: value for topic, value in values.items() if value is not None})

    def _waits_for_alerts(self, video: Snapshot) -> bool:
        """Whether the broker has alerts of which nothing is known yet: they stay, with the document that names them."""
        alerts = self.publishing.topics.of(video.video_id, "alerts/")
        return video.alerts is None and any(topic.startswith(alerts) for topic in self.mirror.topics(video.video_id))

    async def _discover(self, video: Snapshot, removed: list[str]) -> None:
        topic = self.publishing.topics.discovery(video.video_id)
        if topic is None:
            return
        if removed:
            await self._publish(video.video_id, {topic: document(video, self.publishing.topics, removed)})
        await self._publish(video.video_id, {topic: document(video, self.publishing.topics)})

    async def _remove(self, video_id: str) -> None:
        topics = dict.fromkeys(self.mirror.topics(video_id), "")
        discovery = self.publishing.topics.discovery(video_id)
        if topics and discovery is not None:
            topics = {discovery: ""} | topics
        await self._publish(video_id, topics)

    async def _publish(self, video_id: str, wanted: dict[str, str]) -> None:
        changes = self.mirror.changes(video_id, wanted)
        for start in range(0, len(changes), IN_FLIGHT):
            await asyncio.gather(*(self._put(video_id, *change) for change in changes[start : start + IN_FLIGHT]))

    async def _put(self, video_id: str, topic: str, payload: str) -> None:
        await self.broker.publish(topic, payload)
        self.mirror.note(video_id, topic, payload)
        self.publishing.instruments.mqtt_messages.inc()
