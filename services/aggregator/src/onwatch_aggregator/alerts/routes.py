"""The HTTP API of alerts and their rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Header, Query
from pydantic import ValidationError

from onwatch_aggregator import errors
from onwatch_aggregator.alerts.administration import AlertAdministration
from onwatch_aggregator.alerts.records import AlertQuery, Openness, PageKey
from onwatch_contracts.accounts import IDENTITY_HEADER, Identity
from onwatch_contracts.alerts import (
    Alert,
    AlertPage,
    AlertRule,
    AlertRuleList,
    AlertRulePatch,
    NewAlertRule,
    Replay,
    ReplayRequest,
)
from onwatch_contracts.site import ItemId
from onwatch_contracts.values import VideoId
from onwatch_runtime.http import InvalidRequest, Moment, documented

VIDEO = "/api/videos/{video_id}"
LARGEST_PAGE = 1000

State = Annotated[Openness | None, Query(description="`open`: not cleared; default: all")]
OfRule = Annotated[ItemId | None, Query(description="only those of a rule")]
Since = Annotated[Moment | None, Query(description="raised at this time of the clock or later")]
Until = Annotated[Moment | None, Query(description="raised before this time of the clock")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next_cursor` of the page before")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
CHANGE_ERRORS = (InvalidRequest, errors.AlertPlaceUnknown, errors.VideoUnknown)


def sender_name(
    header: Annotated[str | None, Header(alias=IDENTITY_HEADER, include_in_schema=False)] = None,
) -> str | None:
    """Who sends the request, as the gateway says; None: it is not known."""
    try:
        return None if header is None else Identity.model_validate_json(header).name
    except ValidationError:
        return None


def filters(
    state: State = None,
    rule_id: OfRule = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AlertQuery:
    after = None if cursor is None else PageKey.parsed(cursor)
    return AlertQuery(state=state, rule_id=rule_id, since=since, until=until, after=after, limit=limit)


Filters = Annotated[AlertQuery, Depends(filters)]
SenderName = Annotated[str | None, Depends(sender_name)]


def add_alert_routes(app: FastAPI, alerts: AlertAdministration) -> None:
    _add_rule_routes(app, alerts)

    @app.get(f"{VIDEO}/alerts", responses=documented(InvalidRequest, errors.InvalidCursor))
    async def get_alerts(video_id: VideoId, query: Filters) -> AlertPage:
        """What the rules of a video raised, newest first."""
        return await alerts.page(query.of(video_id))

    @app.get(f"{VIDEO}/alerts/{{alert_id}}", responses=documented(errors.AlertNotFound))
    async def get_alert(video_id: VideoId, alert_id: ItemId) -> Alert:
        return await alerts.alert(video_id, alert_id)

    @app.post(f"{VIDEO}/alerts/{{alert_id}}/acknowledge", responses=documented(errors.AlertNotFound))
    async def acknowledge_alert(video_id: VideoId, alert_id: ItemId, by: SenderName) -> Alert:
        """Note that somebody has seen it. It stays raised as long as what it is about lasts."""
        return await alerts.acknowledge(video_id, alert_id, by)

    @app.get("/api/alerts", responses=documented(InvalidRequest, errors.InvalidCursor))
    async def get_all_alerts(
        query: Filters, video_id: Annotated[VideoId | None, Query(description="default: all videos")] = None
    ) -> AlertPage:
        """What the rules of all videos raised, newest first."""
        return await alerts.page(query.of(video_id))


def _add_rule_routes(app: FastAPI, alerts: AlertAdministration) -> None:
    rules = f"{VIDEO}/alert-rules"

    @app.get(rules, responses=documented(errors.VideoUnknown))
    async def get_alert_rules(video_id: VideoId) -> AlertRuleList:
        return await alerts.rules(video_id)

    @app.post(rules, status_code=201, responses=documented(*CHANGE_ERRORS, errors.TooManyAlertRules))
    async def add_alert_rule(video_id: VideoId, rule: NewAlertRule) -> AlertRule:
        """In a video that is processed now, it counts from the moment that the run has reached."""
        return await alerts.add(video_id, rule)

    @app.post(
        f"{VIDEO}/alert-replay",  # not below the rules, where it could be the id of one
        responses=documented(*CHANGE_ERRORS, errors.NothingToCount, errors.ReplayBusy, errors.ReplayFailed),
    )
    async def replay_alert_rule(video_id: VideoId, request: ReplayRequest) -> Replay:
        """What a rule would have raised in the newest finished run; nothing is stored."""
        return await alerts.replay(video_id, request.condition)

    @app.get(f"{rules}/{{rule_id}}", responses=documented(errors.AlertRuleNotFound))
    async def get_alert_rule(video_id: VideoId, rule_id: ItemId) -> AlertRule:
        return await alerts.rule(video_id, rule_id)

    @app.patch(
        f"{rules}/{{rule_id}}",
        responses=documented(*CHANGE_ERRORS, errors.AlertRuleNotFound, errors.AlertRuleChanged),
    )
    async def change_alert_rule(video_id: VideoId, rule_id: ItemId, patch: AlertRulePatch) -> AlertRule:
        """An alert of the rule that is not cleared is cleared, unless only the name is changed."""
        return await alerts.change(video_id, rule_id, patch)

    @app.delete(f"{rules}/{{rule_id}}", status_code=204, responses=documented(errors.AlertRuleNotFound))
    async def delete_alert_rule(video_id: VideoId, rule_id: ItemId) -> None:
        """What it raised stays."""
        await alerts.delete(video_id, rule_id)
