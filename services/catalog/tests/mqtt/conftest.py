"""A video with a zone and a gate, and publishing to a broker in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from onwatch_catalog.errors import StoreUnavailable
from onwatch_catalog.instruments import Instruments
from onwatch_catalog.mqtt.alert_states.states import AlertStates
from onwatch_catalog.mqtt.pacing import Pacing
from onwatch_catalog.mqtt.publishing import MqttPublishing
from onwatch_catalog.mqtt.rule_alerts import RuleAlert
from onwatch_catalog.mqtt.topics import Topics
from onwatch_catalog.records import StoredSite, StoredVideo, VideoSite
from onwatch_contracts.alerts import Alert, ClearReason, QueueCondition, link_of
from onwatch_contracts.http import VideoStatus
from onwatch_contracts.messages import AlertChangedV1, CountsCommittedV1, MetricsCommittedV1
from onwatch_contracts.samples import MESSAGES
from onwatch_contracts.site import ROI_ZONE, Gate, GateCounts, SiteCounts, SiteZone, ZoneCounts
from onwatch_contracts.values import Coverage, Totals
from onwatch_runtime.errors import ServiceUnavailable
from onwatch_runtime.process import looping
from onwatch_testkit.clock import FakeClock, flowing, settle
from onwatch_testkit.mqtt import MemoryMqtt
from onwatch_testkit.sample_videos import stored_video

VIDEO = "0" * 31 + "1"
ZONE = SiteZone(zone_id="north", name="North", polygon=((0, 0), (1, 0), (1, 1)))
GATE = Gate(gate_id="g1", name="Bridge", points=((0, 0), (1, 1)), forward_name="in", backward_name="out")
SITE = StoredSite(revision=1, zones=(ROI_ZONE, ZONE), gates=(GATE,))


@dataclass
class Videos:
    """The part of the store of videos that is read."""

    found: dict[str, VideoSite] = field(default_factory=dict)

    def add(self, video_id: str = VIDEO, name: str = "Main street", site: StoredSite = SITE) -> None:
        stored = replace(stored_video(video_id, datetime(2026, 1, 1, tzinfo=UTC)), name=name)
        self.found[video_id] = VideoSite(stored, site)

    def change(self, video_id: str = VIDEO, **fields: Any) -> None:
        self.found[video_id] = replace(self.found[video_id], video=replace(self.found[video_id].video, **fields))

    def change_site(self, video_id: str = VIDEO, **fields: Any) -> None:
        self.found[video_id] = replace(self.found[video_id], stored=replace(self.found[video_id].stored, **fields))

    is_away: bool = False

    async def find_site(self, video_id: str) -> VideoSite | None:
        if self.is_away:
            raise StoreUnavailable("the database is away")
        await asyncio.sleep(0)  # it never answers at once
        return self.found.get(video_id)

    async def page(self, limit: int, after: Any) -> list[StoredVideo]:
        ids = sorted(video_id for video_id in self.found if after is None or video_id > after.video_id)
        return [self.found[video_id].video for video_id in ids[:limit]]


@dataclass
class Alerts:
    """What the aggregator knows."""

    found: dict[str, list[RuleAlert]] = field(default_factory=dict)
    is_away: bool = False
    asked: list[str] = field(default_factory=list)

    def set(self, *found: RuleAlert, video_id: str = VIDEO) -> None:
        self.found[video_id] = list(found)

    async def rule_alerts(self, video_id: str) -> list[RuleAlert]:
        self.asked.append(video_id)
        if self.is_away:
            raise ServiceUnavailable("the aggregator is away")
        return self.found.get(video_id, [])

    async def close(self) -> None: ...


@dataclass
class Publication:
    """Publishing, what it reads and where it publishes to."""

    publishing: MqttPublishing
    videos: Videos
    alerts: Alerts
    broker: MemoryMqtt
    clock: FakeClock
    registry: CollectorRegistry

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with looping(self.publishing, self.publishing.alerts):
            await self.settle()
            yield
            stopping = flowing(self.clock)
            await stopping.__aenter__()
        await stopping.__aexit__(None, None, None)

    def restarted(self) -> Publication:
        """Another process of the catalog: with the same broker, videos and alerts, and without memory."""
        return publication_of(self.videos, self.alerts, self.broker, self.clock)

    async def settle(self) -> None:
        for _ in range(20):
            await settle()

    async def count(self, batch_no: int, total: int, current: int = 0, **fields: Any) -> None:
        await self.publishing.on_metrics(metrics(batch_no, total, current, **fields))
        await self.settle()

    def values(self, path: str, video_id: str = VIDEO) -> list[str]:
        """Everything that was published there, in order."""
        topic = self.broker.topics.of(video_id, path)
        return [payload for published, payload in self.broker.published if published == topic]


def metrics(batch_no: int, total: int, current: int = 0, *, epoch: int = 1, run_id: str = "r") -> MetricsCommittedV1:
    totals = Totals(total_vehicles_count=total, current_vehicles_count=current, vehicle_type={"car": total})
    return MetricsCommittedV1(
        **envelope(), run_id=run_id, epoch=epoch, batch_no=batch_no, totals=totals, coverage=Coverage()
    )


def counts(batch_no: int, total: int, current: int = 0) -> CountsCommittedV1:
    zone = ZoneCounts(zone_id="north", total_vehicles_count=total, current_vehicles_count=current)
    gate = GateCounts(gate_id="g1", forward={"car": total, "bus": 1}, backward={"car": 2})
    found = SiteCounts(zones=(ZoneCounts(zone_id="roi"), zone), gates=(gate,))
    return CountsCommittedV1(**envelope(), run_id="r", epoch=1, batch_no=batch_no, counts=found)


def rule_alert(rule_id: str = "r1", name: str = "Queue at the light", **fields: Any) -> RuleAlert:
    """Raised, unless the fields say that it is cleared."""
    alert = {
        "alert_id": "a1",
        "video_id": VIDEO,
        "run_id": "r",
        "rule_id": rule_id,
        "rule_name": name,
        "condition": QueueCondition(zone_id="north", at_least=5),
        "place_name": "North",
        "raised_at_s": 42.2,
        "value": 5.0,
        "peak_value": 5.0,
        "raised_at": datetime(2026, 1, 1, tzinfo=UTC),
        "cleared_at_s": None,
        "clear_reason": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "link": link_of(VIDEO, 42.2),
    }
    return RuleAlert(rule_id, name, Alert.model_validate(alert | fields))


CLEARED = {"cleared_at_s": 61.8, "clear_reason": ClearReason.OVER, "peak_value": 9.0}


def alert_changed(change: str = "raised", alert_id: str = "a1", **fields: Any) -> AlertChangedV1:
    sample = next(sample for sample in MESSAGES if isinstance(sample, AlertChangedV1))
    return sample.model_copy(
        update={**envelope(), "rule_id": "r1", "change": change, "alert_id": alert_id, "zone_id": "north", **fields}
    )


def envelope(video_id: str = VIDEO) -> dict[str, Any]:
    return {"message_id": "m", "occurred_at": datetime(2026, 1, 1, tzinfo=UTC), "video_id": video_id}


@pytest.fixture
def make() -> Any:
    """Makes messages, and the site of the video."""

    class Make:
        metrics = staticmethod(metrics)
        counts = staticmethod(counts)
        envelope = staticmethod(envelope)
        rule_alert = staticmethod(rule_alert)
        alert_changed = staticmethod(alert_changed)
        cleared = CLEARED
        video, zone, gate, site = VIDEO, ZONE, GATE, SITE
        status = VideoStatus

    return Make


@pytest.fixture
def topics() -> Topics:
    return Topics("onwatch", "homeassistant")


def publication_of(videos: Videos, alerts: Alerts, broker: MemoryMqtt, clock: FakeClock) -> Publication:
    registry = CollectorRegistry()
    publishing = MqttPublishing(
        videos,  # type: ignore[arg-type]
        broker.connect,
        broker.topics,
        (),
        clock,
        Instruments(registry),
        Pacing(1.0),
        AlertStates(alerts, clock),
    )
    return Publication(publishing, videos, alerts, broker, clock, registry)


@pytest.fixture
def publication(clock: FakeClock, topics: Topics) -> Publication:
    videos = Videos()
    videos.add()
    return publication_of(videos, Alerts(), MemoryMqtt(topics), clock)


@pytest.fixture
async def published(publication: Publication) -> AsyncIterator[Publication]:
    async with publication.running():
        yield publication
    await asyncio.sleep(0)
