"""Alerts are asked for when they may have changed, and an aggregator that is away is asked again."""

from __future__ import annotations

from typing import Any

import pytest

from onwatch_catalog.mqtt.alert_states.states import AlertStates
from onwatch_runtime.process import looping
from onwatch_testkit.clock import FakeClock, settle

OTHER = "0" * 31 + "2"


@pytest.fixture
def answered() -> list[str]:
    return []


@pytest.fixture
def states(publication: Any, clock: FakeClock, answered: list[str]) -> AlertStates:
    return AlertStates(publication.alerts, clock, answered.append)


async def test_an_answer_is_kept_and_told(
    states: AlertStates, publication: Any, answered: list[str], make: Any
) -> None:
    publication.alerts.set(make.rule_alert())
    async with looping(states):
        assert states.of(make.video) is None
        states.ask(make.video)
        await settle()

        assert states.of(make.video) == [make.rule_alert()]
        states.ask(make.video)
        await settle()
        assert answered == [make.video], "the second answer is no news"
        states.forget(make.video)
        assert states.of(make.video) is None


async def test_who_waits_is_told_that_there_are_none(states: AlertStates, answered: list[str], make: Any) -> None:
    async with looping(states):
        states.ask(make.video)
        await settle()
        assert answered == []
        states.awaited.add(make.video)
        states.ask(make.video)
        await settle()
        assert answered == [make.video]


async def test_the_video_that_changed_last_comes_first_and_each_is_asked_for_once(
    states: AlertStates, publication: Any, make: Any
) -> None:
    for video_id in (make.video, OTHER, make.video):
        states.ask(video_id)
    async with looping(states):
        await settle()

    assert publication.alerts.asked == [make.video, OTHER]


async def test_an_aggregator_that_is_away_is_asked_again_ever_more_rarely(
    states: AlertStates, publication: Any, make: Any, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    publication.alerts.is_away = True
    async with looping(states):
        await settle()
        states.ask(make.video)
        await settle()
        assert len(publication.alerts.asked) == 1
        assert "alerts cannot be published by MQTT, retry in 0.5 s: the aggregator is away" in caplog.text
        await clock.advance(3.5)  # after 0.5, 1 and 2 s
        assert len(publication.alerts.asked) == 4
        publication.alerts.is_away = False
        await clock.advance(4.0)
        assert states.of(make.video) == []


async def test_a_video_that_cannot_be_asked_for_holds_up_no_other(
    states: AlertStates, publication: Any, make: Any, clock: FakeClock
) -> None:
    class Damaged:
        async def rule_alerts(self, video_id: str) -> Any:
            if video_id == make.video:
                raise ValueError("damaged")
            return await publication.alerts.rule_alerts(video_id)

        async def close(self) -> None: ...

    states.source = Damaged()
    states.ask(OTHER)
    states.ask(make.video)
    async with looping(states):
        await clock.advance(0.5)

        assert states.of(OTHER) == []
        assert states.of(make.video) is None


async def test_a_change_while_it_is_asked_for_is_asked_for_again(
    states: AlertStates, publication: Any, make: Any
) -> None:
    class Changing:
        asked = 0

        async def rule_alerts(self, video_id: str) -> Any:
            self.asked += 1
            if self.asked == 1:
                states.ask(video_id)
                return []
            return [make.rule_alert()]

        async def close(self) -> None: ...

    states.source = Changing()
    states.ask(make.video)
    async with looping(states):
        await settle()

    assert states.of(make.video) == [make.rule_alert()]
