"""Samples of Prometheus metrics, and sums of them. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Samples:
    """Of one process or of several."""

    all: Sequence[Sample] = ()

    @classmethod
    def of(cls, several: Iterable[Samples]) -> Samples:
        return cls([sample for samples in several for sample in samples.all])

    def named(self, name: str) -> list[Sample]:
        return [sample for sample in self.all if sample.name == name]

    def total(self, name: str) -> float | None:
        """The sum over processes and labels; None if nobody has the metric."""
        values = [sample.value for sample in self.named(name)]
        return sum(values) if values else None

    def highest(self, name: str) -> float | None:
        return max((sample.value for sample in self.named(name)), default=None)

    def lowest(self, name: str) -> float | None:
        return min((sample.value for sample in self.named(name)), default=None)
