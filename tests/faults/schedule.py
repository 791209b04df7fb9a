"""Which faults happen when: a pure function of a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PROCESSES = (
    "catalog-1",
    "catalog-2",
    "gateway-1",
    "gateway-2",
    "detector-1",
    "detector-2",
    "aggregator-1",
    "aggregator-2",
)
BYSTANDERS = ("dashboard-1",)
SERVERS = ("rabbitmq", "redis", "postgresql")
LINKS: Mapping[str, Sequence[str]] = {
    "catalog-1": ("rabbitmq", "postgresql"),
    "catalog-2": ("rabbitmq", "postgresql"),
    "gateway-1": ("rabbitmq", "catalog-1"),
    "gateway-2": ("rabbitmq", "catalog-2"),
    "detector-1": ("rabbitmq", "catalog-1", "aggregator-1"),
    "detector-2": ("rabbitmq", "catalog-2", "aggregator-1"),
    "aggregator-1": ("rabbitmq", "redis", "postgresql"),
    "aggregator-2": ("rabbitmq", "redis", "postgresql"),
}
"""By client: what it connects to."""

LINK_NAMES = tuple(f"{client}>{target}" for client, targets in LINKS.items() for target in targets)

ACT_S = 5.0
"""Faults start within this time; the processing takes about as long."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault."""

    name: str
    targets: Sequence[str]
    lasts_s: tuple[float, float] = (0.0, 0.0)
    """Shortest and longest duration of the fault."""
    weight: int = 1


KINDS = (
    # --- processes; a killed one is started again when the fault ends
    Kind("kill", (*PROCESSES, *BYSTANDERS), (0.0, 2.0), weight=6),
    Kind("kill_again_and_again", PROCESSES, (3.0, 6.0), weight=2),
    Kind("terminate", PROCESSES, (0.0, 1.0), weight=2),
    Kind("stall", (*PROCESSES, *BYSTANDERS), (2.5, 6.0), weight=4),  # longer than the lease
    # --- servers
    Kind("restart", SERVERS, (0.0, 0.0), weight=3),
    Kind("kill_server", SERVERS, (0.0, 5.0), weight=3),
    Kind("freeze_server", SERVERS, (0.5, 4.0), weight=2),
    Kind("broker_away_long", ("rabbitmq",), (20.0, 20.0)),
    Kind("database_away_long", ("postgresql", "redis"), (15.0, 35.0)),
    Kind("redis_loses_last_second", ("redis",), (0.0, 0.0), weight=3),
    Kind("redis_is_wiped", ("redis",), (0.0, 0.0), weight=2),
    # --- the network between two
    Kind("latency", LINK_NAMES, (2.0, 5.0), weight=2),
    Kind("reset", LINK_NAMES, (0.0, 0.0), weight=3),
    Kind("cut", LINK_NAMES, (1.0, 5.0), weight=2),
    Kind("black_hole", LINK_NAMES, (1.0, 5.0), weight=2),
    Kind("answers_lost", LINK_NAMES, (0.3, 2.0), weight=3),  # done, but the client does not know
    Kind("slow_reader", LINK_NAMES, (2.0, 5.0)),
    # --- deliveries
    Kind("repeat_messages", ("bus",), (0.0, 0.0), weight=3),  # out of order
    Kind("future_message", ("aggregator.finished", "aggregator.deleted", "detector.demand")),
    Kind("broken_message", ("metrics.batch.v1", "video.finished.v1", "run.started.v1")),
    # --- files
    Kind("disk_full_while_uploading", ("media",), (0.0, 0.0)),
    Kind("file_deleted_under_worker", ("media",), (0.0, 0.0)),
)
KIND_NAMES = tuple(kind.name for kind in KINDS)


@dataclass(frozen=True)
class Fault:
    kind: str
    target: str
    at_s: float
    """Since the processing started."""
    lasts_s: float
    seed: int
    """For further random choices of the injection."""

    def __str__(self) -> str:
        lasting = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        return f"{self.at_s:.1f} s: {self.kind} {self.target}{lasting}"

    @property
    def end_s(self) -> float:
        return self.at_s + self.lasts_s


@dataclass(frozen=True)
class Schedule:
    """Which clips are processed, and which faults happen meanwhile."""

    seed: int
    faults: tuple[Fault, ...]
    watched_clip: int
    """Watched by two viewers at different gateways."""
    analysed_clip: int
    """Analysed in the background."""
    paused_clip: int
    """Watched by one viewer, who leaves and returns."""
    leaves_at_s: float
    returns_at_s: float
    kinds: tuple[str, ...] = ()
    """The kinds given on the command line, if any."""

    @property
    def command(self) -> str:
        """The command that runs the same schedule again."""
        kinds = f" --kinds {' '.join(self.kinds)}" if self.kinds else ""
        return f"PYTHONPATH=tests .venv/bin/python -m faults --seed {self.seed}{kinds}"

    def __str__(self) -> str:
        return f"seed {self.seed}: " + "; ".join(map(str, self.faults))


def schedule_of(seed: int, clips: int, kinds: Sequence[str] = ()) -> Schedule:
    """Three to five faults; with `kinds`, exactly one of each."""
    chance = random.Random(seed)
    names = kinds or chance.choices(KIND_NAMES, [kind.weight for kind in KINDS], k=chance.randint(3, 5))
    faults = sorted((_fault(name, chance) for name in names), key=lambda fault: fault.at_s)
    leaves_at_s = chance.uniform(1.0, 2.5)
    return Schedule(
        seed=seed,
        faults=tuple(faults),
        watched_clip=chance.randrange(clips),
        analysed_clip=chance.randrange(clips),
        paused_clip=chance.randrange(clips),
        leaves_at_s=leaves_at_s,
        returns_at_s=leaves_at_s + chance.uniform(0.5, 3.0),
        kinds=tuple(kinds),
    )


def covering(count: int, clips: int, first_seed: int = 1) -> list[Schedule]:
    """That many schedules, of at least three faults each, which together contain every kind."""
    chance = random.Random(first_seed)
    shuffled = chance.sample(KIND_NAMES, len(KIND_NAMES))
    schedules = []
    for number in range(count):
        kinds = shuffled[number::count]
        more = chance.choices(KIND_NAMES, [kind.weight for kind in KINDS], k=max(0, 3 - len(kinds)))
        schedules.append(schedule_of(first_seed + number, clips, [*kinds, *more]))
    return schedules


def _fault(name: str, chance: random.Random) -> Fault:
    kind = next(kind for kind in KINDS if kind.name == name)
    return Fault(
        kind=name,
        target=chance.choice(kind.targets),
        at_s=round(chance.uniform(0.0, ACT_S), 2),
        lasts_s=round(chance.uniform(*kind.lasts_s), 2),
        seed=chance.randrange(1 << 32),
    )
