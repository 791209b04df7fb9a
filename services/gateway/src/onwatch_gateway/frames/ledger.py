"""What the viewers of each video can show, and which frames of it arrive. Pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from onwatch_contracts.channel import decode_video_frame
from onwatch_contracts.frame_formats import JPEG, FrameFormat, WantedFrames, frames_key
from onwatch_gateway.frames.picture_group import PictureGroup, continued
from onwatch_gateway.frames.screen import Rate, Screen

ARRIVING_S = 1.5
"""A format of which nothing came for so long is not sent any more: the next best is taken, before viewers give up."""


@dataclass
class _Video:
    viewers: dict[Screen, dict[str, Rate]] = field(default_factory=dict)
    """Those who show the same are together: a frame is chosen once for all of them."""
    arrived_at_s: dict[FrameFormat, float] = field(default_factory=dict)
    groups: dict[FrameFormat, PictureGroup | None] = field(default_factory=dict)
    """The newest of each video codec and size."""

    def remove(self, viewer: str) -> Rate | None:
        """What it had, if it was one."""
        for screen, rates in self.viewers.items():
            if (rate := rates.pop(viewer, None)) is not None:
                if not rates:
                    del self.viewers[screen]
                return rate
        return None


@dataclass
class FrameLedger:
    """The subscriptions of viewers with what they can show; times are of one monotonic clock."""

    _videos: dict[str, _Video] = field(default_factory=dict)
    _due: set[str] = field(default_factory=set)
    _published: set[str] = field(default_factory=set)

    # --- viewers

    def subscribe(self, viewer: str, video_id: str) -> None:
        """The viewer shows all frames until it says otherwise."""
        self.show(viewer, video_id, Screen())

    def show(self, viewer: str, video_id: str, screen: Screen) -> None:
        video = self._videos.setdefault(video_id, _Video())
        rate = video.remove(viewer) or Rate()
        video.viewers.setdefault(screen, {})[viewer] = rate
        self._due.add(video_id)

    def unsubscribe(self, viewer: str, video_id: str) -> None:
        if (video := self._videos.get(video_id)) is None:
            return
        video.remove(viewer)
        if not video.viewers:
            del self._videos[video_id]
        self._due.add(video_id)

    # --- frames

    def keys(self) -> frozenset[str]:
        """Where the frames for the viewers are published.

        Those of the default format always: a detector of an earlier release makes no others, and so does one that does
        not know yet what is wanted.
        """
        defaults = frozenset(map(frames_key, self._videos))
        return defaults | {
            frames_key(video_id, screen.wanted) for video_id, video in self._videos.items() for screen in video.viewers
        }

    def viewers_for(self, video_id: str, frame_format: FrameFormat, now_s: float) -> Iterator[str]:
        """Those who get a frame of that format, which has arrived now."""
        if (video := self._videos.get(video_id)) is None:
            return
        video.arrived_at_s[frame_format] = now_s
        arriving = [each for each, at_s in video.arrived_at_s.items() if now_s - at_s < ARRIVING_S]
        for screen, rates in video.viewers.items():
            if screen.best_of(arriving) != frame_format:
                continue
            # Of a video codec all frames are needed, whatever the viewer shows.
            if screen.max_fps is None or frame_format.codec != JPEG:
                yield from rates
            else:
                yield from (viewer for viewer, rate in rates.items() if rate.takes(now_s, screen.max_fps))

    def add_video_frame(self, video_id: str, frame_format: FrameFormat, body: bytes) -> PictureGroup | None:
        """What the frame belongs to; None if it cannot be decoded, as one before it is missing. `MalformedFrame`."""
        if (video := self._videos.get(video_id)) is None:
            return None
        header, _ = decode_video_frame(body)
        group = video.groups[frame_format] = continued(video.groups.get(frame_format), header, body)
        return group

    # --- what is wanted

    def wanted(self, video_id: str) -> Sequence[WantedFrames]:
        """What the viewers of a video ask for together: each format once, at the highest of their rates."""
        fps: dict[FrameFormat, list[int | None]] = {}
        for screen in self._screens_of(video_id):
            fps.setdefault(screen.wanted, []).append(screen.max_fps)
        return [
            WantedFrames(codec=each.codec, largest_side=each.largest_side, max_fps=_highest(rates))
            for each, rates in sorted(fps.items(), key=lambda item: frames_key(video_id, item[0]))
        ]

    def repeat(self, video_id: str | None = None) -> None:
        """Make what is wanted of this video due again; by default of all."""
        self._due |= self._videos.keys() if video_id is None else {video_id} & self._videos.keys()

    def take_due(self) -> list[tuple[str, Sequence[WantedFrames]]]:
        """What is due, by video; it counts as published. Nothing is wanted of a video without viewers."""
        due, self._due = sorted(self._due), set()
        taken = [(video_id, self.wanted(video_id)) for video_id in due]
        known = self._published
        self._published = known - set(due) | {video_id for video_id, wanted in taken if wanted}
        return [(video_id, wanted) for video_id, wanted in taken if wanted or video_id in known]

    def _screens_of(self, video_id: str) -> Iterator[Screen]:
        if video := self._videos.get(video_id):
            yield from video.viewers


def _highest(rates: Sequence[int | None]) -> int | None:
    """None is no limit."""
    limits = [rate for rate in rates if rate is not None]
    return max(limits) if len(limits) == len(rates) else None
