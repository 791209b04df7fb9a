"""What is counted in a video, as the catalog stores it: a part is in the record of the video."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from onwatch_catalog.records.video import StoredVideo
from onwatch_contracts.messages import Message, SiteChangedV1, VideoCreatedV1, VideoUpdatedV1
from onwatch_contracts.site import ROI_ZONE, Gate, Movement, Site, SiteZone
from onwatch_contracts.values import WHOLE_FRAME
from onwatch_runtime.bus import Publisher

RecordedSource = Literal["container", "file_name", "person", "none"]
"""Where the time of recording is from; `none`: it is unknown."""


@dataclass(frozen=True)
class StoredSite:
    """The zones, gates and movements of a video in order, and when it was recorded."""

    revision: int = 0
    """Grows with every change of the `Site`; 0: none was published yet."""
    zones: tuple[SiteZone, ...] = (ROI_ZONE,)
    """The first is the region of interest; its polygon and anchor are those of the video."""
    gates: tuple[Gate, ...] = ()
    movements: tuple[Movement, ...] = ()
    recorded_at: datetime | None = None
    """With the UTC offset that it was given with."""
    time_zone: str | None = None
    recorded_source: RecordedSource = "none"


@dataclass(frozen=True)
class VideoSite:
    """A video and what is counted in it: what one change may change."""

    video: StoredVideo
    stored: StoredSite = StoredSite()

    @property
    def site(self) -> Site:
        roi, *others = self.stored.zones
        roi = roi.model_copy(update={"polygon": self.video.roi or WHOLE_FRAME, "anchor": self.video.anchor})
        return Site(
            zones=(roi, *others),
            gates=self.stored.gates,
            movements=self.stored.movements,
            calibration=self.video.calibration,
            aspect_ratio=self.video.width / self.video.height,
            recorded_at=self.stored.recorded_at,
            time_zone=self.stored.time_zone,
        )

    @property
    def revision(self) -> int:
        return self.stored.revision

    def created(self) -> VideoSite:
        """With the revision of a new video."""
        return replace(self, stored=replace(self.stored, revision=1))

    def after(self, before: VideoSite) -> VideoSite:
        """This value as the successor of `before`: with the next revision if the site differs."""
        # As JSON: times are equal wherever they are told, but their clocks differ.
        is_same = before.revision > 0 and self.site.model_dump_json() == before.site.model_dump_json()
        return replace(self, stored=replace(self.stored, revision=before.revision + (0 if is_same else 1)))


def messages_of_creation(created: VideoSite, publisher: Publisher) -> tuple[Message, ...]:
    """What tells the other services of a new video."""
    return publisher.make(VideoCreatedV1, video_id=created.video.id), site_changed(created, publisher)


def messages_of_change(before: VideoSite, after: VideoSite, publisher: Publisher) -> tuple[Message, ...]:
    """What tells the other services of a change by a person."""
    messages: list[Message] = []
    if after.video != before.video:
        messages.append(publisher.make(VideoUpdatedV1, video_id=after.video.id))
    if after.revision != before.revision:
        messages.append(site_changed(after, publisher))
    return tuple(messages)


def site_changed(changed: VideoSite, publisher: Publisher) -> Message:
    """Its id is made from the revision: republished, it is the same message."""
    video_id, revision = changed.video.id, changed.revision
    numbered = replace(publisher, new_id=lambda: f"site-{video_id}-{revision}")
    return numbered.make(SiteChangedV1, video_id=video_id, revision=revision, site=changed.site)
