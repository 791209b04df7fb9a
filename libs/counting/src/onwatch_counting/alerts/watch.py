"""The rules of a run, picture by picture: which alerts it raises and clears."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from onwatch_contracts.alerts import ClearReason, QueueCondition
from onwatch_counting.alerts.latch import Cleared, Latch, Raised
from onwatch_counting.alerts.measures import Measure, measure_of
from onwatch_counting.alerts.plan import AlertPlan, PlannedRule
from onwatch_counting.alerts.scene import Scene, SceneReader
from onwatch_counting.log import LoggedPicture
from onwatch_counting.site import SiteRules
from onwatch_counting.vehicles import TOLERANCE_S

STATE_VERSION = 1


class WatchStateError(ValueError):
    """The state cannot be used; count from the beginning of the log."""


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert was raised, or cleared."""

    rule: PlannedRule
    change: Raised | Cleared

    def alert_id(self, run_id: str) -> str:
        """A function of rule, run and moment, so that whoever finds the alert again finds the same one."""
        raised_at_s = self.change.at_s if isinstance(self.change, Raised) else self.change.raised_at_s
        parts = (self.rule.rule_id, str(self.rule.revision), run_id, repr(raised_at_s))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


@dataclass
class _Watched:
    rule: PlannedRule
    measure: Measure
    latch: Latch = field(default_factory=Latch)

    def observe(self, scene: Scene) -> Raised | Cleared | None:
        condition = self.rule.condition
        hold_s = condition.for_s if isinstance(condition, QueueCondition) else 0.0
        change = self.latch.step(scene.timestamp_s, self.measure.read(scene), hold_s, condition.clear_after_s)
        if isinstance(change, Cleared):
            self.measure.reset()
        return change


class AlertWatch:
    """A pure function of the pictures and the plan: it may be cut at any picture and resumed from its state."""

    def __init__(self, plan: AlertPlan, max_gap_s: float, rules: SiteRules | None = None) -> None:
        self._plan, self._max_gap_s = plan, max_gap_s
        self._reader = SceneReader(plan.site, rules)
        self._watched = [_Watched(rule, measure_of(rule.condition, max_gap_s)) for rule in plan.rules]
        self.timestamp_s: float | None = None
        """Of the newest picture."""

    def observe(self, picture: LoggedPicture) -> tuple[AlertChange, ...]:
        """The changes of the next picture, in the order of the rules. ValueError if the pictures are not in order."""
        scene = self._reader.observe(picture)
        retired = self.retire(picture.timestamp_s - 2 * TOLERANCE_S)
        self.timestamp_s = picture.timestamp_s
        return (*retired, *self._observe(scene))

    def _observe(self, scene: Scene) -> Iterator[AlertChange]:
        for watched in self._watched:
            if watched.rule.is_in_force(scene.timestamp_s):
                change = watched.observe(scene)
                if change is not None:
                    yield AlertChange(watched.rule, change)

    def retire(self, position_s: float) -> tuple[AlertChange, ...]:
        """Clear the alerts of rules that have ended by this position of the run."""
        ended = ((one, one.rule.until_s) for one in self._watched if one.rule.has_ended(position_s))
        return _cleared(((one, until_s) for one, until_s in ended if until_s is not None), ClearReason.RULE_CHANGED)

    def finish(self, end_s: float) -> tuple[AlertChange, ...]:
        """Clear everything at the end of the video."""
        retired = self.retire(end_s)
        return (*retired, *_cleared(((one, end_s) for one in self._watched), ClearReason.END_OF_VIDEO))

    def to_json(self) -> dict[str, Any]:
        """The complete state without the plan, JSON only; floats survive `json` exactly."""
        return {
            "version": STATE_VERSION,
            "timestamp_s": self.timestamp_s,
            "reader": self._reader.to_json(),
            "rules": [
                [one.rule.rule_id, one.rule.revision, one.measure.to_json(), one.latch.to_json()]
                for one in self._watched
            ],
        }

    @classmethod
    def from_json(
        cls, state: Mapping[str, Any], plan: AlertPlan, max_gap_s: float, rules: SiteRules | None = None
    ) -> Self:
        """The watch of a state, with a plan that may have more rules by now, or some that have ended since.

        `WatchStateError` if the state is damaged, or has passed the beginning of a rule that it does not know.
        """
        if state.get("version") != STATE_VERSION:
            raise WatchStateError(f"state of version {state.get('version')!r}, expected {STATE_VERSION}")
        watch = cls(plan, max_gap_s, rules)
        try:
            watch.timestamp_s = state["timestamp_s"]
            watch._reader = SceneReader.from_json(state["reader"], plan.site, rules)
            known = {(rule_id, revision): saved for rule_id, revision, *saved in state["rules"]}
            for one in watch._watched:
                watch._restore(one, known.get((one.rule.rule_id, one.rule.revision)))
        except (KeyError, TypeError, ValueError) as error:
            raise WatchStateError(f"state of alerts is damaged: {error!r}") from error
        return watch

    def _restore(self, one: _Watched, saved: Sequence[Any] | None) -> None:
        if saved is not None:
            measure, latch = saved
            one.measure.restore(measure)
            one.latch = Latch.from_json(latch)
        elif self.timestamp_s is not None and one.rule.has_begun(self.timestamp_s):
            raise WatchStateError(f"rule {one.rule.rule_id} was in force before, which the state does not know")


def _cleared(ends: Iterable[tuple[_Watched, float]], reason: ClearReason) -> tuple[AlertChange, ...]:
    changes = ((one.rule, one.latch.clear(at_s, reason)) for one, at_s in ends)
    return tuple(AlertChange(rule, change) for rule, change in changes if change is not None)
