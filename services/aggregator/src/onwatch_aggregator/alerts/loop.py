"""Finds alerts as batches are committed, and publishes them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from onwatch_aggregator.alerts.evaluation import Evaluation, PlanTaken
from onwatch_aggregator.alerts.records import Unpublished
from onwatch_aggregator.alerts.store import AlertStore
from onwatch_aggregator.errors import StoreUnavailable
from onwatch_contracts.alerts import place_of
from onwatch_contracts.messages import AlertChangedV1, RulesChangedV1
from onwatch_runtime.bus import BusUnavailable, Publisher
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

CHECK_INTERVAL_S = 5.0
"""Between two checks which videos have rules, and whether something was not published."""
TURN_INTERVAL_S = 0.2
"""Between two tries to publish while another aggregator does."""
UNAVAILABLE = (StoreUnavailable, BusUnavailable)


@dataclass
class AlertLoop:
    """Beside the commit of batches, never within it: a batch of a video without rules costs one look into a set.

    All that it does may be repeated, by this aggregator or another one.
    """

    evaluation: Evaluation
    store: AlertStore
    publisher: Publisher
    wake_up: WakeUp = field(default_factory=WakeUp)
    _watched: frozenset[str] = field(default=frozenset(), init=False)
    """Videos with rules, as of the last check."""
    _due: set[str] = field(default_factory=set, init=False)
    _failed: set[str] = field(default_factory=set, init=False)
    """Videos whose alerts could not be found: tried again with the next check."""
    _rules_changed: set[str] = field(default_factory=set, init=False)
    """Videos whose rules have changed, which was not published yet."""
    _may_be_unpublished: bool = field(default=True, init=False)
    _publishing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def committed(self, video_id: str) -> None:
        """A batch of the video is committed."""
        if video_id in self._watched:
            self.look_at(video_id)

    def look_at(self, video_id: str) -> None:
        """Something has changed by which alerts of the video are raised or cleared."""
        self._due.add(video_id)
        self.wake_up.set()

    async def rules_changed(self, video_id: str) -> None:
        """Another aggregator knows of it at its next check; others are told by the loop, though not after a crash."""
        self._rules_changed.add(video_id)
        self._watched = await self.store.watched_videos()
        self.look_at(video_id)

    async def finish(self, video_id: str, run_id: str) -> None:
        """The run is in SQL: find the rest of its alerts, and publish them. `PlanTaken` if another one does."""
        await self.evaluation.finish(video_id, run_id)
        if not await self.publish():
            self._may_be_unpublished = True
            self.wake_up.set()

    async def run(self) -> None:
        """Until `wake_up` is closed."""
        checked_s = -CHECK_INTERVAL_S
        while not self.wake_up.is_closed:
            now_s, pause_s = self.publisher.clock.monotonic(), CHECK_INTERVAL_S
            try:
                if now_s - checked_s >= CHECK_INTERVAL_S:
                    self._watched, checked_s = await self.store.watched_videos(), now_s
                    self._may_be_unpublished = True
                    self._due, self._failed = self._due | self._failed, set()
                await self.check()
                if self._may_be_unpublished:
                    pause_s = TURN_INTERVAL_S
            except UNAVAILABLE as error:
                log.warning("alerts were not found or not published, next try in %g s: %s", CHECK_INTERVAL_S, error)
            except Exception:  # this loop owns its failures: it must not end before the service does
                log.exception("alerts were not found or not published, next try in %g s", CHECK_INTERVAL_S)
            await self.wake_up.wait(self.publisher.clock, pause_s)

    async def check(self) -> None:
        """Look at every video that is due, and publish what was found."""
        due, self._due = self._due, set()
        for number, video_id in enumerate(sorted(due)):
            try:
                await self.evaluation.go_on(video_id)
            except PlanTaken as error:
                log.info("not found here: %s", error)
            except UNAVAILABLE:
                self._due |= set(sorted(due)[number:])  # with those that were not looked at
                raise
            except Exception:  # of this video, as where its log is damaged: the others do not wait for it
                log.exception("alerts of video %s were not found", video_id)
                self._failed.add(video_id)
            self._may_be_unpublished = True
        if self._may_be_unpublished:
            self._may_be_unpublished = not await self.publish()
        for video_id in sorted(self._rules_changed):
            await self.publisher.publish(RulesChangedV1, video_id=video_id)
            self._rules_changed.discard(video_id)

    async def publish(self) -> bool:
        """Publish at least once each change, in the order in which they happened, also after a crash.

        One aggregator at a time: a second one could still say raised after the first has said cleared. False: another
        one is publishing, which may have taken its last look before something was found here.
        """
        async with self._publishing:
            while True:
                async with self.store.publishing() as changes:
                    for change in changes or ():
                        await self.publisher.publish(AlertChangedV1, **_fields(change))
                if not changes:
                    return changes is not None
                await asyncio.sleep(0)


def _fields(change: Unpublished) -> dict[str, Any]:
    alert, is_raised = change.alert, change.change == "raised"
    return {
        "video_id": alert.video_id,
        "run_id": alert.run_id,
        "alert_id": alert.alert_id,
        "rule_id": alert.rule_id,
        "rule_name": alert.rule_name,
        "kind": alert.condition.kind,
        "change": change.change,
        **place_of(alert.condition).model_dump(),
        "place_name": alert.place_name,
        "raised_at_s": alert.raised_at_s,
        "at_s": alert.raised_at_s if is_raised or alert.cleared_at_s is None else alert.cleared_at_s,
        "value": alert.value if is_raised else alert.peak_value,
        "clear_reason": None if is_raised else alert.clear_reason,
        "link": alert.link,
    }
