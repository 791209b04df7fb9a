"""`/healthz` (alive), `/readyz` (dependencies really reached), `/metrics` (Prometheus)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[None]]
CHECK_TIMEOUT_S = 2.0


async def _reached(check: Check, timeout_s: float) -> str:
    try:
        async with asyncio.timeout(timeout_s):
            await check()
    except Exception as error:  # noqa: BLE001 whatever a dependency raises, it is not reached
        return f"{type(error).__name__}: {error}"
    return "ok"


def health_routes(
    service: str, checks: Mapping[str, Check], registry: CollectorRegistry, *, timeout_s: float = CHECK_TIMEOUT_S
) -> APIRouter:
    """The three endpoints of a service. A check raises, or takes longer, when its dependency is not reached."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"service": service, "status": "alive"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        said = await asyncio.gather(*(_reached(check, timeout_s) for check in checks.values()))
        answers = dict(zip(checks, said, strict=True))
        ready = all(answer == "ok" for answer in answers.values())
        return JSONResponse({"service": service, "ready": ready, "checks": answers}, 200 if ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
