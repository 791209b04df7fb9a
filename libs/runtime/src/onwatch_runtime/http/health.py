"""`/healthz` (alive), `/readyz` (every dependency can be reached), `/metrics` (Prometheus)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

Check = Callable[[], Awaitable[None]]
CHECK_TIMEOUT_S = 2.0


async def failure_of_check(check: Check, timeout_s: float) -> str | None:
    """Why the dependency cannot be reached; None when it can."""
    try:
        async with asyncio.timeout(timeout_s):
            await check()
    except Exception as error:  # noqa: BLE001 whatever a dependency raises, it cannot be reached
        return f"{type(error).__name__}: {error}"
    return None


def health_routes(
    service: str, checks: Mapping[str, Check], registry: CollectorRegistry, *, timeout_s: float = CHECK_TIMEOUT_S
) -> APIRouter:
    """The three endpoints of a service. A check raises, or times out, when its dependency cannot be reached."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"service": service, "status": "alive"}

    @router.get("/readyz")
    async def readyz(exclude: Annotated[list[str], Query()] = []) -> JSONResponse:  # noqa: B006 never changed
        """`?exclude=disk` leaves a check out: on a full disk an orchestrator must still let deletions through."""
        included = {name: check for name, check in checks.items() if name not in exclude}
        failures = await asyncio.gather(*(failure_of_check(check, timeout_s) for check in included.values()))
        answers = {name: failure or "ok" for name, failure in zip(included, failures, strict=True)}
        ready = not any(failures)
        return JSONResponse({"service": service, "ready": ready, "checks": answers}, 200 if ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
