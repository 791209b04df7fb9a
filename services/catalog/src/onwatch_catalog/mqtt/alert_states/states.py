"""Asks for the alerts of videos, one video after the other, and keeps the answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from onwatch_catalog.mqtt.alert_states.source import AlertSource
from onwatch_catalog.mqtt.rule_alerts import RuleAlert
from onwatch_runtime.backoff import Backoff
from onwatch_runtime.clock import Clock
from onwatch_runtime.errors import Unavailable
from onwatch_runtime.process import WakeUp

log = logging.getLogger(__name__)

RETRY = Backoff(first_delay_s=0.5, max_delay_s=15.0)
IDLE_S = 3600.0


@dataclass
class AlertStates:
    """A loop of its own: an aggregator that is slow or away holds up no numbers.

    What is published is always an answer. Messages only say when to ask: they may be late or repeated, and none is
    heard while the catalog is down.
    """

    source: AlertSource
    clock: Clock
    on_answer: Callable[[str], None] = lambda _: None
    """Called with the id of a video whose alerts have changed, or that was awaited."""
    awaited: set[str] = field(default_factory=set)
    """Videos of which something waits for the first answer, whatever it is."""
    wake_up: WakeUp = field(default_factory=WakeUp)
    _known: dict[str, Sequence[RuleAlert]] = field(default_factory=dict)
    _due: dict[str, None] = field(default_factory=dict)
    """Videos to ask for, a dict for its order: the last one is asked for first, as its alerts have just changed."""

    def ask(self, video_id: str) -> None:
        """The alerts or rules of the video may have changed."""
        self._due.pop(video_id, None)
        self._due[video_id] = None
        self.wake_up.set()

    def of(self, video_id: str) -> Sequence[RuleAlert] | None:
        """The last answer; None: there was none yet."""
        return self._known.get(video_id)

    def forget(self, video_id: str) -> None:
        self._known.pop(video_id, None)
        self._due.pop(video_id, None)
        self.awaited.discard(video_id)

    async def run(self) -> None:
        """Until the wake-up is closed."""
        failures = 0
        while not self.wake_up.is_closed:
            try:
                await self._ask_all()
                failures, delay_s = 0, IDLE_S
            except Exception as error:  # this loop owns its failures: it must not end before the service does
                failures += 1
                delay_s = RETRY.delay_s(failures)
                log.warning(
                    "alerts cannot be published by MQTT, retry in %.1f s: %s",
                    delay_s,
                    error,
                    exc_info=not isinstance(error, Unavailable),
                )
            await self.wake_up.wait(self.clock, delay_s)

    async def _ask_all(self) -> None:
        while self._due and not self.wake_up.is_closed:
            video_id, _ = self._due.popitem()
            try:
                self._answered(video_id, await self.source.rule_alerts(video_id))
            except Exception:
                self._due = {video_id: None, **self._due}  # the others first: it may be this one alone
                raise

    def _answered(self, video_id: str, found: Sequence[RuleAlert]) -> None:
        is_news = list(found) != list(self._known.get(video_id, ())) or video_id in self.awaited
        self._known[video_id] = found
        self.awaited.discard(video_id)
        if is_news:
            self.on_answer(video_id)
