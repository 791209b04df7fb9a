"""Which faults happen when: a pure function of a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Deployment:
    """Which processes and servers run, and the faults that may hit them."""

    name: str
    processes: Sequence[str]
    servers: Sequence[str]
    links: Mapping[str, Sequence[str]]
    """By client: what it connects to."""
    kinds: Sequence[Kind]
    has_upload: bool = False
    """One video is uploaded while the faults happen."""

    @property
    def kind_names(self) -> tuple[str, ...]:
        return tuple(kind.name for kind in self.kinds)


BYSTANDERS = ("dashboard-1",)
DELIVERIES = (
    Kind("repeat_messages", ("bus",), (0.0, 0.0), weight=3),  # out of order
    Kind("future_message", ("aggregator.finished", "aggregator.deleted", "detector.demand")),
    Kind("broken_message", ("metrics.batch.v1", "video.finished.v1", "run.started.v1")),
)


def link_names(links: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(f"{client}>{target}" for client, targets in links.items() for target in targets)


def _of_processes(processes: Sequence[str]) -> Sequence[Kind]:
    """A killed one is started again when the fault ends."""
    return (
        Kind("kill", (*processes, *BYSTANDERS), (0.0, 2.0), weight=6),
        Kind("kill_again_and_again", processes, (3.0, 6.0), weight=2),
        Kind("terminate", processes, (0.0, 1.0), weight=2),
        Kind("stall", (*processes, *BYSTANDERS), (2.5, 6.0), weight=4),  # longer than the lease
    )


def _of_servers(servers: Sequence[str]) -> Sequence[Kind]:
    return (
        Kind("restart", servers, (0.0, 0.0), weight=3),
        Kind("kill_server", servers, (0.0, 5.0), weight=3),
        Kind("freeze_server", servers, (0.5, 4.0), weight=2),
    )


def _of_stores() -> Sequence[Kind]:
    return (
        Kind("database_away_long", ("postgresql", "redis"), (15.0, 35.0)),
        Kind("redis_loses_last_second", ("redis",), (0.0, 0.0), weight=3),
        Kind("redis_is_wiped", ("redis",), (0.0, 0.0), weight=2),
    )


def _of_links(names: Sequence[str]) -> Sequence[Kind]:
    """The network between two."""
    return (
        Kind("latency", names, (2.0, 5.0), weight=2),
        Kind("reset", names, (0.0, 0.0), weight=3),
        Kind("cut", names, (1.0, 5.0), weight=2),
        Kind("black_hole", names, (1.0, 5.0), weight=2),
        Kind("answers_lost", names, (0.3, 2.0), weight=3),  # done, but the client does not know
        Kind("slow_reader", names, (2.0, 5.0)),
    )


# --- two of each process, on one server of each kind and a shared folder --------------------------

_PROCESSES = (
    "catalog-1",
    "catalog-2",
    "gateway-1",
    "gateway-2",
    "detector-1",
    "detector-2",
    "aggregator-1",
    "aggregator-2",
)
_SERVERS = ("rabbitmq", "redis", "postgresql")
_LINKS: Mapping[str, Sequence[str]] = {
    "catalog-1": ("rabbitmq", "postgresql"),
    "catalog-2": ("rabbitmq", "postgresql"),
    "gateway-1": ("rabbitmq", "catalog-1"),
    "gateway-2": ("rabbitmq", "catalog-2"),
    "detector-1": ("rabbitmq", "catalog-1", "aggregator-1"),
    "detector-2": ("rabbitmq", "catalog-2", "aggregator-1"),
    "aggregator-1": ("rabbitmq", "redis", "postgresql"),
    "aggregator-2": ("rabbitmq", "redis", "postgresql"),
}
PAIRS = Deployment(
    "pairs",
    _PROCESSES,
    _SERVERS,
    _LINKS,
    (
        *_of_processes(_PROCESSES),
        *_of_servers(_SERVERS),
        Kind("broker_away_long", ("rabbitmq",), (20.0, 20.0)),
        *_of_stores(),
        *_of_links(link_names(_LINKS)),
        *DELIVERIES,
        Kind("disk_full_while_uploading", ("media",), (0.0, 0.0)),
        Kind("file_deleted_under_worker", ("media",), (0.0, 0.0)),
    ),
)

# --- three detectors, a broker cluster and an object store ----------------------------------------

NODES = ("rabbitmq-1", "rabbitmq-2", "rabbitmq-3")
STORE = "seaweedfs"
_MORE_PROCESSES = (*_PROCESSES, "detector-3")
_MORE_SERVERS = (*NODES, "redis", "postgresql", STORE)
_MORE_LINKS: Mapping[str, Sequence[str]] = {
    "catalog-1": ("rabbitmq", "postgresql", STORE),
    "catalog-2": ("rabbitmq", "postgresql", STORE),
    "gateway-1": ("rabbitmq", "catalog-1", "aggregator-1"),
    "gateway-2": ("rabbitmq", "catalog-2", "aggregator-2"),
    "detector-1": ("rabbitmq", "catalog-1", "aggregator-1", STORE),
    "detector-2": ("rabbitmq", "catalog-2", "aggregator-2", STORE),
    "detector-3": ("rabbitmq", "catalog-2", "aggregator-1", STORE),
    "aggregator-1": ("rabbitmq", "redis", "postgresql"),
    "aggregator-2": ("rabbitmq", "redis", "postgresql"),
}
CLUSTER = Deployment(
    "cluster",
    _MORE_PROCESSES,
    _MORE_SERVERS,
    _MORE_LINKS,
    (
        *_of_processes(_MORE_PROCESSES),
        *_of_servers(_MORE_SERVERS),
        Kind("majority_away", ("rabbitmq",), (3.0, 10.0), weight=2),  # two of the three nodes
        Kind("cluster_away", ("rabbitmq",), (5.0, 20.0)),
        *_of_stores(),
        Kind("store_away_long", (STORE,), (15.0, 35.0), weight=2),
        *_of_links(link_names(_MORE_LINKS)),
        *DELIVERIES,
        Kind("file_deleted_under_worker", ("media",), (0.0, 0.0)),
    ),
    has_upload=True,
)
DEPLOYMENTS: Mapping[str, Deployment] = {deployment.name: deployment for deployment in (PAIRS, CLUSTER)}


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
    uploaded_clip: int | None = None
    """Uploaded in pieces while the faults happen, and analysed in the background."""
    kinds: tuple[str, ...] = ()
    """The kinds given on the command line, if any."""
    deployment: str = PAIRS.name

    @property
    def command(self) -> str:
        """The command that runs the same schedule again."""
        kinds = f" --kinds {' '.join(self.kinds)}" if self.kinds else ""
        deployment = "" if self.deployment == PAIRS.name else f" --deployment {self.deployment}"
        return f"PYTHONPATH=tests .venv/bin/python -m faults{deployment} --seed {self.seed}{kinds}"

    def __str__(self) -> str:
        return f"seed {self.seed}: " + "; ".join(map(str, self.faults))


def schedule_of(seed: int, clips: int, kinds: Sequence[str] = (), deployment: Deployment = PAIRS) -> Schedule:
    """Three to five faults; with `kinds`, exactly one of each."""
    chance = random.Random(seed)
    names = kinds or _chosen(chance, deployment, chance.randint(3, 5))
    faults = sorted((_fault(name, chance, deployment) for name in names), key=lambda fault: fault.at_s)
    leaves_at_s = chance.uniform(1.0, 2.5)
    return Schedule(
        seed=seed,
        faults=tuple(faults),
        watched_clip=chance.randrange(clips),
        analysed_clip=chance.randrange(clips),
        paused_clip=chance.randrange(clips),
        leaves_at_s=leaves_at_s,
        returns_at_s=leaves_at_s + chance.uniform(0.5, 3.0),
        uploaded_clip=chance.randrange(clips) if deployment.has_upload else None,
        kinds=tuple(kinds),
        deployment=deployment.name,
    )


def covering(count: int, clips: int, first_seed: int = 1, deployment: Deployment = PAIRS) -> list[Schedule]:
    """That many schedules, of at least three faults each, which together contain every kind."""
    chance = random.Random(first_seed)
    shuffled = chance.sample(deployment.kind_names, len(deployment.kinds))
    schedules = []
    for number in range(count):
        kinds = shuffled[number::count]
        more = _chosen(chance, deployment, max(0, 3 - len(kinds)))
        schedules.append(schedule_of(first_seed + number, clips, [*kinds, *more], deployment))
    return schedules


def _chosen(chance: random.Random, deployment: Deployment, count: int) -> list[str]:
    return chance.choices(deployment.kind_names, [kind.weight for kind in deployment.kinds], k=count)


def _fault(name: str, chance: random.Random, deployment: Deployment) -> Fault:
    kind = next(kind for kind in deployment.kinds if kind.name == name)
    return Fault(
        kind=name,
        target=chance.choice(kind.targets),
        at_s=round(chance.uniform(0.0, ACT_S), 2),
        lasts_s=round(chance.uniform(*kind.lasts_s), 2),
        seed=chance.randrange(1 << 32),
    )
