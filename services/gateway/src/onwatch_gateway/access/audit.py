"""Reports actions to the catalog, which keeps the audit log."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from starlette.types import ASGIApp

from onwatch_contracts.accounts import AuditRecord
from onwatch_gateway.access.calls import post
from onwatch_runtime.errors import ServiceUnavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuditReporter:
    """Reports each action before it is answered: who was told that something is done finds it in the log."""

    catalog: ASGIApp
    timeout_s: float

    async def report(self, record: AuditRecord) -> None:
        """An action that the catalog cannot write down goes to the log of the gateway."""
        try:
            await post(self.catalog, "/internal/audit", record, self.timeout_s)
        except ServiceUnavailable as error:
            log.error("not in the audit log (%s): %s", error, record.model_dump_json())  # noqa: TRY400 no stack
