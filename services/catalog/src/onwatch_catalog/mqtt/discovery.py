"""The document with which Home Assistant discovers a video as a device with entities. Pure rules.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from onwatch_catalog.mqtt.readings import STATES, Kind, Reading, Snapshot, readings
from onwatch_catalog.mqtt.rule_alerts import CLEARED, RAISED
from onwatch_catalog.mqtt.topics import Topics

ONLINE, OFFLINE = "online", "offline"
NO_ENTITIES = (Kind.NAME, Kind.ATTRIBUTES)
STATE_CLASSES = {Kind.CURRENT: "measurement", Kind.TOTAL: "total_increasing"}


def document(video: Snapshot, topics: Topics, removed: Iterable[str] = ()) -> str:
    """The JSON of a device. An entity that is only left out stays in Home Assistant: name the paths of `removed`."""
    device = f"onwatch_{video.video_id}"
    components = {
        "connection": _connection(device, topics),
        **{
            _key(reading.path): _entity(reading, device, video.video_id, topics)
            for reading in readings(video)
            if reading.kind not in NO_ENTITIES
        },
        **{_key(path): {"platform": _platform(path)} for path in removed if not path.endswith("/attributes")},
    }
    onwatch = {"name": "Onwatch", "sw_version": version("onwatch-catalog")}
    described = {"identifiers": [device], "name": video.name, "manufacturer": "Onwatch", "model": "Video"}
    return json.dumps(
        {"device": described, "origin": onwatch, "components": components, "qos": 1},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _key(path: str) -> str:
    return path.replace("/", "_")


def _platform(path: str) -> str:
    return "binary_sensor" if path.startswith("alerts/") else "sensor"


def _connection(device: str, topics: Topics) -> Mapping[str, Any]:
    """Whether Onwatch is connected. Always available: it would be unknown, not off, without a connection."""
    return {
        "platform": "binary_sensor",
        "unique_id": f"{device}_connection",
        "name": "Connection",
        "device_class": "connectivity",
        "entity_category": "diagnostic",
        "state_topic": topics.status,
        "payload_on": ONLINE,
        "payload_off": OFFLINE,
    }


def _entity(reading: Reading, device: str, video_id: str, topics: Topics) -> Mapping[str, Any]:
    return {
        "platform": _platform(reading.path),
        "unique_id": f"{device}_{_key(reading.path)}",
        "name": reading.label,
        "state_topic": topics.of(video_id, reading.path),
        "availability_topic": topics.status,
        **_meaning(reading.kind),
        **_attributes(reading, video_id, topics),
    }


def _meaning(kind: Kind) -> Mapping[str, Any]:
    if kind is Kind.STATE:
        return {"device_class": "enum", "options": list(STATES)}
    if kind is Kind.ALERT:
        return {"device_class": "problem", "payload_on": RAISED, "payload_off": CLEARED}
    return {"state_class": STATE_CLASSES[kind], "unit_of_measurement": "vehicles", "icon": "mdi:car"}


def _attributes(reading: Reading, video_id: str, topics: Topics) -> Mapping[str, Any]:
    if reading.kind is not Kind.ALERT:
        return {}
    return {"json_attributes_topic": topics.of(video_id, f"{reading.path.removesuffix('state')}attributes")}
