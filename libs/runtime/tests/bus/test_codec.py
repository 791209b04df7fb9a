import pytest
from hypothesis import given
from hypothesis import strategies as st

from onwatch_contracts import samples
from onwatch_contracts.messages import MESSAGES, Message
from onwatch_runtime.bus.codec import UnknownMessage, decode, encode, kind_of

kinds = st.sampled_from([f"{cls.name}.v{cls.version}" for cls in MESSAGES])


@pytest.mark.parametrize("sample", samples.MESSAGES, ids=lambda sample: type(sample).__name__)
def test_a_message_survives_encoding_and_decoding(sample: Message):
    decoded = decode(sample.routing_key, encode(sample))
    assert decoded == sample
    assert type(decoded) is type(sample)


def test_the_kind_is_the_routing_key_without_the_video():
    assert kind_of("metrics.batch.v1.5f0c2b7e") == "metrics.batch.v1"


@pytest.mark.parametrize("routing_key", ["video.painted.v1.a", "video.created.v2.a", "video.created"])
def test_an_unknown_kind_is_named(routing_key: str):
    with pytest.raises(UnknownMessage, match=kind_of(routing_key)):
        decode(routing_key, b"{}")


def test_an_unknown_field_is_named():
    sample = samples.MESSAGES[0]
    body = encode(sample).replace(b'"message_id"', b'"colour":"red","message_id"')
    with pytest.raises(UnknownMessage, match="colour"):
        decode(sample.routing_key, body)


@given(kinds, st.binary() | st.text().map(str.encode))
def test_any_other_bytes_are_an_unknown_message(kind: str, body: bytes):
    with pytest.raises(UnknownMessage, match=kind):
        decode(f"{kind}.a", body)


@given(st.text(), st.binary())
def test_any_other_routing_key_is_an_unknown_message(routing_key: str, body: bytes):
    with pytest.raises(UnknownMessage):
        decode(routing_key, body)
