import inspect
import re

import pytest
from pydantic import ValidationError

from onwatch_contracts import messages, samples
from onwatch_contracts.messages import MESSAGES, Message


def test_every_message_class_is_in_the_list():
    defined = {cls for _, cls in inspect.getmembers(messages, inspect.isclass) if issubclass(cls, Message)}
    assert set(MESSAGES) == defined - {Message}


def test_every_kind_of_message_is_unique():
    assert len({(cls.name, cls.version) for cls in MESSAGES}) == len(MESSAGES)


@pytest.mark.parametrize("cls", MESSAGES)
def test_a_class_is_named_after_its_message_and_version(cls: type[Message]):
    expected = "".join(part.capitalize() for part in cls.name.split("."))
    assert cls.__name__ == f"{expected}V{cls.version}"


@pytest.mark.parametrize("cls", MESSAGES)
def test_every_message_has_a_docstring_and_a_publisher(cls: type[Message]):
    assert cls.__doc__
    assert set(cls.publisher.split(", ")) <= {"catalog", "gateway", "detector", "aggregator"}


@pytest.mark.parametrize("sample", samples.MESSAGES, ids=lambda sample: type(sample).__name__)
def test_the_routing_key_has_name_version_and_video(sample: Message):
    assert re.fullmatch(rf"{re.escape(sample.name)}\.v{sample.version}\.{samples.VIDEO_ID}", sample.routing_key)
    assert sample.routing_key.count(".") == 3


@pytest.mark.parametrize("sample", samples.MESSAGES, ids=lambda sample: type(sample).__name__)
def test_an_unknown_field_is_refused(sample: Message):
    with pytest.raises(ValidationError, match="colour"):
        type(sample).model_validate({**sample.model_dump(), "colour": "red"})


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(ValidationError, match="occurred_at"):
        type(samples.MESSAGES[0]).model_validate(
            {"message_id": "m", "video_id": "a", "occurred_at": "2026-03-02T08:15:30"}
        )


@pytest.mark.parametrize("field", ["epoch", "batch_no"])
def test_epochs_and_batches_count_from_one(field: str):
    (batch,) = (sample for sample in samples.MESSAGES if type(sample) is messages.MetricsBatchV1)
    with pytest.raises(ValidationError, match=field):
        messages.MetricsBatchV1.model_validate({**batch.model_dump(), field: 0})
