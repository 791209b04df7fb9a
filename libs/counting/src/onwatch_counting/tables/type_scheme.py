"""Groups the types of the models into the classes of a user, for example light, heavy and two-wheeler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from onwatch_contracts.values import VehicleType

MODEL_ORDER: tuple[str, ...] = tuple(VehicleType)


class InvalidTypeScheme(ValueError):
    """A scheme cannot be used; the text says why."""


@dataclass(frozen=True)
class TypeScheme:
    """A type that is in no group is counted under its own name."""

    name: str
    groups: Mapping[str, tuple[str, ...]]
    """Types by group, in the order in which they are shown."""
    heavy: tuple[str, ...] = ()
    """The groups that count as heavy vehicles."""
    _group_by_type: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        group_by_type: dict[str, str] = {}
        for group, types in self.groups.items():
            for kind in types:
                if kind in group_by_type:
                    raise InvalidTypeScheme(f"type {kind!r} is in the groups {group_by_type[kind]!r} and {group!r}")
                group_by_type[kind] = group
        if unknown := [group for group in self.heavy if group not in self.groups]:
            raise InvalidTypeScheme(f"heavy names the group {unknown[0]!r}; there are {', '.join(self.groups)}")
        object.__setattr__(self, "_group_by_type", group_by_type)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """From a TOML or JSON file: `name`, `groups` (types by group) and `heavy` (groups)."""
        if unknown := sorted(set(fields) - {"name", "groups", "heavy"}):
            raise InvalidTypeScheme(f"unknown key {unknown[0]!r}; expected name, groups and heavy")
        name, groups, heavy = fields.get("name"), fields.get("groups"), fields.get("heavy", [])
        if not isinstance(name, str) or not name:
            raise InvalidTypeScheme("name: expected a text")
        if not isinstance(groups, Mapping) or not all(_is_names(types) for types in groups.values()):
            raise InvalidTypeScheme("groups: expected a table of lists of types")
        if not _is_names(heavy):
            raise InvalidTypeScheme("heavy: expected a list of groups")
        return cls(name, {group: tuple(types) for group, types in groups.items()}, tuple(heavy))

    def group_of(self, vehicle_type: str) -> str:
        return self._group_by_type.get(vehicle_type, vehicle_type)

    def is_heavy(self, vehicle_type: str) -> bool:
        return self._group_by_type.get(vehicle_type) in self.heavy

    def ordered_types(self, types: Iterable[str]) -> tuple[str, ...]:
        """Each type once: those of the groups in their order, then those of the models, then others by name."""
        order = [kind for kinds in self.groups.values() for kind in kinds]
        order += [kind for kind in MODEL_ORDER if kind not in self._group_by_type]
        position = {kind: index for index, kind in enumerate(order)}
        return tuple(sorted(set(types), key=lambda kind: (position.get(kind, len(order)), kind)))

    def ordered_groups(self, types: Iterable[str]) -> tuple[str, ...]:
        """The groups of these types, each once, in the order of the scheme."""
        return tuple(dict.fromkeys(self.group_of(kind) for kind in self.ordered_types(types)))


DEFAULT_SCHEME = TypeScheme(
    "Light, heavy, two-wheeler",
    {
        "light": (VehicleType.CAR.value,),
        "heavy": (VehicleType.TRUCK.value, VehicleType.BUS.value),
        "two-wheeler": (VehicleType.MOTORCYCLE.value, VehicleType.BICYCLE.value),
    },
    heavy=("heavy",),
)


def heavy_share(scheme: TypeScheme, counts: Mapping[str, int]) -> float | None:
    """Heavy vehicles among those whose type is known; None if there is none of these."""
    known = sum(count for kind, count in counts.items() if kind != VehicleType.VEHICLE)
    heavy = sum(count for kind, count in counts.items() if scheme.is_heavy(kind))
    return heavy / known if known else None


def _is_names(values: object) -> bool:
    return isinstance(values, Sequence) and not isinstance(values, str) and all(isinstance(one, str) for one in values)
