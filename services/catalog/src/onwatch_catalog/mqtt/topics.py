"""Names of topics, and which of them are of a video."""

from __future__ import annotations

import re
from dataclasses import dataclass

VIDEO_ID = re.compile(r"[0-9a-f]{32}")
"""As `new_id` makes them: nothing else below the prefix is ever removed."""
PATH = re.compile(
    r"name|state|current|total|types/[^/]+|zones/[^/]+/(current|total)|gates/[^/]+/(forward|backward)"
    r"|alerts/[^/]+/(state|attributes)"
)


@dataclass(frozen=True)
class Topics:
    """`<prefix>/<video_id>/<path>` for numbers and alerts, and where Home Assistant looks for devices."""

    prefix: str
    discovery_prefix: str
    """Empty: no documents for Home Assistant."""

    @property
    def status(self) -> str:
        """`online` or, by the last will, `offline`."""
        return f"{self.prefix}/status"

    @property
    def all(self) -> str:
        """Filter of everything below the prefix."""
        return f"{self.prefix}/#"

    def of(self, video_id: str, path: str) -> str:
        return f"{self.prefix}/{video_id}/{path}"

    def event(self, video_id: str, rule_id: str) -> str:
        """Of changes of the rule's alerts; nothing is retained there."""
        return self.of(video_id, f"alerts/{rule_id}/event")

    def discovery(self, video_id: str) -> str | None:
        return f"{self.discovery_prefix}/device/onwatch_{video_id}/config" if self.discovery_prefix else None

    def parse(self, topic: str) -> tuple[str, str] | None:
        """The video and the path of a topic as `of` makes them; None for every other topic."""
        video_id, _, path = topic.removeprefix(f"{self.prefix}/").partition("/")
        is_ours = topic.startswith(f"{self.prefix}/") and VIDEO_ID.fullmatch(video_id) and PATH.fullmatch(path)
        return (video_id, path) if is_ours else None
