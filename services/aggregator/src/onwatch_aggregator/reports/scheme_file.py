"""Reads the type scheme of this installation."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from onwatch_counting.tables import DEFAULT_SCHEME, InvalidTypeScheme, TypeScheme


def load_type_scheme(file: Path | None) -> TypeScheme:
    """The scheme of a TOML or JSON file, or the default. `InvalidTypeScheme` names the file and what is wrong."""
    if file is None:
        return DEFAULT_SCHEME
    try:
        return TypeScheme.from_fields(_fields(file))
    except (OSError, ValueError) as error:
        raise InvalidTypeScheme(f"the type scheme {file} cannot be used: {error}") from error


def _fields(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8")
    found = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    if not isinstance(found, dict):
        raise InvalidTypeScheme("expected a table with name, groups and heavy")
    return found
