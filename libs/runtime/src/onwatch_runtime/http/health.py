"""`/healthz` (alive), `/readyz` (every dependency can be reached), `/metrics` (Prometheus).

They have a port of their own, which nobody but operators should reach.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

Check = Callable[[], Awaitable[None]]
CHECK_TIMEOUT_S = 2.0
PHASE = "process"
"""The check that fails while a process starts or stops, which its own log lines tell."""
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}

log = logging.getLogger(__name__)


async def failure_of_check(check: Check, timeout_s: float) -> str | None:
    """Why the dependency cannot be reached; None when it can."""
    try:
        async with asyncio.timeout(timeout_s):
            await check()
    except Exception as error:  # noqa: BLE001 whatever a dependency raises, it cannot be reached
        return f"{type(error).__name__}: {error}"
    return None


def ops_app(
    service: str, checks: Mapping[str, Check], registry: CollectorRegistry, *, timeout_s: float = CHECK_TIMEOUT_S
) -> FastAPI:
    """What a service serves at its port for operators."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_routes(service, checks, registry, timeout_s))
    return app


def _routes(service: str, checks: Mapping[str, Check], registry: CollectorRegistry, timeout_s: float) -> APIRouter:
    """The three endpoints of a service. A check raises, or times out, when its dependency cannot be reached.

    Why it fails is logged once, and not answered: it may name hosts.
    """
    router = APIRouter(include_in_schema=False)
    failing: set[str] = set()

    async def failed(included: Mapping[str, Check]) -> dict[str, bool]:
        failures = await asyncio.gather(*(failure_of_check(check, timeout_s) for check in included.values()))
        for name, failure in zip(included, failures, strict=True):
            if name != PHASE and bool(failure) != (name in failing):
                log.warning("the check %s of %s: %s", name, service, failure or "ok again")
                failing.symmetric_difference_update({name})
        return {name: failure is not None for name, failure in zip(included, failures, strict=True)}

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"service": service, "status": "alive"}, headers=SECURITY_HEADERS)

    @router.get("/readyz")
    async def readyz(exclude: Annotated[list[str], Query()] = []) -> JSONResponse:  # noqa: B006 never changed
        """`?exclude=disk` leaves a check out: on a full disk an orchestrator must still let deletions through."""
        found = await failed({name: check for name, check in checks.items() if name not in exclude})
        answers = {name: "failed" if has_failed else "ok" for name, has_failed in found.items()}
        ready = not any(found.values())
        answer = {"service": service, "ready": ready, "checks": answers}
        return JSONResponse(answer, 200 if ready else 503, headers=SECURITY_HEADERS)

    @router.get("/metrics")
    async def metrics() -> Response:
        found = check_metrics(await failed(checks))
        content = generate_latest(registry) + generate_latest(found)
        return Response(content, media_type=CONTENT_TYPE_LATEST, headers=SECURITY_HEADERS)

    return router


def check_metrics(failed: Mapping[str, bool]) -> CollectorRegistry:
    """What `/readyz` answers, for alerts: Prometheus reads `/metrics` alone."""
    registry = CollectorRegistry()
    gauge = Gauge("onwatch_check_ok", "1: the check of `/readyz` passes", ["check"], registry=registry)
    for name, has_failed in failed.items():
        gauge.labels(name).set(not has_failed)
    return registry
