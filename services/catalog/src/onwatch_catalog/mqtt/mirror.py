"""What the broker retains, as far as it is known. Pure rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping

Change = tuple[str, str]
"""A topic and its payload; an empty one removes what is retained."""


class Mirror:
    """Topics of each video with a digest of their payloads, so that only changes are published."""

    def __init__(self) -> None:
        self._retained: dict[str, dict[str, int]] = {}

    @property
    def videos(self) -> Collection[str]:
        return self._retained.keys()

    def topics(self, video_id: str) -> Collection[str]:
        return self._retained.get(video_id, {}).keys()

    def note(self, video_id: str, topic: str, payload: str) -> None:
        """The broker has it."""
        if payload:
            self._retained.setdefault(video_id, {})[topic] = hash(payload)
        elif (topics := self._retained.get(video_id)) is not None:
            topics.pop(topic, None)
            if not topics:
                del self._retained[video_id]

    def changes(self, video_id: str, wanted: Mapping[str, str]) -> list[Change]:
        """What of `wanted` the broker does not have."""
        retained = self._retained.get(video_id, {})
        return [(topic, payload) for topic, payload in wanted.items() if retained.get(topic) != hash(payload)]
