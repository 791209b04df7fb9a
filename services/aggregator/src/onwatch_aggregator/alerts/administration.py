"""Rules of alerts as persons change them, and what they raised as persons read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from onwatch_aggregator.alerts.evaluation import Evaluation
from onwatch_aggregator.alerts.loop import AlertLoop
from onwatch_aggregator.alerts.records import AlertQuery, PageKey, StoredRule
from onwatch_aggregator.alerts.replaying import WholeRun
from onwatch_aggregator.alerts.store import AlertStore
from onwatch_aggregator.counting import RunRecord
from onwatch_aggregator.errors import (
    AlertNotFound,
    AlertPlaceUnknown,
    AlertRuleChanged,
    AlertRuleNotFound,
    NothingToCount,
    ReplayBusy,
    ReplayFailed,
    TooManyAlertRules,
    VideoUnknown,
)
from onwatch_aggregator.recounts import RecountImpossible, RecountLost
from onwatch_contracts.alerts import (
    MAX_RULES,
    Alert,
    AlertCondition,
    AlertPage,
    AlertRule,
    AlertRuleList,
    AlertRulePatch,
    NewAlertRule,
    Replay,
    ReplayedAlert,
    link_of,
    place_of,
)
from onwatch_contracts.site import Site
from onwatch_counting.alerts import AlertChange, AlertPlan, Cleared, Raised, WantedRule, has_place, planned
from onwatch_runtime.clock import Clock
from onwatch_runtime.ids import NewId

MOST_ITEMS = 1000
REPLAYS_AT_ONCE = 2
"""In one aggregator; each takes a core."""


@dataclass
class AlertAdministration:
    """Every method raises `VideoUnknown` for a video that does not exist, where it matters."""

    store: AlertStore
    evaluation: Evaluation
    loop: AlertLoop
    clock: Clock
    new_id: NewId
    _replays_count: int = field(default=0, init=False)

    # --- rules -----------------------------------------------------------------------------------

    async def rules(self, video_id: str) -> AlertRuleList:
        site = await self._site(video_id)
        return AlertRuleList(items=tuple(_as_http(rule, site) for rule in await self.store.rules(video_id)))

    async def rule(self, video_id: str, rule_id: str) -> AlertRule:
        return _as_http(await self._stored(video_id, rule_id), await self._site(video_id))

    async def add(self, video_id: str, new: NewAlertRule) -> AlertRule:
        site = await self._site(video_id)
        _check_place(site, new.condition)
        now = self.clock.now()
        rule = StoredRule(self.new_id(), video_id, new.name, new.condition, new.is_enabled, 1, now, now)
        if not await self.store.add_rule(rule, MAX_RULES):
            raise TooManyAlertRules(video_id, MAX_RULES)
        await self.loop.rules_changed(video_id)
        return _as_http(rule, site)

    async def change(self, video_id: str, rule_id: str, patch: AlertRulePatch) -> AlertRule:
        before, site = await self._stored(video_id, rule_id), await self._site(video_id)
        if patch.condition is not None:
            _check_place(site, patch.condition)
        after = replace(before, **{name: getattr(patch, name) for name in patch.model_fields_set})
        if (after.condition, after.is_enabled) != (before.condition, before.is_enabled):
            after = replace(after, revision=before.revision + 1, changed_at=self.clock.now())
        if not await self.store.change_rule(before, after):
            raise AlertRuleChanged(rule_id)
        await self.loop.rules_changed(video_id)
        return _as_http(after, site)

    async def delete(self, video_id: str, rule_id: str) -> None:
        if not await self.store.delete_rule(video_id, rule_id):
            raise AlertRuleNotFound(video_id, rule_id)
        await self.loop.rules_changed(video_id)

    # --- alerts ----------------------------------------------------------------------------------

    async def page(self, query: AlertQuery) -> AlertPage:
        found = await self.store.list(replace(query, limit=query.limit + 1))
        items = tuple(found[: query.limit])
        open_count, unacknowledged_count = await self.store.counts(query.video_id)
        return AlertPage(
            items=items,
            next_cursor=PageKey.of(items[-1]).cursor if len(found) > query.limit else None,
            open_count=open_count,
            unacknowledged_count=unacknowledged_count,
        )

    async def alert(self, video_id: str, alert_id: str) -> Alert:
        found = await self.store.alert(video_id, alert_id)
        if found is None:
            raise AlertNotFound(video_id, alert_id)
        return found

    async def acknowledge(self, video_id: str, alert_id: str, by: str | None) -> Alert:
        if not await self.store.acknowledge(video_id, alert_id, by, self.clock.now()):
            raise AlertNotFound(video_id, alert_id)
        return await self.alert(video_id, alert_id)

    # --- replay ----------------------------------------------------------------------------------

    async def replay(self, video_id: str, condition: AlertCondition) -> Replay:
        """What a rule would have raised in the newest finished run. `NothingToCount` if there is no log of one."""
        site = await self._site(video_id)
        _check_place(site, condition)
        record = await self.evaluation.results.newest(video_id)
        if record is None:
            raise NothingToCount(video_id, "No run is finished: a rule is tried on the log of one.")
        if not await self.evaluation.has_log(record.run_id):
            raise NothingToCount(
                video_id, "The log of its newest run was removed, or it was run before there were logs."
            )
        return _replay(record, await self._replayed(site, condition, record))

    async def _replayed(self, site: Site, condition: AlertCondition, record: RunRecord) -> Sequence[AlertChange]:
        if self._replays_count >= REPLAYS_AT_ONCE:
            raise ReplayBusy
        self._replays_count += 1
        rule = planned(WantedRule("replay", 1, "Replay", condition))
        run = WholeRun(AlertPlan(site=site, rules=(rule,)), record.analysed_s, 1 / record.settings.effective_fps)
        try:
            return await self.evaluation.replayer.changes(run, self.evaluation.recounts.log(record.run_id))
        except (RecountImpossible, RecountLost) as error:
            raise ReplayFailed(record.video_id, str(error)) from error
        finally:
            self._replays_count -= 1

    async def _stored(self, video_id: str, rule_id: str) -> StoredRule:
        found = next((rule for rule in await self.store.rules(video_id) if rule.rule_id == rule_id), None)
        if found is None:
            raise AlertRuleNotFound(video_id, rule_id)
        return found

    async def _site(self, video_id: str) -> Site:
        """The catalog publishes the site of every video when it is added."""
        stored = await self.evaluation.recounts.site(video_id)
        if stored is not None:
            return stored.site
        record = await self.evaluation.results.newest(video_id)
        if record is None:
            raise VideoUnknown(video_id)
        return await self.evaluation.site(record)


def _check_place(site: Site, condition: AlertCondition) -> None:
    if has_place(site, condition):
        return
    place = place_of(condition)
    if place.gate_id is not None:
        raise AlertPlaceUnknown("gate", place.gate_id, [gate.gate_id for gate in site.gates])
    raise AlertPlaceUnknown("zone", place.zone_id or "", [zone.zone_id for zone in site.zones])


def _as_http(rule: StoredRule, site: Site) -> AlertRule:
    return AlertRule(
        rule_id=rule.rule_id,
        video_id=rule.video_id,
        name=rule.name,
        condition=rule.condition,
        is_enabled=rule.is_enabled,
        revision=rule.revision,
        changed_at=rule.changed_at,
        problem=_problem(rule, site),
    )


def _problem(rule: StoredRule, site: Site) -> str | None:
    if has_place(site, rule.condition):
        return None
    what = "gate" if place_of(rule.condition).gate_id is not None else "zone"
    return f"The {what} of this rule was deleted: it raises nothing until it is given another one."


def _replay(record: RunRecord, changes: Sequence[AlertChange]) -> Replay:
    raised = [found.change for found in changes if isinstance(found.change, Raised)]
    cleared = [found.change for found in changes if isinstance(found.change, Cleared)]
    items = tuple(
        ReplayedAlert(
            raised_at_s=one.at_s,
            value=one.value,
            cleared_at_s=end.at_s,
            peak_value=end.peak_value,
            clear_reason=end.reason,
            link=link_of(record.video_id, one.at_s),
        )
        for one, end in zip(raised, cleared, strict=True)
    )
    return Replay(
        video_id=record.video_id,
        run_id=record.run_id,
        analysed_s=record.analysed_s,
        alerts_count=len(items),
        items=items[:MOST_ITEMS],
    )
