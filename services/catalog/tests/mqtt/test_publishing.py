from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from onwatch_catalog.mqtt.broker import BrokerUnavailable
from onwatch_catalog.mqtt.events import EXPIRY_S
from onwatch_catalog.mqtt.publishing import RESYNC_S
from onwatch_contracts.messages import (
    RulesChangedV1,
    RunFailedV1,
    RunStartingV1,
    VideoDeletedV1,
    VideoPersistedV1,
    VideoUpdatedV1,
)
from onwatch_contracts.values import Coverage

ORPHAN = "f" * 32


async def test_everything_is_published_when_the_connection_begins(published: Any, make: Any) -> None:
    retained = published.broker.retained

    assert retained["onwatch/status"] == "online"
    assert retained[f"onwatch/{make.video}/name"] == "Main street"
    assert retained[f"onwatch/{make.video}/state"] == "ready"
    assert f"onwatch/{make.video}/total" not in retained, "it is not known"
    assert json.loads(retained[f"homeassistant/device/onwatch_{make.video}/config"])["device"]["name"] == "Main street"


async def test_a_video_is_published_once_a_second_with_the_newest_numbers_and_the_last_ones(published: Any) -> None:
    await published.clock.advance(1.0)
    for batch_no in range(1, 11):
        await published.count(batch_no, total=batch_no)
        await published.clock.advance(0.25)
        await published.settle()
    assert published.values("total") == ["1", "4", "8"]
    await published.clock.advance(1.0)
    await published.settle()

    assert published.values("total") == ["1", "4", "8", "10"]


async def test_zones_and_gates_are_published_and_only_what_changed(published: Any, make: Any) -> None:
    await published.clock.advance(1.0)
    await published.publishing.on_counts(make.counts(1, total=3, current=1))
    await published.count(1, total=3)
    await published.clock.advance(1.0)
    await published.publishing.on_counts(make.counts(2, total=4, current=1))
    await published.settle()

    assert published.values("zones/north/total") == ["3", "4"]
    assert published.values("zones/north/current") == ["1"]
    assert published.values("gates/g1/forward") == ["4", "5"]
    assert published.values("gates/g1/backward") == ["2"]


async def test_the_state_is_starting_while_a_worker_says_so(published: Any, make: Any) -> None:
    starting = RunStartingV1(**make.envelope(), worker_id="w", phase="loading")
    await published.clock.advance(1.0)
    await published.publishing.on_starting(starting)
    await published.settle()
    assert published.values("state") == ["ready", "starting"]
    await published.clock.advance(3.0)
    await published.settle()
    assert published.values("state") == ["ready", "starting", "ready"], "the worker fell silent"

    await published.publishing.on_starting(starting)
    published.videos.change(status=make.status.FAILED)
    published.publishing.on_run_event(RunFailedV1(**make.envelope(), run_id=None, code="c", reason="r"))
    await published.clock.advance(1.0)
    await published.settle()
    assert published.values("state")[-1] == "failed"


async def test_the_last_numbers_of_a_run_are_published_though_its_last_batch_was_missed(
    published: Any, make: Any
) -> None:
    totals = make.metrics(1, total=9).totals
    published.videos.change(status=make.status.FINISHED)
    published.publishing.on_run_event(
        VideoPersistedV1(**make.envelope(), run_id="r", totals=totals, coverage=Coverage())
    )
    await published.clock.advance(1.0)
    await published.settle()

    assert (published.values("state")[-1], published.values("total")) == ("finished", ["9"])


async def test_a_new_name_is_published_and_the_device_gets_it(published: Any, make: Any) -> None:
    published.videos.change(name="Side street")
    await published.publishing.on_video(VideoUpdatedV1(**make.envelope()))
    await published.clock.advance(1.0)
    await published.settle()

    assert published.values("name") == ["Main street", "Side street"]
    device = json.loads(published.broker.retained[f"homeassistant/device/onwatch_{make.video}/config"])["device"]
    assert device["name"] == "Side street"


