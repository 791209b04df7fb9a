"""The frames of a video codec that a new viewer needs: the newest key frame and those after it. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from onwatch_contracts.channel import VideoFrameHeader

MAX_FRAMES = 128
"""A detector sends a key frame each second."""


@dataclass(frozen=True)
class Place:
    """Of a frame: in which stream, and which."""

    stream_id: str
    sequence: int


@dataclass
class PictureGroup:
    """A key frame and the frames after it, without gaps."""

    first: Place
    bodies: list[bytes] = field(default_factory=list)

    @property
    def end(self) -> Place:
        """Of the frame that will follow."""
        return Place(self.first.stream_id, self.first.sequence + len(self.bodies))

    def since(self, place: Place | None) -> list[bytes] | None:
        """The frames from this place on; None if it is not in the group: a viewer has to begin with the key frame."""
        if place is None or place.stream_id != self.first.stream_id:
            return None
        index = place.sequence - self.first.sequence
        return self.bodies[index:] if 0 < index <= len(self.bodies) else None


def continued(group: PictureGroup | None, header: VideoFrameHeader, body: bytes) -> PictureGroup | None:
    """The group with one frame more, or the one that it begins; None after a gap, until the next key frame."""
    place = Place(header.stream_id, header.sequence)
    if header.is_key:
        return PictureGroup(place, [body])
    if group is None or group.end != place or len(group.bodies) == MAX_FRAMES:
        return None
    group.bodies.append(body)
    return group
