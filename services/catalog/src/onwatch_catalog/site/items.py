"""What zones, gates and movements have in common: pure rules of ids, names, colors and order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from onwatch_catalog.errors import IdTaken, InvalidItemName, InvalidPatch, ItemNotFound, NameTaken, TooManyItems
from onwatch_catalog.videos import printable
from onwatch_contracts.site import MAX_ITEMS, Gate, Movement, SiteZone
from onwatch_contracts.values import Value

MAX_ID_CHARS = 56  # of an id from a name: leaves room for a number
# Eight that are told apart on a picture of a road, also by most people who see few colors.
PALETTE = ("#2f6fed", "#e5484d", "#30a46c", "#f5a524", "#8e4ec6", "#12a594", "#e93d82", "#978365")

Item = TypeVar("Item", bound=SiteZone | Gate | Movement)


@dataclass(frozen=True)
class ItemKind(Generic[Item]):
    """Zones, gates or movements, always in their order."""

    noun: str
    id_of: Callable[[Item], str]
    not_found: type[ItemNotFound]

    def found(self, items: Sequence[Item], item_id: str) -> Item:
        for item in items:
            if self.id_of(item) == item_id:
                return item
        raise self.not_found(item_id, [self.id_of(item) for item in items])

    def named(self, items: Sequence[Item], name: str) -> Item:
        """The one that was added with this name; each has a name of its own."""
        return next(item for item in items if _is_same_name(item.name, printable(name)))

    def place(self, items: Sequence[Item], item_id: str) -> int:
        """From 1."""
        return [self.id_of(item) for item in items].index(item_id) + 1

    def id_for(self, items: Sequence[Item], name: str) -> str:
        """A readable id that is free: results and tables show it."""
        ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", ascii_only)[:MAX_ID_CHARS].strip("-") or self.noun
        taken = {self.id_of(item) for item in items}
        candidates = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
        return next(candidate for candidate in candidates if candidate not in taken)

    def added(self, items: tuple[Item, ...], item: Item, place: int | None) -> tuple[Item, ...]:
        if len(items) >= MAX_ITEMS:
            raise TooManyItems(self.noun, MAX_ITEMS)
        if any(self.id_of(other) == self.id_of(item) for other in items):
            raise IdTaken(self.noun, self.id_of(item))
        self._check_name(items, item)
        return _placed(items, item, len(items) + 1 if place is None else place)

    def replaced(self, items: tuple[Item, ...], item: Item, place: int | None) -> tuple[Item, ...]:
        others = self.without(items, self.id_of(item))
        self._check_name(others, item)
        return _placed(others, item, self.place(items, self.id_of(item)) if place is None else place)

    def without(self, items: tuple[Item, ...], item_id: str) -> tuple[Item, ...]:
        self.found(items, item_id)
        return tuple(item for item in items if self.id_of(item) != item_id)

    def _check_name(self, others: Sequence[Item], item: Item) -> None:
        for other in others:
            if _is_same_name(other.name, item.name):
                raise NameTaken(self.noun, other.name, self.id_of(other))


def _placed(others: tuple[Item, ...], item: Item, place: int) -> tuple[Item, ...]:
    return (*others[: place - 1], item, *others[place - 1 :])


def _is_same_name(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()


def checked_item_name(name: str, field: str = "name") -> str:
    """The name as it can be printed; `InvalidItemName` if nothing is left."""
    if not (cleaned := printable(name)):
        raise InvalidItemName(field)
    return cleaned


def free_color(items: Sequence[SiteZone | Gate]) -> str:
    """The first that is not in use; all are: they begin again."""
    used = {item.color for item in items}
    return next((color for color in PALETTE if color not in used), PALETTE[len(items) % len(PALETTE)])


def counted_types(types: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Each once, in the order given."""
    return types and tuple(dict.fromkeys(types))


def given_fields(patch: Value, *, may_be_null: frozenset[str] = frozenset()) -> dict[str, object]:
    """The fields that a patch changes, without `position`; `InvalidPatch` for one that is null and must not be."""
    given = {name: getattr(patch, name) for name in patch.model_fields_set}
    for name, value in given.items():
        if value is None and name not in may_be_null:
            raise InvalidPatch(name)
    return {name: value for name, value in given.items() if name != "position"}
