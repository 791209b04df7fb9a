from __future__ import annotations

import pytest

from onwatch_catalog.mqtt.topics import Topics

ID = "0123456789abcdef" * 2
TOPICS = Topics("site/onwatch", "homeassistant")


@pytest.mark.parametrize(
    "path",
    [
        "name",
        "state",
        "current",
        "total",
        "types/car",
        "zones/z1/current",
        "gates/g1/forward",
        "gates/g1/backward",
        "alerts/r1/state",
        "alerts/r1/attributes",
    ],
)
def test_a_topic_of_a_video_is_recognised(path: str) -> None:
    assert TOPICS.parse(TOPICS.of(ID, path)) == (ID, path)


@pytest.mark.parametrize(
    "topic",
    [
        "site/onwatch/status",
        f"other/onwatch/{ID}/state",
        f"site/onwatch/{ID}",
        f"site/onwatch/{ID}/setpoint",
        f"site/onwatch/{ID}/zones/z1/colour",
        f"site/onwatch/{ID}/alerts/r1/event",
        "site/onwatch/kitchen/state",
        f"site/onwatch/site/onwatch/{ID}/state",
    ],
)
def test_no_other_topic_is_taken_for_one_of_a_video(topic: str) -> None:
    assert TOPICS.parse(topic) is None


def test_home_assistant_finds_a_device_where_it_looks_unless_it_is_told_of_none() -> None:
    assert TOPICS.discovery(ID) == f"homeassistant/device/onwatch_{ID}/config"
    assert Topics("onwatch", "").discovery(ID) is None


def test_the_events_of_a_rule_are_beside_its_state() -> None:
    assert TOPICS.event(ID, "r1") == f"site/onwatch/{ID}/alerts/r1/event"
