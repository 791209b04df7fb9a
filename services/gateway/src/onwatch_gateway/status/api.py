"""The HTTP API of the status."""

from __future__ import annotations

from onwatch_contracts.status import SystemStatus
from onwatch_gateway.status.asking import SystemAsking
from onwatch_runtime.http import Api

STATUS_PATH = "/api/status"


def status_api(asking: SystemAsking) -> Api:
    app = Api("Onwatch gateway")

    @app.get(STATUS_PATH)
    async def get_status() -> SystemStatus:
        """All processes with version, readiness and checks, what they do, and what is wrong.

        As `onwatch status` shows it. Asked at most every 2 s; `asked_at` says when.
        """
        return await asking.status()

    return app
