"""What the condition of a rule measures at each moment: its value, and whether it is met, or over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from onwatch_contracts.alerts import (
    AlertCondition,
    CountCondition,
    NothingSeenCondition,
    QueueCondition,
    StayCondition,
    WrongDirectionCondition,
)
from onwatch_contracts.site import CountedTypes
from onwatch_counting.alerts.scene import Presence, Scene
from onwatch_counting.site import is_counted
from onwatch_counting.vehicles import TOLERANCE_S


class Reading(NamedTuple):
    """Of one moment. Between met and over, an alert stays as it is."""

    value: float
    is_met: bool
    is_over: bool


class Measure(Protocol):
    """Has a state where the moment alone is not enough; it is JSON."""

    def read(self, scene: Scene) -> Reading:
        """Called for every picture in order."""
        ...

    def reset(self) -> None:
        """The alert is cleared."""
        ...

    def to_json(self) -> Any: ...

    def restore(self, state: Any) -> None: ...


def measure_of(condition: AlertCondition, max_gap_s: float) -> Measure:
    """`max_gap_s`: pictures farther apart leave a gap, in which the video was not analysed."""
    match condition:
        case CountCondition():
            return _Count(condition)
        case StayCondition():
            return _Stay(condition)
        case QueueCondition():
            return _Queue(condition)
        case WrongDirectionCondition():
            return _WrongDirection(condition)
        case NothingSeenCondition():
            return _NothingSeen(condition, max_gap_s)


class _Stateless:
    def reset(self) -> None:
        pass

    def to_json(self) -> Any:
        return None

    def restore(self, state: Any) -> None:
        pass


@dataclass
class _Count(_Stateless):
    condition: CountCondition
    times_s: list[float] = field(default_factory=list)
    """Of what is in the window."""

    def read(self, scene: Scene) -> Reading:
        condition = self.condition
        since_s = scene.timestamp_s - condition.window_s + TOLERANCE_S
        counted = sum(is_counted(kind, condition.vehicle_types) for kind in self._new(scene))
        self.times_s = [at_s for at_s in self.times_s if at_s >= since_s] + [scene.timestamp_s] * counted
        value, most = len(self.times_s), condition.clear_at_most
        return Reading(value, value > condition.more_than, value <= (condition.more_than if most is None else most))

    def _new(self, scene: Scene) -> Iterator[str]:
        condition = self.condition
        if condition.zone_id is not None:
            return (entry.vehicle_type for entry in scene.entries if entry.zone_id == condition.zone_id)
        return (
            one.vehicle_type
            for one in scene.passed
            if one.gate_id == condition.gate_id and condition.direction in (None, one.direction)
        )

    def to_json(self) -> Any:
        return self.times_s

    def restore(self, state: Any) -> None:
        self.times_s = [float(at_s) for at_s in state]


@dataclass
class _Stay(_Stateless):
    condition: StayCondition

    def read(self, scene: Scene) -> Reading:
        value = max((scene.timestamp_s - since_s for since_s in self._since(scene)), default=0.0)
        is_met = value > self.condition.more_than_s + TOLERANCE_S
        return Reading(value, is_met, not is_met)

    def _since(self, scene: Scene) -> Iterator[float]:
        for one in _present(scene, self.condition.zone_id, self.condition.vehicle_types):
            since_s = one.stands_since_s if self.condition.is_standing else one.entered_at_s
            if since_s is not None:
                yield since_s


@dataclass
class _Queue(_Stateless):
    condition: QueueCondition

    def read(self, scene: Scene) -> Reading:
        condition = self.condition
        present = _present(scene, condition.zone_id, condition.vehicle_types)
        value = sum(one.stands_since_s is not None or not condition.is_standing for one in present)
        most = condition.at_least - 1 if condition.clear_at_most is None else condition.clear_at_most
        return Reading(value, value >= condition.at_least, value <= most)


@dataclass
class _WrongDirection(_Stateless):
    condition: WrongDirectionCondition
    count: int = 0
    """Crossings since the last alert was cleared, with those that raised one."""

    def read(self, scene: Scene) -> Reading:
        condition = self.condition
        new = sum(
            one.gate_id == condition.gate_id
            and one.direction == condition.direction
            and is_counted(one.vehicle_type, condition.vehicle_types)
            for one in scene.passed
        )
        self.count += new
        return Reading(self.count, new > 0, new == 0)

    def reset(self) -> None:
        self.count = 0

    def to_json(self) -> Any:
        return self.count

    def restore(self, state: Any) -> None:
        self.count = int(state)


@dataclass
class _NothingSeen(_Stateless):
    condition: NothingSeenCondition
    max_gap_s: float
    unseen_s: float = 0.0
    """Analysed time since a vehicle was seen."""
    before_s: float | None = None
    """The last picture."""

    def read(self, scene: Scene) -> Reading:
        elapsed_s = scene.timestamp_s - (scene.timestamp_s if self.before_s is None else self.before_s)
        self.before_s = scene.timestamp_s
        if self._is_seen(scene):
            self.unseen_s = 0.0
        elif elapsed_s <= self.max_gap_s:
            self.unseen_s += elapsed_s
        return Reading(self.unseen_s, self.unseen_s >= self.condition.for_s - TOLERANCE_S, self.unseen_s == 0)

    def _is_seen(self, scene: Scene) -> bool:
        types = self.condition.vehicle_types
        if self.condition.zone_id is None:
            return any(is_counted(kind, types) for kind in scene.seen_types)
        entered = (one.vehicle_type for one in scene.entries if one.zone_id == self.condition.zone_id)
        is_there = any(True for _ in _present(scene, self.condition.zone_id, types))
        return is_there or any(is_counted(kind, types) for kind in entered)

    def to_json(self) -> Any:
        return [self.unseen_s, self.before_s]

    def restore(self, state: Any) -> None:
        self.unseen_s, self.before_s = state


def _present(scene: Scene, zone_id: str, types: CountedTypes) -> Iterable[Presence]:
    return (one for one in scene.in_zones.get(zone_id, ()) if is_counted(one.vehicle_type, types))
