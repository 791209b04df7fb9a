from __future__ import annotations

import json

from onwatch_client.live import Picture, read, requests_for
from onwatch_contracts import samples
from onwatch_contracts.channel import FrameHeader, Metrics, encode_frame


def test_a_viewer_subscribes_and_starts() -> None:
    assert [json.loads(each)["type"] for each in requests_for("a", starts=True)] == ["subscribe", "start"]
    assert [json.loads(each)["type"] for each in requests_for("a", starts=False)] == ["subscribe"]


def test_messages_are_read_also_with_new_fields_and_new_kinds_are_not() -> None:
    metrics = next(sample for sample in samples.CHANNEL if isinstance(sample, Metrics))
    assert read(metrics.model_dump_json()) == metrics
    assert read(json.dumps(metrics.model_dump(mode="json") | {"new": 1})) == metrics
    assert read('{"type": "of a newer server"}') is None


def test_a_binary_message_is_a_picture() -> None:
    header = FrameHeader(video_id="a", run_id="r", frame_number=7, timestamp_s=0.28)
    assert read(encode_frame(header, b"jpeg")) == Picture(header, b"jpeg")
