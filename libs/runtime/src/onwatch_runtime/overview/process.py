"""What one process said of itself. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from onwatch_runtime.overview.samples import Samples


@dataclass(frozen=True)
class Process:
    """What one process answered; `failure` says why it did not."""

    url: str | None
    """None: the process that asks."""
    failure: str | None = None
    service: str | None = None
    is_ready: bool = False
    checks: Mapping[str, Literal["ok", "failed"]] = field(default_factory=dict)
    samples: Samples = field(default_factory=Samples)
    is_absent: bool = False
    """The name in the URL has no address: no process runs under it."""

    @property
    def version(self) -> str | None:
        return next((sample.labels["version"] for sample in self.samples.named("onwatch_build_info")), None)

    @property
    def started_at_s(self) -> float | None:
        """Seconds since 1970."""
        return self.samples.lowest("process_start_time_seconds")
