from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import httpx
import pytest
from prometheus_client import Counter
from starlette.applications import Starlette

from onwatch_runtime.process.service import Service, combined_ops_app, running


class Diary:
    """Builds services that record their start and stop."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def service(self, name: str, *, fails_at: str = "") -> Service:
        @asynccontextmanager
        async def lifespan() -> AsyncIterator[None]:
            if fails_at == "start":
                raise RuntimeError(f"{name} cannot start")
            self.lines.append(f"start {name}")
            try:
                yield
            finally:
                self.lines.append(f"stop {name}")
            if fails_at == "stop":
                raise RuntimeError(f"{name} cannot stop")

        return Service(name, Starlette(), lifespan)


@pytest.fixture
def diary() -> Diary:
    return Diary()


async def test_services_start_in_order_and_stop_in_reverse(diary: Diary):
    async with running([diary.service("store"), diary.service("bus"), diary.service("api")]):
        assert diary.lines == ["start store", "start bus", "start api"]
    assert diary.lines[3:] == ["stop api", "stop bus", "stop store"]


async def test_when_one_cannot_start_the_started_ones_are_stopped_and_later_ones_never_start(diary: Diary):
    services = [diary.service("store"), diary.service("bus", fails_at="start"), diary.service("api")]
    with pytest.raises(RuntimeError, match="bus cannot start"):
        async with running(services):
            pytest.fail("it must not run")
    assert diary.lines == ["start store", "stop store"]


async def test_when_one_cannot_stop_the_others_are_stopped_all_the_same(diary: Diary):
    services = [diary.service("store"), diary.service("bus", fails_at="stop")]
    with pytest.raises(RuntimeError, match="bus cannot stop"):
        async with running(services):
            pass
    assert diary.lines == ["start store", "start bus", "stop bus", "stop store"]


async def test_building_a_service_starts_nothing(diary: Diary):
    diary.service("store")
    assert diary.lines == []


async def store_is_down() -> None:
    raise ConnectionError("refused")


async def test_several_services_have_their_health_and_metrics_in_one_place():
    gateway = Service("gateway", Starlette(), nullcontext)
    catalog = Service("catalog", Starlette(), nullcontext, {"store": store_is_down}, conditions={"disk": store_is_down})
    Counter("videos", "Videos.", registry=catalog.registry).inc()
    transport = httpx.ASGITransport(combined_ops_app("gateway", [catalog, gateway]))
    async with httpx.AsyncClient(transport=transport, base_url="http://onwatch") as http:
        assert list((await http.get("/readyz")).json()["checks"]) == ["catalog.store", "catalog.disk"]
        assert "videos_total 1.0" in (await http.get("/metrics")).text
