"""Who knows rules and alerts: the port, and the aggregator over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import httpx
from pydantic import ValidationError

from onwatch_catalog.mqtt.rule_alerts import RuleAlert
from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.alerts import Alert, AlertPage, AlertRuleList
from onwatch_contracts.values import Value
from onwatch_runtime.errors import ServiceUnavailable
from onwatch_runtime.http import UNUSED_CONNECTION_S, service_headers

TIMEOUT_S = 5.0
AnswerT = TypeVar("AnswerT", bound=Value)


class AlertSource(Protocol):
    async def rule_alerts(self, video_id: str) -> Sequence[RuleAlert]:
        """Each rule of the video that has raised alerts, oldest rule first. `ServiceUnavailable`."""
        ...

    async def close(self) -> None: ...


def aggregator_client(settings: CatalogSettings) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=settings.aggregator_url,
        verify=settings.tls.context(),
        timeout=TIMEOUT_S,
        limits=httpx.Limits(keepalive_expiry=UNUSED_CONNECTION_S),
        headers=service_headers(settings.service_secret),
    )


@dataclass(frozen=True)
class HttpAlerts:
    """`AlertSource` at the aggregator."""

    client: httpx.AsyncClient

    async def rule_alerts(self, video_id: str) -> Sequence[RuleAlert]:
        rules = await self._get(f"/api/videos/{video_id}/alert-rules", AlertRuleList)
        newest = [(rule, await self._newest(video_id, rule.rule_id)) for rule in (rules.items if rules else ())]
        return [RuleAlert(rule.rule_id, rule.name, alert) for rule, alert in newest if alert is not None]

    async def close(self) -> None:
        await self.client.aclose()

    async def _newest(self, video_id: str, rule_id: str) -> Alert | None:
        page = await self._get(f"/api/videos/{video_id}/alerts", AlertPage, {"rule_id": rule_id, "limit": "1"})
        return page.items[0] if page and page.items else None

    async def _get(
        self, path: str, answer: type[AnswerT], parameters: Mapping[str, str] | None = None
    ) -> AnswerT | None:
        """None: the aggregator does not know the video (yet)."""
        try:
            response = await self.client.get(path, params=parameters)
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            return answer.model_validate_json(response.raise_for_status().content)
        except (httpx.HTTPError, ValidationError) as error:
            raise ServiceUnavailable(f"GET {path}: {type(error).__name__}: {error}") from error
