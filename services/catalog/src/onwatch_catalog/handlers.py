"""Handles the messages of the bus; the tables of subscriptions at the foot list all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onwatch_catalog.analysis import AnalysisDemand
from onwatch_catalog.demand import SystemDemand
from onwatch_catalog.mail import AlertMailer
from onwatch_catalog.mqtt import EVENT_EXPIRY_S, MqttPublishing
from onwatch_catalog.records import StoredVideo, VideoStore
from onwatch_catalog.site import Sites
from onwatch_catalog.videos import after_failed, after_lost, after_paused, after_persisted, after_started
from onwatch_catalog.webhooks import Webhooks
from onwatch_contracts.messages import (
    AlertChangedV1,
    CountsCommittedV1,
    DemandReleasedV1,
    DemandWantedV1,
    DetectorSlotsV1,
    Message,
    MetricsCommittedV1,
    RulesChangedV1,
    RunFailedV1,
    RunLostV1,
    RunPausedV1,
    RunStartedV1,
    RunStartingV1,
    SiteChangedV1,
    VideoCreatedV1,
    VideoDeletedV1,
    VideoPersistedV1,
    VideoUpdatedV1,
)
from onwatch_runtime.bus import PrivateQueue, SharedQueue, Subscription


@dataclass(frozen=True)
class Handlers:
    """Updates the status of videos, and notes what webhooks and MQTT are to be told.

    A message about an unknown video is about a deleted one, and is ignored.
    """

    store: VideoStore
    demand: AnalysisDemand
    sites: Sites
    webhooks: Webhooks
    mailer: AlertMailer
    mqtt: MqttPublishing | None = None

    async def on_run_event(self, message: Message) -> None:
        await self._follow(message)
        self.demand.wake()  # the message may have answered an analysis request, and the next one is due
        if isinstance(message, RunStartedV1):
            await self.sites.republish(message.video_id)

    async def on_run_event_to_publish(self, message: Message) -> None:
        """The same event, in the process that publishes by MQTT: the status has to follow it before that is done."""
        await self._follow(message)
        if self.mqtt is not None:
            self.mqtt.on_run_event(message)

    async def _follow(self, message: Message) -> None:
        """May be repeated."""
        rule = STATUS_RULES[type(message)]
        note = self.webhooks.noting(message)
        await self.store.change(message.video_id, lambda video: rule(video, message), also=note)
        self.webhooks.wake()

    async def on_alert(self, message: AlertChangedV1) -> None:
        await self.store.change(message.video_id, lambda video: video, also=self.webhooks.noting(message))
        self.webhooks.wake()

    async def on_alert_to_mail(self, message: AlertChangedV1) -> None:
        if (video := await self.store.find(message.video_id)) is not None:
            await self.mailer.send(message, video.name)


STATUS_RULES: Mapping[type[Message], Callable[[StoredVideo, Any], StoredVideo]] = {
    RunStartedV1: after_started,
    RunPausedV1: after_paused,
    RunLostV1: after_lost,
    RunFailedV1: after_failed,
    VideoPersistedV1: after_persisted,
}

SUBSCRIPTIONS: tuple[Subscription[Handlers], ...] = (
    # One queue, so that the events of a video are handled in the order in which they were published.
    Subscription(SharedQueue("catalog.runs", tuple(STATUS_RULES), ordered=True), Handlers.on_run_event),
    Subscription(SharedQueue("catalog.alerts", (AlertChangedV1,), ordered=True), Handlers.on_alert),
    # A queue of its own: a mail server that is away holds up no webhooks.
    Subscription(SharedQueue("catalog.alert-mails", (AlertChangedV1,)), Handlers.on_alert_to_mail),
)

DEMAND_SUBSCRIPTIONS: tuple[Subscription[SystemDemand], ...] = (
    # A copy of its own: the shared queue of demand is the detectors'.
    Subscription(PrivateQueue("catalog.demand", (DemandWantedV1, DemandReleasedV1)), SystemDemand.on_demand),
    Subscription(PrivateQueue("catalog.detectors", (DetectorSlotsV1,)), SystemDemand.on_slots),
)

MQTT_SUBSCRIPTIONS: tuple[Subscription[MqttPublishing], ...] = (
    # Only while numbers are published: a shared queue would fill up after MQTT was switched off.
    Subscription(PrivateQueue("catalog.mqtt.metrics", (MetricsCommittedV1,)), MqttPublishing.on_metrics),
    Subscription(PrivateQueue("catalog.mqtt.counts", (CountsCommittedV1,)), MqttPublishing.on_counts),
    Subscription(PrivateQueue("catalog.mqtt.starting", (RunStartingV1,)), MqttPublishing.on_starting),
    Subscription(
        PrivateQueue("catalog.mqtt.videos", (VideoCreatedV1, VideoUpdatedV1, VideoDeletedV1, SiteChangedV1)),
        MqttPublishing.on_video,
    ),
    Subscription(PrivateQueue("catalog.mqtt.alert-rules", (RulesChangedV1,)), MqttPublishing.on_alert_rules),
    # Shared, so that no event is lost while the catalog is restarted; what nobody takes in time is dropped.
    Subscription(
        SharedQueue("catalog.mqtt.alerts", (AlertChangedV1,), ordered=True, ttl_s=EVENT_EXPIRY_S),
        MqttPublishing.on_alert,
    ),
)

MQTT_RUN_SUBSCRIPTIONS: tuple[Subscription[Handlers], ...] = (
    # A copy of its own: of the shared queue, another process may take what this one is to publish.
    Subscription(PrivateQueue("catalog.mqtt.runs", tuple(STATUS_RULES)), Handlers.on_run_event_to_publish),
)
