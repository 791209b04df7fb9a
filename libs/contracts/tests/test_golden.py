"""Golden files of the published shapes: today's messages must stay readable.

`ONWATCH_REGENERATE_GOLDEN=1 pytest libs/contracts` writes them: for a new shape, never for a published one.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onwatch_contracts import samples
from onwatch_contracts.values import Value

GOLDEN = Path(__file__).with_name("golden")
REGENERATE = os.environ.get("ONWATCH_REGENERATE_GOLDEN") == "1"
PROMISE = "a published shape never changes: add a successor"

SHAPES = [
    *(("messages", f"{sample.name}.v{sample.version}", sample) for sample in samples.MESSAGES),
    *(("channel", type(sample).__name__, sample) for sample in samples.CHANNEL),
    *(("http", type(sample).__name__, sample) for sample in samples.HTTP),
]


def shape_of(schema: Any) -> Any:
    """A JSON schema without titles and descriptions: better documentation does not change the shape."""
    match schema:
        case dict():
            return {key: _part(key, value) for key, value in schema.items() if not _is_documentation(key, value)}
        case list():
            return [shape_of(item) for item in schema]
    return schema


def _is_documentation(key: str, value: Any) -> bool:
    return key in {"title", "description"} and isinstance(value, str)


def _part(key: str, value: Any) -> Any:
    if key in {"properties", "$defs"}:  # names, among which `title` may be a field
        return {name: shape_of(schema) for name, schema in value.items()}
    return value if key in {"default", "enum", "const", "required"} else shape_of(value)


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def agrees(file: Path, text: str) -> bool:
    if REGENERATE:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file.is_file() and file.read_bytes() == text.encode()


@pytest.fixture(params=SHAPES, ids=lambda shape: f"{shape[0]}-{shape[1]}")
def shape(request: pytest.FixtureRequest) -> tuple[Path, Value]:
    """Where a shape's golden files are (without their endings), and its sample."""
    family, name, sample = request.param
    return GOLDEN / family / name, sample


def test_the_schema_is_the_published_one(shape: tuple[Path, Value]):
    stem, sample = shape
    schema = pretty(shape_of(type(sample).model_json_schema()))
    assert agrees(stem.with_name(f"{stem.name}.schema.json"), schema), f"{stem.name}: {PROMISE}"


def test_a_sample_is_written_as_published(shape: tuple[Path, Value]):
    stem, sample = shape
    written = pretty(sample.model_dump(mode="json"))
    assert agrees(stem.with_name(f"{stem.name}.sample.json"), written), f"{stem.name}: {PROMISE}"


def test_a_published_sample_is_read_unchanged(shape: tuple[Path, Value]):
    stem, sample = shape
    published = stem.with_name(f"{stem.name}.sample.json").read_bytes()
    assert type(sample).model_validate_json(published) == sample, f"{stem.name}: {PROMISE}"


def test_no_published_shape_was_removed():
    """A golden file without a class: the shape was removed although other versions may still use it."""
    known = {GOLDEN / family / f"{name}.{part}.json" for family, name, _ in SHAPES for part in ("schema", "sample")}
    assert set(_files()) == known, PROMISE


def _files() -> Iterator[Path]:
    return GOLDEN.rglob("*.json")


def test_a_field_named_title_is_part_of_the_shape_and_a_title_is_not():
    schema = {"title": "Problem", "properties": {"title": {"title": "Title", "type": "string"}}}
    assert shape_of(schema) == {"properties": {"title": {"type": "string"}}}
