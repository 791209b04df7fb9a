"""Class names of models, and which of them are counted."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from onwatch_contracts.values import VehicleType
from onwatch_detector.detections import TYPES

COCO_CLASSES = 80
COCO_VEHICLES: Mapping[int, str] = MappingProxyType(
    {1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}  # of https://cocodataset.org, in 80 classes
)
COCO_IDS = 91
COCO_VEHICLE_IDS: Mapping[int, str] = MappingProxyType(
    {2: "bicycle", 3: "car", 4: "motorcycle", 6: "bus", 8: "truck"}  # the same by their ids, of which some are unused
)
COCO_VEHICLES_BY_COUNT: Mapping[int, Mapping[int, str]] = MappingProxyType(
    {COCO_CLASSES: COCO_VEHICLES, COCO_IDS: COCO_VEHICLE_IDS}
)
"""What models without class names were trained on, by the number of their classes."""
SYNONYMS: Mapping[str, VehicleType] = MappingProxyType(
    {
        "bike": VehicleType.BICYCLE,
        "lorry": VehicleType.TRUCK,
        "motor": VehicleType.MOTORCYCLE,  # VisDrone
        "motorbike": VehicleType.MOTORCYCLE,  # Pascal VOC, Darknet
        "van": VehicleType.CAR,  # COCO has no vans and labels them as cars
    }
)
EVERYDAY_THINGS = frozenset({"bottle", "chair", "couch", "cup", "dining table", "diningtable", "laptop", "sofa", "tv"})
"""Classes of COCO, Pascal VOC, Objects365 and Open Images. A model that has one was not made for traffic: of its
classes only those count that are known to be vehicles."""
NO_VEHICLES = frozenset(
    {
        *("background", "dont care", "dontcare", "ignore", "ignored", "ignored regions", "misc"),
        *(
            "face",
            "head",
            "helmet",
            "human",
            "other person",
            "pedestrian",
            "people",
            "person",
            "person sitting",
            "rider",
        ),
        *("animal", "bird", "cat", "cow", "dog", "horse", "sheep"),
        *("licence plate", "license plate", "number plate", "plate", "wheel"),
        *("fire hydrant", "lane", "parking meter", "pole", "road", "sign", "stop sign"),
        *("traffic cone", "traffic light", "traffic sign"),
    }
)
"""Classes of models for traffic that are no vehicles. Every other class of such a model is counted."""
LONGEST_NAME = 64  # of a type in results


@dataclass(frozen=True)
class VehicleClasses:
    """The classes of a model that are counted, and the type of each."""

    indices: tuple[int, ...]
    types: tuple[str, ...]
    """A `VehicleType`, or the name of a class that is none."""

    @classmethod
    def among(cls, names: Mapping[int, str], wanted: Sequence[str] = ()) -> VehicleClasses:
        """The classes of these names. `ValueError` for a name in `wanted` that no class has."""
        words = {index: _word(name) for index, name in sorted(names.items())}
        chosen = _named(words, wanted) if wanted else _vehicles(words)
        return cls(
            tuple(chosen), tuple(vehicle_type(names[index]) or own_name(names[index], index) for index in chosen)
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of scores: every `VehicleType`, then the others."""
        return tuple(dict.fromkeys((*TYPES, *self.types)))

    def __bool__(self) -> bool:
        return bool(self.indices)


def vehicle_type(name: str) -> VehicleType | None:
    word = _word(name)
    return VehicleType(word) if word in set(VehicleType) else SYNONYMS.get(word)


def own_name(name: str, index: int) -> str:
    """The name of a class as results show it: on one line, and no longer than a type may be."""
    printable = "".join(mark if mark.isprintable() else " " for mark in name)
    return " ".join(printable.split())[:LONGEST_NAME].rstrip() or f"class {index}"


def _vehicles(words: Mapping[int, str]) -> list[int]:
    """What is counted of a model unless it is set: see `EVERYDAY_THINGS` and `NO_VEHICLES`."""
    knows_everyday_things = not EVERYDAY_THINGS.isdisjoint(words.values())
    return [
        index
        for index, word in words.items()
        if vehicle_type(word) or not (knows_everyday_things or word in NO_VEHICLES)
    ]


def _named(words: Mapping[int, str], wanted: Sequence[str]) -> list[int]:
    asked = {_word(name) for name in wanted}
    if unknown := sorted(asked - set(words.values())):
        raise ValueError(f"no class of it is named {', '.join(unknown)}")
    return [index for index, word in words.items() if word in asked]


def _word(name: str) -> str:
    """A name without what models write differently: `Traffic_Light` is `traffic light`."""
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split())


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
