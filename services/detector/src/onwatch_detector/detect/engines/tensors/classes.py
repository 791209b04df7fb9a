"""Class names of models, and which of them are vehicles."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from onwatch_contracts.values import VehicleType

COCO_CLASSES = 80
COCO_VEHICLES: Mapping[int, str] = MappingProxyType(
    {1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}  # of https://cocodataset.org, in 80 classes
)
SYNONYMS: Mapping[str, VehicleType] = MappingProxyType(
    {
        "bike": VehicleType.BICYCLE,
        "lorry": VehicleType.TRUCK,
        "motor": VehicleType.MOTORCYCLE,  # VisDrone
        "motorbike": VehicleType.MOTORCYCLE,  # Pascal VOC, Darknet
        "van": VehicleType.CAR,  # COCO has no vans and labels them as cars
    }
)


@dataclass(frozen=True)
class VehicleClasses:
    """The classes of a model that are vehicles."""

    indices: tuple[int, ...]
    types: tuple[VehicleType, ...]

    @classmethod
    def among(cls, names: Mapping[int, str]) -> VehicleClasses:
        found = {index: kind for index, name in sorted(names.items()) if (kind := vehicle_type(name))}
        return cls(tuple(found), tuple(found.values()))

    def __bool__(self) -> bool:
        return bool(self.indices)


def vehicle_type(name: str) -> VehicleType | None:
    word = name.strip().lower()
    return VehicleType(word) if word in set(VehicleType) else SYNONYMS.get(word)


def parse_names(text: str) -> dict[int, str]:
    """Class names in the formats of model files: `{0: 'car', 1: 'bus'}`, `['car', 'bus']`, or `car bus`.

    `ValueError` if the text has none of these formats.
    """
    if not text.lstrip().startswith(("{", "[", "(")):
        return dict(enumerate(text.split()))
    try:
        literal = ast.literal_eval(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ValueError(f"class names {text[:80]!r} are neither a Python literal nor words") from error
    if isinstance(literal, Mapping):
        return {int(index): str(name) for index, name in literal.items()}
    if isinstance(literal, Sequence):
        return {index: str(name) for index, name in enumerate(literal)}
    raise ValueError(f"class names {text[:80]!r} are neither a mapping nor a list")
