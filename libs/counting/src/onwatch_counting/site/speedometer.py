"""Measures the speeds of all rows of a count, together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from onwatch_contracts.site import Site
from onwatch_contracts.values import Anchor
from onwatch_counting.site.geometry import SiteRules
from onwatch_counting.speed import (
    GroundPath,
    GroundPlane,
    InvalidCalibration,
    Speed,
    Window,
    crossing_window,
    fit_windows,
    mean_speed,
    visit_windows,
)

Floats = NDArray[np.float64]
BORDER = 0.002
"""A box this close to the border of the picture may be cut off by it: its anchor is not where the vehicle is."""


class VehiclePath:
    """All detections of one vehicle."""

    def __init__(self, times_s: Floats, boxes: Floats) -> None:
        """`boxes` is N x 4: left, top, right, bottom."""
        self._times_s, self._boxes = times_s, boxes
        self._on_ground: dict[Anchor, GroundPath] = {}

    def on_ground(self, anchor: Anchor, ground: GroundPlane, rules: SiteRules) -> GroundPath:
        if (path := self._on_ground.get(anchor)) is None:
            left, top, right, bottom = self._boxes.T
            is_whole = (left > BORDER) & (right < 1 - BORDER) & (bottom < 1 - BORDER)
            if anchor is Anchor.CENTER:
                is_whole &= top > BORDER
            down = bottom if anchor is Anchor.BOTTOM_CENTER else (top + bottom) / 2
            anchors = np.stack([(left + right) / 2, down], axis=1)[is_whole]
            path = self._on_ground[anchor] = GroundPath(self._times_s[is_whole], anchors, ground, rules.speed)
        return path


class Speedometer:
    """Collects what is to be measured, then measures it at once."""

    def __init__(self, ground: GroundPlane, rules: SiteRules) -> None:
        self._ground, self._rules = ground, rules
        self._requested: list[tuple[Sequence[Window], Callable[[Speed | None], None]]] = []

    @classmethod
    def of(cls, site: Site, rules: SiteRules) -> Speedometer | None:
        """None without a usable calibration."""
        if site.calibration is None:
            return None
        try:
            ground = GroundPlane(site.calibration, site.aspect_ratio, rules.speed.margin)
        except InvalidCalibration:  # the catalog refuses it; a count without speeds is better than none
            return None
        return cls(ground, rules)

    def request_mean(
        self, path: VehiclePath, anchor: Anchor, since_s: float, until_s: float, tell: Callable[[Speed | None], None]
    ) -> None:
        """The mean speed over a time, as far as it is in the calibrated area."""
        on_ground = path.on_ground(anchor, self._ground, self._rules)
        self._requested.append((visit_windows(on_ground, since_s, until_s, self._rules.speed), tell))

    def request_at(self, path: VehiclePath, anchor: Anchor, at_s: float, tell: Callable[[Speed | None], None]) -> None:
        """The speed at a time."""
        window = crossing_window(path.on_ground(anchor, self._ground, self._rules), at_s, self._rules.speed)
        self._requested.append(([] if window is None else [window], tell))

    def measure(self) -> None:
        """Tell every speed that was requested."""
        fits = iter(fit_windows([window for windows, _ in self._requested for window in windows]))
        for windows, tell in self._requested:
            tell(mean_speed(windows, [next(fits) for _ in windows]))
        self._requested = []