async def test_a_zone_that_is_deleted_is_removed_from_the_broker_and_from_home_assistant(
    published: Any, make: Any
) -> None:
    await published.publishing.on_counts(make.counts(1, total=3))
    await published.clock.advance(1.0)
    published.videos.change_site(zones=make.site.zones[:1])
    published.broker.published.clear()
    await published.publishing.on_video(VideoUpdatedV1(**make.envelope()))
    await published.clock.advance(1.0)
    await published.settle()

    config = f"homeassistant/device/onwatch_{make.video}/config"
    documents = [json.loads(payload) for topic, payload in published.broker.published if topic == config]
    first, second = (document["components"] for document in documents)
    assert first["zones_north_total"] == first["zones_north_current"] == {"platform": "sensor"}
    assert not [key for key in second if key.startswith("zones_")]
    assert published.values("zones/north/total") == [""]
    assert f"onwatch/{make.video}/gates/g1/forward" in published.broker.retained


async def test_a_deleted_video_leaves_nothing(published: Any, make: Any) -> None:
    await published.count(1, total=3)
    await published.clock.advance(1.0)
    published.videos.found.clear()
    await published.publishing.on_video(VideoDeletedV1(**make.envelope()))
    await published.clock.advance(1.0)
    await published.settle()

    assert published.broker.retained == {"onwatch/status": "online"}
    assert published.publishing.numbers.of(make.video).totals is None


async def test_a_deletion_that_nobody_told_is_found_out(published: Any) -> None:
    published.videos.found.clear()
    await published.clock.advance(RESYNC_S)
    await published.settle()

    assert published.broker.retained == {"onwatch/status": "online"}


async def test_what_was_deleted_while_there_was_no_connection_is_removed_by_the_next_one(
    publication: Any, make: Any
) -> None:
    publication.broker.retained.update(
        {
            f"onwatch/{ORPHAN}/state": "ready",
            f"onwatch/{ORPHAN}/zones/z/total": "4",
            f"homeassistant/device/onwatch_{ORPHAN}/config": "{}",
            f"onwatch/{make.video}/gates/gone/forward": "4",
            f"onwatch/{make.video}/total": "17",
            "onwatch/kitchen/state": "on",
            "homeassistant/device/lamp/config": "{}",
        }
    )
    async with publication.running():
        await publication.clock.advance(1.0)
        await publication.settle()
        retained = publication.broker.retained

        assert not [topic for topic in retained if ORPHAN in topic or "gone" in topic]
        assert retained["onwatch/kitchen/state"] == "on", "it is of somebody else"
        assert retained["homeassistant/device/lamp/config"] == "{}"
        assert retained[f"onwatch/{make.video}/total"] == "17", "no newer number is known"


async def test_only_chosen_videos_are_published(publication: Any, make: Any) -> None:
    other = "0" * 31 + "2"
    publication.videos.add(other)
    publication.publishing.chosen = (other,)
    async with publication.running():
        assert publication.values("name", other) == ["Main street"]
        assert publication.values("name", make.video) == []


async def test_a_broker_that_is_away_is_tried_again_ever_more_rarely(publication: Any) -> None:
    publication.broker.is_away = True
    async with publication.running():
        with pytest.raises(BrokerUnavailable, match="the broker is away"):
            await publication.publishing.check()
        assert publication.registry.get_sample_value("onwatch_catalog_mqtt_connected") == 0
        await publication.count(1, total=1)  # changes do not shorten the delay
        assert publication.broker.attempts == 1
        await publication.clock.advance(60.0)
        assert publication.broker.attempts == 6  # after 1, 2, 4, 8 and 16 s
        publication.broker.is_away = False
        await publication.count(2, total=2)
        await publication.clock.advance(32.0)
        await publication.settle()

        await publication.publishing.check()
        assert publication.registry.get_sample_value("onwatch_catalog_mqtt_connected") == 1
        assert publication.values("total") == ["2"]


