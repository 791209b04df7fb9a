import json
import re
from pathlib import Path

import pytest

from onwatch_contracts.message_reference import reference
from onwatch_contracts.messages import MESSAGES, Message

DOCUMENT = Path(__file__).parents[3] / "docs" / "messages.md"


def test_the_document_is_up_to_date():
    assert DOCUMENT.read_text(encoding="utf-8") == reference(), "run `make docs`"


@pytest.mark.parametrize("cls", MESSAGES)
def test_every_message_has_its_section(cls: type[Message]):
    assert f"\n## {cls.name}.v{cls.version}\n" in reference()


def test_every_link_has_its_heading():
    text = reference()
    headings = {line.lstrip("# ").lower().replace(".", "") for line in text.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def test_every_sample_is_json_with_the_fields_of_its_message():
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", reference(), re.DOTALL)]
    assert [set(sample) for sample in shown] == [set(cls.model_fields) for cls in MESSAGES]
