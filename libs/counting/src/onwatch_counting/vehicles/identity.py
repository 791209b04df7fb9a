"""One vehicle over the whole picture, whatever zones and gates it passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from onwatch_contracts.values import ExitReason, VehicleType
from onwatch_counting.vehicles.border import leaves
from onwatch_counting.vehicles.confirmation import Confirmation
from onwatch_counting.vehicles.motion import Motion
from onwatch_counting.vehicles.observation import Observation
from onwatch_counting.vehicles.rules import VehicleRules
from onwatch_counting.vehicles.types import TypeVotes, best_type, known_type
from onwatch_geometry import Box, Point


@dataclass(slots=True, eq=False)
class Identity:
    """Which tracks it had, whether it is confirmed, and what is known of its type."""

    motion: Motion
    first_seen_s: float
    seen_picture_no: int
    confirmation: Confirmation | None
    """None once it is confirmed."""
    tracks_count: int = 1
    votes: TypeVotes = field(default_factory=dict)

    @classmethod
    def first_seen(cls, timestamp_s: float, picture_no: int, seen: Observation) -> Self:
        motion = Motion.first_seen(timestamp_s, seen)
        return cls(motion, timestamp_s, picture_no, Confirmation(timestamp_s, picture_no))

    def see(self, timestamp_s: float, picture_no: int, track_id: int, box: Box, rules: VehicleRules) -> None:
        """Process its next detection."""
        motion = self.motion
        if self.confirmation is not None:
            before = motion.seen_s, self.seen_picture_no
            self.confirmation.see(timestamp_s, picture_no, *before, rules)
            if self.confirmation.is_enough(timestamp_s, picture_no, rules):
                self.confirmation = None
        self.tracks_count += track_id != motion.track_id
        motion.see(timestamp_s, track_id, box)
        self.seen_picture_no = picture_no

    def vote(self, votes: Mapping[str, int]) -> None:
        for kind, weight in votes.items():
            self.votes[kind] = self.votes.get(kind, 0) + weight

    @property
    def is_confirmed(self) -> bool:
        return self.confirmation is None

    def best_type(self) -> VehicleType:
        return known_type(best_type(self.votes))

    def end_reason(self, timestamp_s: float, rules: VehicleRules) -> ExitReason:
        """Why it is not seen any more at the given time."""
        if timestamp_s > self.motion.seen_s and leaves(self.motion, rules):
            return ExitReason.LEFT
        return ExitReason.TRACK_LOST if self.motion.is_lost(timestamp_s, rules) else ExitReason.END_OF_VIDEO

    def to_json(self) -> dict[str, Any]:
        """The complete state, JSON only."""
        motion, confirmation = self.motion, self.confirmation
        return {
            "track_id": motion.track_id,
            "seen_s": motion.seen_s,
            "box": motion.box,
            "rest": motion.rest,
            "rest_since_s": motion.rest_since_s,
            "velocity": motion.velocity,
            "first_seen_s": self.first_seen_s,
            "picture_no": self.seen_picture_no,
            "confirmation": confirmation
            and [confirmation.since_s, confirmation.since_picture_no, confirmation.detections],
            "tracks": self.tracks_count,
            "votes": dict(self.votes),
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; KeyError, TypeError or ValueError if the state is damaged."""
        left, top, right, bottom = state["box"]
        velocity = _point(state["velocity"]) if state["velocity"] is not None else None
        rest = _point(state["rest"])
        box = left, top, right, bottom
        motion = Motion(state["track_id"], state["seen_s"], box, rest, state["rest_since_s"], velocity)
        confirmation = Confirmation(*state["confirmation"]) if state["confirmation"] is not None else None
        return cls(
            motion,
            state["first_seen_s"],
            state["picture_no"],
            confirmation,
            state["tracks"],
            dict(state["votes"]),
        )


def _point(state: list[float]) -> Point:
    first, second = state
    return first, second