async def test_everything_is_published_again_after_the_connection_was_lost(published: Any, make: Any) -> None:
    await published.count(1, total=1)
    await published.clock.advance(1.0)
    published.broker.end_connection()
    published.broker.retained.clear()
    await published.settle()
    assert published.broker.retained == {}
    await published.clock.advance(2.0)
    await published.settle()

    assert published.broker.retained["onwatch/status"] == "online"
    assert published.broker.retained[f"onwatch/{make.video}/total"] == "1"
    assert f"homeassistant/device/onwatch_{make.video}/config" in published.broker.retained


async def test_a_slow_broker_holds_nothing_up_and_gets_the_newest_numbers(published: Any, make: Any) -> None:
    await published.clock.advance(1.0)
    published.broker.confirming.clear()
    for batch_no in range(1, 1001):
        async with asyncio.timeout(0):  # none of them waits
            await published.publishing.on_metrics(make.metrics(batch_no, total=batch_no))
    await published.settle()
    published.broker.confirming.set()
    await published.clock.advance(2.0)
    await published.settle()

    assert published.values("total")[-1] == "1000"
    assert len(published.values("total")) <= 2


async def test_while_the_database_is_away_the_broker_says_offline(published: Any) -> None:
    await published.clock.advance(1.0)
    published.videos.is_away = True
    await published.count(1, total=1)
    assert published.broker.retained["onwatch/status"] == "offline"
    published.videos.is_away = False
    await published.clock.advance(2.0)
    await published.settle()

    assert published.broker.retained["onwatch/status"] == "online"
    assert published.values("total") == ["1"]


async def test_on_a_stop_the_last_numbers_and_offline_are_published(publication: Any) -> None:
    async with publication.running():
        await publication.clock.advance(1.0)
        await publication.count(1, total=1)
        await publication.count(2, total=2)
        assert publication.values("total") == ["1"]

    assert publication.values("total") == ["1", "2"]
    assert publication.broker.published[-1] == ("onwatch/status", "offline")


# --- alerts --------------------------------------------------------------------------------------


async def pass_interval(publication: Any) -> None:
    await publication.settle()
    await publication.clock.advance(1.0)
    await publication.settle()


async def raise_first(published: Any, make: Any) -> None:
    published.alerts.set(make.rule_alert())
    await published.publishing.on_alert(make.alert_changed("raised"))
    await pass_interval(published)


def component(publication: Any, make: Any) -> Any:
    """Of rule r1, in the newest document."""
    document = publication.broker.retained[f"homeassistant/device/onwatch_{make.video}/config"]
    return json.loads(document)["components"].get("alerts_r1_state")


async def test_a_rule_appears_with_its_first_alert_and_follows_it(published: Any, make: Any) -> None:
    await published.clock.advance(1.0)
    assert component(published, make) is None
    await raise_first(published, make)
    assert published.values("alerts/r1/state") == ["raised"]
    assert component(published, make)["name"] == "Queue at the light"
    published.alerts.set(make.rule_alert(**make.cleared))
    await published.publishing.on_alert(make.alert_changed("cleared"))
    await pass_interval(published)

    assert published.values("alerts/r1/state") == ["raised", "cleared"]
    raised, cleared = (json.loads(value) for value in published.values("alerts/r1/attributes"))
    assert (raised["value"], raised["raised_at_s"], raised["cleared_at_s"]) == (5.0, 42.2, None)
    assert (cleared["value"], cleared["cleared_at_s"], cleared["clear_reason"]) == (9.0, 61.8, "over")
    assert raised["raised_at"] == cleared["raised_at"] == "2026-01-01T00:00:00Z"


async def test_each_change_is_an_event_once(published: Any, make: Any) -> None:
    for message in (make.alert_changed("raised"), make.alert_changed("raised"), make.alert_changed("cleared")):
        await published.publishing.on_alert(message.model_copy(update={"message_id": "another"}))

    topics, texts = zip(*published.broker.events, strict=True)
    assert set(topics) == {f"onwatch/{make.video}/alerts/r1/event"}
    assert [json.loads(text)["change"] for text in texts] == ["raised", "cleared"]
    assert published.values("alerts/r1/event") == [], "nothing is retained"


