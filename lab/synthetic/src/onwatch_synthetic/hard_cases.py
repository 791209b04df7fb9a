"""Hard cases for counting, each as seeded clips with exact ground truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from .detecting import PERFECT, Faults
from .hard_scripts import (
    brakes_hidden,
    comes_back,
    flow,
    merge,
    notched_zone,
    parked,
    platoon,
    thin_zone,
    truck_hides,
    truck_hides_waiting,
    turns_round,
    waits_on_border,
)  # fmt: skip
from .recording import Recording, record_scene
from .spec import ClipSpec
from .stage import Stage


@dataclass(frozen=True)
class HardCase:
    """One clip of the benchmark. `make` gives the recording; it takes up to seconds for drawn scenes."""

    name: str
    kind: str
    make: Callable[[], Recording]
    own: Faults = PERFECT
    """Faults of every detector in this case, also of an otherwise perfect one."""
    noise: Faults = PERFECT
    """Faults that the case adds to a noisy detector."""


CROWD = ClipSpec(seed=0, vehicles_per_minute=110.0, lanes=4, min_visible_fraction=0.35)
SCRIPTS: tuple[tuple[str, Callable[[int], Stage], tuple[float, ...], float], ...] = (
    ("truck hides", truck_hides, (25.0, 12.5, 8.0), 11.0),
    ("truck hides waiting", truck_hides_waiting, (25.0, 12.5, 25.0), 16.0),
    ("merge", merge, (25.0, 12.5, 30.0, 8.0), 9.0),
    ("u-turn", turns_round, (25.0, 12.5, 8.0, 5.0), 14.0),
    ("thin zone", thin_zone, (5.0, 8.0, 12.5, 25.0), 9.0),
    ("border", waits_on_border, (25.0, 12.5, 8.0, 30.0), 13.0),
    ("id switch", brakes_hidden, (25.0, 12.5, 25.0, 15.0), 12.0),
    ("parked", parked, (25.0, 12.5, 8.0), 14.0),
    ("concave", notched_zone, (25.0, 12.5, 8.0), 11.0),
    ("comes back", comes_back, (25.0, 12.5), 16.0),
    ("platoon", platoon, (5.0, 8.0, 12.5), 13.0),
)


def hard_cases() -> tuple[HardCase, ...]:
    """All of them, in a fixed order, names unique."""
    return (*_scripted(), *_drawn())


def even_times(fps: float, duration_s: float) -> tuple[float, ...]:
    """The timestamps of a constant frame rate."""
    return tuple(n / fps for n in range(round(fps * duration_s)))


def uneven_times(seed: int, duration_s: float) -> tuple[float, ...]:
    """A variable frame rate: between 8 and 40 frames per second, and two stalls of 0.4 s; in whole milliseconds."""
    random = np.random.default_rng(seed)
    gaps = random.uniform(1 / 40, 1 / 8, round(duration_s * 40))
    gaps[random.choice(round(duration_s * 8), 2, replace=False)] = 0.4
    times = np.round(np.concatenate([[0.0], np.cumsum(gaps)]), 3)
    return tuple(float(t) for t in times[times < duration_s])


def _scripted() -> Iterator[HardCase]:
    for kind, stage, rates, duration_s in SCRIPTS:
        for seed, fps in enumerate(rates, 1):
            name = f"{kind} {fps:g} fps {seed}"
            yield HardCase(name, kind, _staged(name, stage, seed, even_times(fps, duration_s)))
    for seed, (kind, stage) in enumerate((("truck hides", truck_hides), ("u-turn", turns_round), ("flow", flow)), 1):
        name = f"variable rate {kind} {seed}"
        yield HardCase(name, "variable rate", _staged(name, stage, 10 + seed, uneven_times(seed, 12.0)))
    for seed, fps in enumerate((25.0, 12.5, 8.0), 1):
        name = f"class flips {fps:g} fps {seed}"
        yield HardCase(
            name, "class flips", _staged(name, flow, 20 + seed, even_times(fps, 12.0)), own=Faults(flipped=0.3)
        )
    for seed, fps in enumerate((25.0, 15.0, 12.5), 1):
        name = f"night {fps:g} fps {seed}"
        noise = Faults(missed=0.2, jitter=0.03, false_per_frame=0.3, flipped=0.12)
        yield HardCase(name, "night", _staged(name, flow, 30 + seed, even_times(fps, 12.0)), noise=noise)


def _staged(name: str, stage: Callable[[int], Stage], seed: int, times: tuple[float, ...]) -> Callable[[], Recording]:
    return lambda: stage(seed).record(name, times)


def _drawn() -> Iterator[HardCase]:
    specs: list[tuple[str, ClipSpec]] = []
    specs += [("low rate", ClipSpec(seed=40 + n, fps=fps)) for n, fps in enumerate((5.0, 8.0, 12.5, 25.0, 30.0))]
    specs += [("low rate", ClipSpec(seed=45, fps=5.0, view="top_down"))]
    specs += [("queue", ClipSpec(seed=50 + n, fps=fps, stop_line=True)) for n, fps in enumerate((25.0, 12.5, 8.0))]
    specs += [("queue", ClipSpec(seed=53, fps=25.0, stop_line=True, view="top_down"))]
    specs += [("crowd", replace(CROWD, seed=60 + n, fps=fps)) for n, fps in enumerate((25.0, 12.5, 30.0))]
    for kind, spec in specs:
        name = f"{kind} {spec.fps:g} fps {spec.seed}"
        yield HardCase(name, kind, _recorded(name, replace(spec, duration_s=20.0)))


def _recorded(name: str, spec: ClipSpec) -> Callable[[], Recording]:
    return lambda: record_scene(name, spec)
