"""When a track is a vehicle, and not a false detection."""

from __future__ import annotations

from dataclasses import dataclass

from onwatch_counting.vehicles.rules import VehicleRules


@dataclass(slots=True)
class Confirmation:
    """The current run of detections: how long, how many, how complete."""

    since_s: float
    since_picture_no: int
    detections: int = 1

    def see(self, timestamp_s: float, picture_no: int, before_s: float, before_no: int, rules: VehicleRules) -> None:
        """Process the next detection; `before` is the previous one."""
        is_broken = picture_no > before_no + 1 and not rules.reached(rules.confirm_unseen_s, timestamp_s - before_s)
        if is_broken:
            self.since_s, self.since_picture_no, self.detections = timestamp_s, picture_no, 0
        self.detections += 1

    def is_enough(self, timestamp_s: float, picture_no: int, rules: VehicleRules) -> bool:
        """Whether it is a vehicle, at its newest detection."""
        pictures = picture_no - self.since_picture_no + 1
        often = self.detections >= rules.confirm_detections and self.detections >= rules.confirm_seen * pictures
        sparse = self.detections > 1 and self.detections == pictures
        return (often or sparse) and rules.reached(timestamp_s - self.since_s, rules.confirm_s)
