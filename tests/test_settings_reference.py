"""The list of all settings is up to date, and says of each what it is for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onwatch.configuration import configure, lines_of
from onwatch.settings_reference import SERVICES, reference
from onwatch_runtime.settings import SHARED, ServiceSettings

DOCUMENT = Path(__file__).parents[1] / "docs/settings.md"
ROW = re.compile(r"^\| `(ONWATCH_[A-Z0-9_<>]+)` \| ", re.MULTILINE)


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_every_setting_that_config_prints_is_listed(tmp_path: Path) -> None:
    listed = set(ROW.findall(reference()))
    for line in lines_of(configure(tmp_path, environ={})):
        name = line.partition("=")[0]
        assert {name, re.sub(r"^ONWATCH_[A-Z]+_", "ONWATCH_<NAME>_", name)} & listed, name


@pytest.mark.parametrize("name", ["ONWATCH_PORT", "ONWATCH_DATA_DIR", "ONWATCH_URL", "ONWATCH_TOKEN", *SHARED])
def test_variables_without_a_service_are_listed(name: str) -> None:
    assert name in ROW.findall(reference())


@pytest.mark.parametrize("settings", [ServiceSettings, *SERVICES.values()], ids=lambda cls: cls.__name__)
def test_every_setting_says_what_it_is_for(settings: type[ServiceSettings]) -> None:
    assert [name for name, field in settings.model_fields.items() if not field.description] == []
