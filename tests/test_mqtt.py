"""A video that is watched, with a zone and a gate, or with an alert rule: a broker gets what the API answers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from onwatch_runtime.ids import new_id
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.mqtt import MqttObserver, observed
from onwatch_testkit.servers import MosquittoServer
from onwatch_testkit.system import RecordingViewer, Site, running_site
from onwatch_testkit.websocket import connect

LOWER_HALF = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
ACROSS = [[1.0, 0.5], [0.0, 0.5]]
PREFIX = "system"
PATIENCE_S = 60.0
ANY_VEHICLE = {"kind": "count", "zone_id": "roi", "more_than": 0, "window_s": 10, "clear_after_s": 0}
SHARED = ("alert_id", "rule_id", "rule_name", "place_name", "raised_at", "raised_at_s", "cleared_at_s", "clear_reason")
"""Fields of an alert, in the API and as attributes."""


async def made(site: Any, path: str, body: dict[str, Any]) -> Any:
    answer = await site.http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.connected
async def test_a_watched_video_is_published_and_its_numbers_are_those_of_the_api(
    tmp_path: Path, clock: FakeClock, clip: Path, mosquitto_server: MosquittoServer
) -> None:
    settings = {"ONWATCH_CATALOG_MQTT_URL": mosquitto_server.url, "ONWATCH_CATALOG_MQTT_PREFIX": PREFIX}
    async with observed(mosquitto_server.port) as broker, running_site(tmp_path / "data", clock, **settings) as site:
        video_id = await site.upload(clip)
        zone = await made(site, f"/api/videos/{video_id}/zones", {"name": "Lower half", "polygon": LOWER_HALF})
        gate = await made(site, f"/api/videos/{video_id}/gates", {"name": "Across", "points": ACROSS})

        def topic(path: str) -> str | None:
            return broker.topics.get(f"{PREFIX}/{video_id}/{path}")

        await site.until(lambda: topic("state") == "ready", "the state of a new video")
        assert topic("total") is None
        async with connect(site.onwatch.app, "/ws") as viewer:
            watching = RecordingViewer(viewer)
            await watching.send("subscribe", video_id)
            await watching.send("start", video_id)
            await site.until(lambda: topic("state") == "finished", "the end")
        await site.until_answer(f"/api/videos/{video_id}/recount", lambda found: found["state"] == "finished")

        metrics = await site.get(f"/api/videos/{video_id}/metrics")
        await site.until(lambda: topic("total") == str(metrics["total_vehicles_count"]), "the total")
        assert topic("total") == "3"
        assert topic("current") == "0"
        for name in ("car", "truck", "bus", "motorcycle", "bicycle", "vehicle"):
            assert topic(f"types/{name}") == str(metrics["vehicle_type"].get(name, 0)), name
        results = await site.get(f"/api/videos/{video_id}/results")
        counted = {of["zone_id"]: of for of in results["zones"]}[zone["zone_id"]]
        crossed = {of["gate_id"]: of for of in results["gates"]}[gate["gate_id"]]
        assert topic(f"zones/{zone['zone_id']}/total") == str(counted["total_vehicles_count"])
        assert topic(f"zones/{zone['zone_id']}/current") == "0"
        for direction in ("forward", "backward"):
            assert topic(f"gates/{gate['gate_id']}/{direction}") == str(crossed[direction]["total"]), direction

        config = f"homeassistant/device/onwatch_{video_id}/config"
        components = json.loads(broker.topics[config])["components"]
        published = {of["state_topic"] for of in components.values()}
        assert published <= broker.topics.keys(), "Home Assistant waits for no topic in vain"

        await site.http.patch(f"/api/videos/{video_id}", json={"name": "Renamed"})
        await site.until(lambda: json.loads(broker.topics[config])["device"]["name"] == "Renamed", "the new name")
        assert (await site.http.delete(f"/api/videos/{video_id}")).status_code == 204
        await site.until(lambda: not [name for name in broker.topics if video_id in name], "nothing left of the video")
        assert broker.topics[f"{PREFIX}/status"] == "online"


@pytest.mark.connected
async def test_an_alert_stays_raised_over_a_restart_and_its_rule_is_removed(
    tmp_path: Path, clock: FakeClock, clip: Path, mosquitto_server: MosquittoServer
) -> None:
    settings = {"ONWATCH_CATALOG_MQTT_URL": mosquitto_server.url, "ONWATCH_CATALOG_MQTT_PREFIX": "alerts"}
    async with observed(mosquitto_server.port) as broker:
        async with running_site(tmp_path / "data", clock, ids=new_id, **settings) as site:
            video_id = await site.upload(clip)
            rule_id = await rule_of(site, video_id)
            rule = f"alerts/{video_id}/alerts/{rule_id}"
            config = f"homeassistant/device/onwatch_{video_id}/config"
            await site.until(lambda: config in broker.topics, "the device")
            assert f"{rule}/state" not in broker.topics, "it has never raised an alert"
            async with connect(site.onwatch.app, "/ws") as viewer:
                await viewer.send({"type": "subscribe", "video_id": video_id})
                await viewer.send({"type": "start", "video_id": video_id})
                await site.until(lambda: broker.topics.get(f"{rule}/state") == "raised", "the alert")
                await site.until(lambda: described(broker, config, rule_id) is not None, "its entity")
        (raised,) = map(json.loads, broker.events_at(f"{rule}/event"))
        attributes = json.loads(broker.topics[f"{rule}/attributes"])
        assert (raised["change"], raised["alert_id"]) == ("raised", attributes["alert_id"])
        assert described(broker, config, rule_id)["json_attributes_topic"] == f"{rule}/attributes"

        async with running_site(tmp_path / "data", clock, ids=new_id, **settings) as site:
            await site.until(lambda: broker.topics["alerts/status"] == "online", "the next start")
            (opened,) = (await site.get(f"/api/videos/{video_id}/alerts?state=open"))["items"]
            assert opened["alert_id"] == raised["alert_id"]
            assert broker.topics[f"{rule}/state"] == "raised"
            assert len(broker.events_at(f"{rule}/event")) == 1, "a restart is no event"

            await site.http.post(f"/api/videos/{video_id}/analysis")
            await site.until(lambda: len(broker.events_at(f"{rule}/event")) == 4, "the second run")
            events = [json.loads(event) for event in broker.events_at(f"{rule}/event")]
            assert [(event["change"], event["clear_reason"]) for event in events] == [
                ("raised", None),
                ("cleared", "run_discarded"),
                ("raised", None),
                ("cleared", "end_of_video"),
            ]
            newest = (await site.get(f"/api/videos/{video_id}/alerts"))["items"][0]
            expected = {name: newest[name] for name in SHARED}
            # They are published after the events, and the first of the two alerts was cleared, too.
            await site.until(lambda: shared_of(broker.topics[f"{rule}/attributes"]) == expected, "its attributes")
            await site.until(lambda: broker.topics[f"{rule}/state"] == "cleared", "the end")

            await site.http.delete(f"/api/videos/{video_id}/alert-rules/{rule_id}")
            await site.until(lambda: not [name for name in broker.topics if rule in name], "nothing left of the rule")
            await site.until(lambda: described(broker, config, rule_id) is None, "nor of its entity")


async def rule_of(site: Site, video_id: str) -> str:
    """The aggregator learns of a new video by a message."""
    rules = f"/api/videos/{video_id}/alert-rules"
    async with asyncio.timeout(PATIENCE_S):
        while (await site.http.get(rules)).status_code == 404:
            await site.clock.advance(0.05)
    return str((await made(site, rules, {"name": "Any vehicle", "condition": ANY_VEHICLE}))["rule_id"])


def shared_of(attributes: str) -> dict[str, Any]:
    known = json.loads(attributes)
    return {name: known[name] for name in SHARED}


def described(broker: MqttObserver, config: str, rule_id: str) -> Any:
    """The entity of the rule; None: there is none."""
    return json.loads(broker.topics[config])["components"].get(f"alerts_{rule_id}_state")
