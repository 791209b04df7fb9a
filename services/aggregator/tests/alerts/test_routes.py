"""Rules and alerts through the API; a rule is tried before it is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from onwatch_aggregator.alerts import ProcessReplayer
from onwatch_aggregator.alerts.administration import REPLAYS_AT_ONCE, AlertAdministration
from onwatch_aggregator.alerts.evaluation import Evaluation
from onwatch_aggregator.alerts.routes import add_alert_routes
from onwatch_aggregator.recounts.store import StoredSite
from onwatch_contracts.accounts import EVERYBODY, IDENTITY_HEADER
from onwatch_contracts.alerts import MAX_RULES
from onwatch_contracts.site import Site
from onwatch_runtime.http import Api

VIDEO = "/api/videos/video"
RULES = f"{VIDEO}/alert-rules"
REPLAY = f"{VIDEO}/alert-replay"
STANDS = {"kind": "stay", "zone_id": "left", "more_than_s": 2, "clear_after_s": 1}
NEW = {"name": "Stands in the left half", "condition": STANDS}


@pytest.fixture
def on_servers() -> bool:
    """test_sql_store.py and test_evaluation.py run on all servers."""
    return False


@pytest.fixture
async def client(administration: AlertAdministration) -> AsyncIterator[httpx.AsyncClient]:
    app = Api("test")
    add_alert_routes(app, administration)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aggregator") as client:
        yield client


async def added(client: httpx.AsyncClient, **changes: Any) -> Any:
    answer = await client.post(RULES, json=NEW | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_rules_are_added_read_changed_and_deleted(client: httpx.AsyncClient):
    rule = await added(client)
    assert (rule["revision"], rule["is_enabled"], rule["problem"]) == (1, True, None)
    assert (await client.get(RULES)).json()["items"] == [rule]
    at = f"{RULES}/{rule['rule_id']}"
    assert (await client.patch(at, json={"name": "Stands"})).json()["revision"] == 1, "its alerts go on"
    changed = (await client.patch(at, json={"condition": STANDS | {"more_than_s": 5}})).json()
    assert (changed["revision"], changed["condition"]["more_than_s"]) == (2, 5)
    assert (await client.get(at)).json() == changed
    assert (await client.delete(at)).status_code == 204
    assert (await client.get(at)).json()["code"] == "alert_rule_not_found"
    assert (await client.delete(at)).status_code == 404


COUNT = {"kind": "count", "zone_id": "left", "more_than": 3, "window_s": 60}
QUEUE = {"kind": "queue", "zone_id": "left", "at_least": 3}
BAD = [
    ({}, "condition"),
    ({"name": "", "condition": STANDS}, "name"),
    ({"name": "A", "condition": {"kind": "other"}}, "kind"),
    ({"name": "A", "condition": STANDS | {"more_than_s": 0}}, "more_than_s"),
    ({"name": "A", "condition": COUNT | {"zone_id": None}}, "zone_id or gate_id"),
    ({"name": "A", "condition": COUNT | {"gate_id": "middle"}}, "zone_id or gate_id"),
    ({"name": "A", "condition": COUNT | {"direction": "forward"}}, "direction"),
    ({"name": "A", "condition": COUNT | {"clear_at_most": 4}}, "clear_at_most"),
    ({"name": "A", "condition": QUEUE | {"clear_at_most": 3}}, "clear_at_most"),
]


@pytest.mark.parametrize(("body", "named"), BAD)
async def test_a_rule_that_makes_no_sense_is_refused(client: httpx.AsyncClient, body: Any, named: str):
    answer = await client.post(RULES, json=body)
    assert answer.status_code == 422
    assert named in answer.text


async def test_a_place_that_does_not_exist_is_refused_with_those_that_do(client: httpx.AsyncClient):
    answer = await client.post(RULES, json=NEW | {"condition": STANDS | {"zone_id": "middle"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "alert_place_unknown")
    assert "it has: roi, left" in answer.json()["detail"]
    gate = {"kind": "wrong_direction", "gate_id": "left", "direction": "forward"}
    assert "it has: middle" in (await client.post(RULES, json={"name": "A", "condition": gate})).json()["detail"]


async def test_a_video_that_does_not_exist_has_no_rules(client: httpx.AsyncClient):
    answer = await client.post("/api/videos/unknown/alert-rules", json=NEW)
    assert (answer.status_code, answer.json()["code"]) == (404, "video_not_found")


async def test_a_rule_whose_zone_was_deleted_says_so(client: httpx.AsyncClient, evaluation: Evaluation):
    rule = await added(client)
    await evaluation.recounts.put_site("video", StoredSite(2, Site()))
    (now,) = (await client.get(RULES)).json()["items"]
    assert now == rule | {
        "problem": "The zone of this rule was deleted: it raises nothing until it is given another one."
    }


async def test_there_is_a_most(client: httpx.AsyncClient):
    for _ in range(MAX_RULES):
        await added(client)
    answer = await client.post(RULES, json=NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_alert_rules")


async def test_a_rule_is_tried_on_the_finished_run_as_it_would_have_been_evaluated(
    client: httpx.AsyncClient, film: Any, save_film: Any, administration: AlertAdministration, found: Any
):
    """In the process that does it in the product; nothing is stored."""
    object.__setattr__(administration.evaluation, "replayer", ProcessReplayer())
    await added(client)
    await film.begin()
    await film.play(film.batches_count)
    await save_film()
    await administration.evaluation.finish("video", "run-1")
    evaluated = await found()
    replay = (await client.post(REPLAY, json={"condition": STANDS})).json()
    assert (replay["run_id"], replay["analysed_s"], replay["alerts_count"]) == ("run-1", 10.0, 2)
    assert [
        (one["raised_at_s"], one["value"], one["cleared_at_s"], one["peak_value"], one["clear_reason"], one["link"])
        for one in replay["items"]
    ] == [
        (one.raised_at_s, one.value, one.cleared_at_s, one.peak_value, one.clear_reason, one.link) for one in evaluated
    ]
    other = (await client.post(REPLAY, json={"condition": STANDS | {"more_than_s": 100}})).json()
    assert (other["alerts_count"], other["items"]) == (0, [])
    assert len(await found()) == 2


async def test_a_rule_cannot_be_tried_before_a_run_is_finished(client: httpx.AsyncClient):
    answer = await client.post(REPLAY, json={"condition": STANDS})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_count")


async def test_few_rules_are_tried_at_once(
    client: httpx.AsyncClient, film: Any, save_film: Any, administration: AlertAdministration
):
    await film.begin()
    await film.play(film.batches_count)
    await save_film()
    administration._replays_count = REPLAYS_AT_ONCE
    answer = await client.post(REPLAY, json={"condition": STANDS})
    assert (answer.status_code, answer.json()["code"]) == (503, "replay_busy")


async def test_alerts_are_listed_and_acknowledged(
    client: httpx.AsyncClient, film: Any, administration: AlertAdministration
):
    await added(client)
    await film.begin()
    await film.play(film.batches_count)
    await administration.evaluation.go_on("video")
    page = (await client.get(f"{VIDEO}/alerts", params={"limit": 1})).json()
    assert (page["open_count"], page["unacknowledged_count"]) == (1, 2)
    after = (await client.get(f"{VIDEO}/alerts", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert after["next_cursor"] is None
    (first,), (second,) = page["items"], after["items"]
    assert first["raised_at_s"] > second["raised_at_s"]
    at = f"{VIDEO}/alerts/{second['alert_id']}"
    assert (await client.get(at)).json() == second
    identity = EVERYBODY.model_copy(update={"name": "anna"}).model_dump_json()
    known = (await client.post(f"{at}/acknowledge", headers={IDENTITY_HEADER: identity})).json()
    assert known["acknowledged_by"] == "anna"
    assert (await client.get("/api/alerts")).json()["unacknowledged_count"] == 1
    assert len((await client.get("/api/alerts", params={"video_id": "another"})).json()["items"]) == 0
    assert (await client.post(f"{VIDEO}/alerts/none/acknowledge")).json()["code"] == "alert_not_found"


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyIyMDI2LTAxLTAxIiwgMS4wLCAiYSJd"])
async def test_a_cursor_of_something_else_is_refused(client: httpx.AsyncClient, cursor: str):
    answer = await client.get(f"{VIDEO}/alerts", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")
