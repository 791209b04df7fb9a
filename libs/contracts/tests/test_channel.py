import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from onwatch_contracts import samples
from onwatch_contracts.channel import (
    CLIENT_MESSAGE,
    HEADER_LENGTH_BYTES,
    MAX_HEADER_BYTES,
    SERVER_MESSAGE,
    FrameHeader,
    Frames,
    MalformedFrame,
    Start,
    State,
    Stop,
    Subscribe,
    Unsubscribe,
    VideoFrameHeader,
    decode_frame,
    decode_video_frame,
    encode_frame,
)
from onwatch_contracts.values import Value

FROM_CLIENT = (Subscribe, Unsubscribe, Start, Stop, Frames)
CLIENT_SAMPLES = [sample for sample in samples.CHANNEL if isinstance(sample, FROM_CLIENT)]
SERVER_SAMPLES = [sample for sample in samples.CHANNEL if not isinstance(sample, (*FROM_CLIENT, FrameHeader))]
(HEADER,) = (sample for sample in samples.CHANNEL if type(sample) is FrameHeader)
(VIDEO_HEADER,) = (sample for sample in samples.CHANNEL if isinstance(sample, VideoFrameHeader))
JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9"


@pytest.mark.parametrize("sample", CLIENT_SAMPLES, ids=lambda sample: type(sample).__name__)
def test_a_client_message_is_distinguished_by_its_type(sample: Value):
    assert CLIENT_MESSAGE.validate_json(sample.model_dump_json()) == sample


@pytest.mark.parametrize("sample", SERVER_SAMPLES, ids=lambda sample: type(sample).__name__)
def test_a_server_message_is_distinguished_by_its_type(sample: Value):
    assert SERVER_MESSAGE.validate_json(sample.model_dump_json()) == sample


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type": "subscribe"}',
        '{"type": "subscribe", "video_id": "a.b"}',
        '{"type": "subscribe", "video_id": "a", "also": "b"}',
        '{"type": "metrics", "video_id": "a"}',
        '{"type": 7, "video_id": "a"}',
        '{"type": "frames", "video_id": "a", "largest_side": 0}',
        '{"type": "frames", "video_id": "a", "max_fps": 61}',
        '{"type": "frames", "video_id": "a", "codecs": ["A codec"]}',
    ],
)
def test_anything_else_is_no_client_message(text: str):
    with pytest.raises(ValidationError):
        CLIENT_MESSAGE.validate_json(text)


def test_an_unknown_state_is_refused():
    with pytest.raises(ValidationError):
        State.model_validate({"video_id": "a", "state": "confused"})


# --- frames --------------------------------------------------------------------------------------


def test_a_frame_survives_encoding_and_decoding():
    assert decode_frame(encode_frame(HEADER, JPEG)) == (HEADER, JPEG)


@given(st.binary())
def test_the_content_of_the_picture_does_not_matter(picture: bytes):
    assert decode_frame(encode_frame(HEADER, picture)) == (HEADER, picture)


def test_a_frame_of_a_video_codec_survives_encoding_and_decoding():
    assert decode_video_frame(encode_frame(VIDEO_HEADER, JPEG)) == (VIDEO_HEADER, JPEG)


def test_a_frame_and_one_of_a_video_codec_are_not_taken_for_each_other():
    with pytest.raises(MalformedFrame):
        decode_video_frame(encode_frame(HEADER, JPEG))
    with pytest.raises(MalformedFrame):
        decode_frame(encode_frame(VIDEO_HEADER, JPEG))


def test_the_layout_is_length_header_picture():
    """Fixed, because the page decodes it too."""
    body = encode_frame(HEADER, JPEG)
    length = int.from_bytes(body[:4], "big")
    assert json.loads(body[4 : 4 + length]) == HEADER.model_dump(mode="json")
    assert body[4 + length :] == JPEG


@given(st.binary())
def test_any_other_bytes_are_a_malformed_frame(body: bytes):
    with pytest.raises(MalformedFrame):
        decode_frame(body)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_an_invalid_header_is_a_malformed_frame(header: bytes, picture: bytes):
    with pytest.raises(MalformedFrame):
        decode_frame(len(header).to_bytes(HEADER_LENGTH_BYTES, "big") + header + picture)


@given(st.integers(min_value=0, max_value=len(encode_frame(HEADER, b"")) - 1))
def test_a_frame_cut_short_within_its_header_is_malformed(length: int):
    with pytest.raises(MalformedFrame, match="bytes"):
        decode_frame(encode_frame(HEADER, b"")[:length])


def test_a_header_over_the_size_limit_is_not_parsed():
    body = (MAX_HEADER_BYTES + 1).to_bytes(HEADER_LENGTH_BYTES, "big") + b" " * (MAX_HEADER_BYTES + 1)
    with pytest.raises(MalformedFrame, match=str(MAX_HEADER_BYTES + 1)):
        decode_frame(body)


def test_a_header_with_an_unknown_field_is_malformed():
    header = json.dumps({**HEADER.model_dump(mode="json"), "colour": "red"}).encode()
    with pytest.raises(MalformedFrame, match="colour"):
        decode_frame(len(header).to_bytes(HEADER_LENGTH_BYTES, "big") + header)