async def test_an_event_waits_for_the_broker_but_not_too_long(publication: Any, make: Any) -> None:
    publication.broker.is_away = True
    async with publication.running():
        with pytest.raises(BrokerUnavailable):  # so that the bus tries again
            await publication.publishing.on_alert(make.alert_changed("raised"))
        await publication.clock.advance(EXPIRY_S)
        with pytest.raises(BrokerUnavailable):
            await publication.publishing.on_alert(make.alert_changed("raised"))
        await publication.clock.advance(1.0)
        await publication.publishing.on_alert(make.alert_changed("raised"))
    assert publication.broker.events == []


async def test_no_event_is_published_of_a_video_that_was_deleted_or_is_not_chosen(published: Any, make: Any) -> None:
    published.publishing.chosen = (ORPHAN,)
    await published.publishing.on_alert(make.alert_changed())
    await published.publishing.on_alert(make.alert_changed(video_id=ORPHAN))

    assert published.broker.events == []


async def test_a_deleted_rule_is_removed_from_the_broker_and_from_home_assistant(published: Any, make: Any) -> None:
    await raise_first(published, make)
    published.alerts.set()
    published.broker.published.clear()
    await published.publishing.on_alert_rules(RulesChangedV1(**make.envelope()))
    await pass_interval(published)

    config = f"homeassistant/device/onwatch_{make.video}/config"
    documents = [json.loads(payload) for topic, payload in published.broker.published if topic == config]
    assert documents[0]["components"]["alerts_r1_state"] == {"platform": "binary_sensor"}
    assert component(published, make) is None
    assert published.values("alerts/r1/state") == published.values("alerts/r1/attributes") == [""]


async def test_a_new_name_of_a_rule_renames_its_entity(published: Any, make: Any) -> None:
    await raise_first(published, make)
    published.alerts.set(make.rule_alert(name="Long queue"))
    await published.publishing.on_alert_rules(RulesChangedV1(**make.envelope()))
    await pass_interval(published)

    assert component(published, make)["name"] == "Long queue"
    assert published.values("alerts/r1/state") == ["raised"]


async def test_the_alerts_of_a_deleted_video_are_removed(published: Any, make: Any) -> None:
    await raise_first(published, make)
    published.videos.found.clear()
    await published.publishing.on_video(VideoDeletedV1(**make.envelope()))
    await pass_interval(published)

    assert published.broker.retained == {"onwatch/status": "online"}
    assert published.publishing.alerts.of(make.video) is None


async def test_alerts_survive_a_restart_while_the_aggregator_is_away(publication: Any, make: Any) -> None:
    publication.alerts.set(make.rule_alert())
    async with publication.running():
        await pass_interval(publication)
    document = component(publication, make)
    publication.broker.published.clear()
    again = publication.restarted()
    again.alerts.is_away = True
    async with again.running():
        await again.count(1, total=3)
        await pass_interval(again)

        assert again.values("total") == ["3"], "numbers wait for no alerts"
        assert again.values("alerts/r1/state") == [], "it stays as it is"
        assert component(again, make) == document


async def test_what_changed_during_a_restart_is_found_out(publication: Any, make: Any) -> None:
    publication.alerts.set(make.rule_alert("r1"), make.rule_alert("r2"))
    async with publication.running():
        await pass_interval(publication)
    publication.alerts.set(make.rule_alert("r1", **make.cleared))
    async with publication.restarted().running():
        await pass_interval(publication)

        assert publication.values("alerts/r1/state") == ["raised", "cleared"]
        assert publication.values("alerts/r2/state") == ["raised", ""]


async def test_alerts_that_nobody_told_of_are_found_out(published: Any, make: Any) -> None:
    published.alerts.set(make.rule_alert())
    await published.clock.advance(RESYNC_S)
    await pass_interval(published)

    assert published.values("alerts/r1/state") == ["raised"]
