"""Home Assistant's documentation of device discovery as rules, and a document to look at."""

from __future__ import annotations

import json
import re
from typing import Any

from onwatch_catalog.mqtt.discovery import document
from onwatch_catalog.mqtt.readings import Snapshot
from onwatch_catalog.mqtt.topics import Topics
from onwatch_contracts.site import ROI_ZONE, Site
from onwatch_testkit.golden import Golden

STATE_CLASSES = {"measurement", "total", "total_increasing"}
ROOT = {"device", "origin", "components", "qos"}
OBJECT_ID = re.compile(r"[a-zA-Z0-9_-]+")
SENSOR = {"platform", "unique_id", "name", "state_topic", "availability_topic", "icon"} | {
    "state_class",
    "unit_of_measurement",
    "device_class",
    "options",
}


def parsed(make: Any, topics: Topics, removed: tuple[str, ...] = (), name: str = "Main street") -> dict[str, Any]:
    site = Site(zones=(ROI_ZONE, make.zone), gates=(make.gate,))
    video = Snapshot(make.video, name, "ready", site, alerts=(make.rule_alert(),))
    found: dict[str, Any] = json.loads(document(video, topics, removed))
    return found


def test_a_video_is_a_device_with_an_origin(make: Any, topics: Topics) -> None:
    found = parsed(make, topics, name="Größe 1")

    assert set(found) == ROOT
    assert found["device"]["identifiers"] == [f"onwatch_{make.video}"]
    assert found["device"]["name"] == "Größe 1"
    assert found["origin"]["name"] == "Onwatch"


def test_every_component_says_what_home_assistant_requires(make: Any, topics: Topics) -> None:
    components = parsed(make, topics)["components"]

    assert all(OBJECT_ID.fullmatch(key) for key in components)
    assert len({component["unique_id"] for component in components.values()}) == len(components)
    for key, component in components.items():
        assert component["state_topic"].startswith("onwatch/"), key
        assert component["platform"] in ("sensor", "binary_sensor"), key


def test_numbers_have_state_class_and_unit_and_an_enumeration_has_neither(make: Any, topics: Topics) -> None:
    sensors = {key: of for key, of in parsed(make, topics)["components"].items() if of["platform"] == "sensor"}
    state = sensors.pop("state")

    assert state["device_class"] == "enum"
    assert state["options"] == ["starting", "ready", "streaming", "paused", "finished", "failed"]
    assert not {"state_class", "unit_of_measurement"} & set(state)
    for key, sensor in sensors.items():
        assert set(sensor) <= SENSOR, key
        assert sensor["state_class"] in STATE_CLASSES, key
        assert sensor["unit_of_measurement"] == "vehicles", key
        assert sensor["availability_topic"] == topics.status, key


def test_the_connection_is_off_not_unavailable_without_onwatch(make: Any, topics: Topics) -> None:
    connection = parsed(make, topics)["components"]["connection"]

    assert connection["platform"] == "binary_sensor"
    assert connection["device_class"] == "connectivity"
    assert (connection["state_topic"], connection["payload_on"], connection["payload_off"]) == (
        topics.status,
        "online",
        "offline",
    )
    assert "availability_topic" not in connection


def test_a_rule_is_a_problem_that_is_on_while_it_is_raised(make: Any, topics: Topics) -> None:
    components = parsed(make, topics)["components"]
    rule = components["alerts_r1_state"]

    assert (rule["platform"], rule["device_class"]) == ("binary_sensor", "problem")
    assert rule["name"] == "Queue at the light"
    assert (rule["payload_on"], rule["payload_off"]) == ("raised", "cleared")
    assert rule["state_topic"] == topics.of(make.video, "alerts/r1/state")
    assert rule["json_attributes_topic"] == topics.of(make.video, "alerts/r1/attributes")
    assert rule["availability_topic"] == topics.status
    assert [key for key in components if key.startswith("alerts")] == ["alerts_r1_state"], "no entity of attributes"


def test_what_is_removed_is_named_with_its_platform_alone(make: Any, topics: Topics) -> None:
    removed = ("zones/old/total", "alerts/old/attributes", "alerts/old/state")
    components = parsed(make, topics, removed=removed)["components"]

    assert components["zones_old_total"] == {"platform": "sensor"}
    assert components["alerts_old_state"] == {"platform": "binary_sensor"}
    assert "alerts_old_attributes" not in components


def test_the_document(make: Any, topics: Topics, golden: Golden) -> None:
    found = parsed(make, topics)
    assert found["origin"].pop("sw_version")

    golden.check_json("device.json", found)
