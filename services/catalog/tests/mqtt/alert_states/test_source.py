from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from onwatch_catalog.mqtt.alert_states.source import HttpAlerts, aggregator_client
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.accounts import SERVICE_HEADER
from onwatch_contracts.alerts import AlertPage, AlertRule, AlertRuleList
from onwatch_runtime.errors import ServiceUnavailable


def alerts(handle: Callable[[httpx.Request], httpx.Response]) -> HttpAlerts:
    return HttpAlerts(httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://aggregator"))


def page(*items: Any) -> httpx.Response:
    found = AlertPage(items=items, next_cursor=None, open_count=0, unacknowledged_count=0)
    return httpx.Response(200, text=found.model_dump_json())


async def test_each_rule_has_its_newest_alert_and_one_without_is_left_out(make: Any) -> None:
    newest = make.rule_alert("r1").alert

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == f"/api/videos/{make.video}/alert-rules":
            rules = AlertRuleList(items=tuple(rule(rule_id, make) for rule_id in ("r1", "r2")))
            return httpx.Response(200, text=rules.model_dump_json())
        assert request.url.path == f"/api/videos/{make.video}/alerts"
        assert request.url.params["limit"] == "1"
        return page(newest) if request.url.params["rule_id"] == "r1" else page()

    (found,) = await alerts(handle).rule_alerts(make.video)
    assert (found.rule_id, found.rule_name, found.alert) == ("r1", "New name of r1", newest)


def rule(rule_id: str, make: Any) -> AlertRule:
    alert = make.rule_alert().alert
    return AlertRule(
        rule_id=rule_id,
        video_id=make.video,
        name=f"New name of {rule_id}",
        condition=alert.condition,
        is_enabled=True,
        revision=1,
        changed_at=alert.raised_at,
    )


async def test_a_video_that_the_aggregator_does_not_know_has_no_rules(make: Any) -> None:
    assert await alerts(lambda _: httpx.Response(404)).rule_alerts(make.video) == []


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.Response(200, text="<html>")])
async def test_another_answer_is_no_answer(answer: httpx.Response, make: Any) -> None:
    with pytest.raises(ServiceUnavailable, match="/alert-rules"):
        await alerts(lambda _: answer).rule_alerts(make.video)


async def test_an_aggregator_that_is_away_is_unavailable(make: Any) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ServiceUnavailable, match="refused"):
        await alerts(refuse).rule_alerts(make.video)


async def test_the_aggregator_is_asked_as_a_service() -> None:
    settings = CatalogSettings.load(
        None, {}, aggregator_url="http://aggregator:8002", service_secret=SecretStr("s" * 32)
    )
    async with aggregator_client(settings) as client:
        assert client.base_url == "http://aggregator:8002"
        assert client.headers[SERVICE_HEADER] == "s" * 32
