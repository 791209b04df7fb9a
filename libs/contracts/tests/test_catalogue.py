"""`docs/messages.md` says what the code says."""

import json
import re
from pathlib import Path

import pytest

from onwatch_contracts.catalogue import catalogue
from onwatch_contracts.messages import MESSAGES, Message

DOCUMENT = Path(__file__).parents[3] / "docs" / "messages.md"


def test_the_document_is_up_to_date():
    assert DOCUMENT.read_text(encoding="utf-8") == catalogue(), "run `make docs`"


@pytest.mark.parametrize("cls", MESSAGES)
def test_every_message_has_its_section(cls: type[Message]):
    assert f"\n## {cls.name}.v{cls.version}\n" in catalogue()


def test_every_link_leads_to_a_heading():
    text = catalogue()
    headings = {line.lstrip("# ").lower().replace(".", "") for line in text.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def test_every_sample_is_json_with_the_fields_of_its_message():
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", catalogue(), re.DOTALL)]
    assert [set(sample) for sample in shown] == [set(cls.model_fields) for cls in MESSAGES]
