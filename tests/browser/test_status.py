"""The page of the status: a gateway that asks real ports for operators, of processes that a test lets fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from socket import create_server
from typing import Any

import pytest
import pytest_asyncio
from browser.inspection import accessibility_faults, faults_of, layout_faults
from browser.page_actions import is_soon
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Page, Route, expect
from prometheus_client import CollectorRegistry, Gauge
from starlette.types import ASGIApp

from onwatch.configuration import configure
from onwatch_runtime.http import http_server, ops_app, serving

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

STATUS = "**/api/status"
FIGURES = {
    "onwatch_catalog_videos_demanded": 3,
    "onwatch_catalog_analyses_wanted": 1,
    "onwatch_catalog_outbox_blocked_seconds": 0,
    "onwatch_catalog_disk_free_bytes": 52_340_000_000,
    "onwatch_detector_slots": 4,
    "onwatch_detector_runs_active": 3,
    "onwatch_gateway_viewers": 5,
    "onwatch_gateway_subscriptions": 4,
    "onwatch_bus_dead_letters_waiting": 0,
}


@dataclass
class Broker:
    """What the detector depends on."""

    is_away: bool = False

    async def check(self) -> None:
        if self.is_away:
            raise ConnectionError("refused")


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    with create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        async with serving(http_server(app, host, port), server):
            yield f"http://{host}:{port}"


def registry_of(service: str, **values: float) -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("onwatch_build_info", "Build", ["service", "version"], registry=registry).labels(service, "0.1.0").set(1)
    for name, value in values.items():
        Gauge(name, name, registry=registry).set(value)
    return registry


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker() -> Broker:
    return Broker()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory, broker: Broker) -> AsyncIterator[System]:
    async with AsyncExitStack() as stack:
        others = ops_app("gateway", {"sql": Broker().check}, registry_of("all-in-one", **FIGURES))
        detector = ops_app("detector", {"bus": broker.check}, registry_of("detector"))
        urls = [await stack.enter_async_context(listening(app)) for app in (others, detector)]
        environ = {
            "ONWATCH_AUTH": "off",
            "ONWATCH_GATEWAY_OPS_URLS": ",".join(urls),
            "ONWATCH_GATEWAY_OPS_TIMEOUT_S": str(PATIENCE_S),
        }
        yield await stack.enter_async_context(running(configure(tmp_path_factory.mktemp("data"), environ=environ)))


async def open_status(page: Page) -> None:
    await page.goto("/status")
    await expect(page.get_by_test_id("verdict")).to_be_visible()


async def test_a_process_that_fails_and_recovers_is_seen_without_a_reload(page: Page, broker: Broker) -> None:
    await page.goto("/")
    await page.get_by_test_id("account").click()
    await page.get_by_test_id("open-status").click()
    verdict, detector = page.get_by_test_id("verdict"), page.locator('[data-testid="process"][data-service="detector"]')
    await expect(verdict).to_have_text("Nothing is wrong.")
    await expect(page).to_have_title("System status · Onwatch")
    await expect(page.get_by_test_id("status-demanded")).to_contain_text("3")
    await expect(page.get_by_test_id("status-slots")).to_contain_text("3 of 4 used")
    await expect(page.get_by_role("meter")).to_have_attribute("aria-valuetext", "3 of 4 used")
    await expect(page.get_by_test_id("status-viewers")).to_contain_text("4 with a video")
    await expect(page.get_by_test_id("status-disk")).to_contain_text("52.3 GB")
    await expect(page.get_by_test_id("status-dead-letters")).to_contain_text("0")
    await expect(page.get_by_test_id("process")).to_have_count(2)
    await expect(detector.get_by_test_id("readiness")).to_have_text("Ready")
    broker.is_away = True
    try:
        problem = page.get_by_test_id("problem")
        await expect(problem).to_contain_text("Checks of detector at http://127.0.0.1")
        await expect(problem).to_contain_text("docs/runbooks.md#onwatchbrokeraway")
        await expect(verdict).to_contain_text("1 problem")
        await expect(detector.get_by_test_id("readiness")).to_have_text("Not ready")
        await expect(detector).to_contain_text("bus failed")
    finally:
        broker.is_away = False
    await expect(verdict).to_have_text("Nothing is wrong.")
    await expect(detector.get_by_test_id("readiness")).to_have_text("Ready")


def problem(code: str, **facts: str | float) -> dict[str, Any]:
    return {"code": code, "text": f"In English: {code}", "facts": facts}


AWAY = {
    "url": "http://onwatch-aggregator-ops.traffic-department.svc.cluster.example:9002",
    "failure": "no answer within 3 s",
    "service": None,
    "version": None,
    "started_at": None,
    "ready": False,
    "checks": {},
}
ALL_WRONG = {
    "asked_at": "2026-06-01T07:00:00Z",
    "ok": False,
    "problems": [
        problem("process_not_reached", url=AWAY["url"], failure=AWAY["failure"]),
        problem("check_failed", service="catalog", url="http://catalog:9001", checks="bus, disk, sql"),
        problem("process_not_ready", service="detector", url="http://10.0.0.7:9004"),
        problem("versions_differ", versions="catalog 0.1.0, gateway 0.2.0"),
        problem("too_few_slots", videos_demanded=7, slots=4),
        problem("dead_letters", count=3, oldest_s=7260.0),
        problem("outbox_blocked", blocked_s=208.0),
        problem("disk_almost_full", free_bytes=5.2e9, limit_bytes=1e10),
        problem("runs_inconsistent", count=1),
        problem("of_a_newer_server"),
    ],
    "processes": [
        {
            "url": "http://catalog:9001",
            "failure": None,
            "service": "catalog",
            "version": "0.1.0",
            "started_at": "2026-06-01T06:00:00Z",
            "ready": False,
            "checks": {"bus": "failed", "sql": "failed", "disk": "failed", "mqtt": "ok"},
        },
        AWAY,
    ],
    "services_missing": ["aggregator", "dashboard", "gateway"],
    "videos_demanded": 7,
    "analyses_wanted": 2,
    "runs_active": 4,
    "slots": 4,
    "slots_free": 0,
    "viewers": None,
    "viewers_with_a_video": None,
    "outbox_blocked_s": 208.0,
    "disk_free_bytes": 5_200_000_000,
    "dead_letters": 3,
    "dead_letters_oldest_s": 7260.0,
    "dead_lettered_since_start": {"aggregator.batches": 2, "catalog.videos": 1},
    "failures_since_start": {"runs_failed": 2, "dead_lettered": 0, "http_server_errors": 12_345},
}


async def answer_all_wrong(route: Route) -> None:
    await route.fulfill(json=ALL_WRONG)


async def test_it_is_accessible_in_both_themes_and_fits_every_width(page: Page) -> None:
    await open_status(page)
    assert await faults_of(page) == []
    await page.route(STATUS, answer_all_wrong)
    await open_status(page)
    await expect(page.get_by_test_id("verdict")).to_contain_text("10 problems")
    assert await faults_of(page) == []


async def test_each_problem_is_said_in_the_language_of_the_page(page: Page) -> None:
    await page.route(STATUS, answer_all_wrong)
    await open_status(page)
    problems = page.get_by_test_id("problem")
    assert [await each.get_attribute("data-code") for each in await problems.all()] == [
        each["code"] for each in ALL_WRONG["problems"]
    ]
    assert await problems.filter(has_text="In English").count() == 1, "of the one that this page does not know"
    await expect(problems.nth(4)).to_contain_text("7 videos are demanded, and detectors have 4 slots.")
    await expect(problems.nth(5)).to_contain_text("3 dead letters wait.")
    await expect(problems.nth(5)).to_contain_text("onwatch dead-letters list")
    letters = page.get_by_test_id("status-dead-letters")
    await expect(letters).to_contain_text("Waiting for a decision for at least 2 h 1 min")
    await expect(letters).to_contain_text("aggregator.batches: 2")
    await expect(page.get_by_test_id("status-viewers")).to_contain_text("Unknown")
    await expect(page.get_by_test_id("status-failures")).to_contain_text("12,347")
    await expect(page.get_by_test_id("missing-services")).to_contain_text("aggregator, dashboard, gateway")
    await page.get_by_test_id("language").select_option("de")
    await expect(page.get_by_test_id("verdict")).to_contain_text("10 Probleme")
    await expect(problems.nth(4)).to_contain_text("7 Videos sind angefordert")
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await layout_faults(page) == []


async def test_figures_without_an_answer_are_marked_as_old_until_there_is_one(page: Page) -> None:
    await page.clock.install()
    await open_status(page)
    answer = page.get_by_test_id("status-answer")
    await page.route(STATUS, lambda route: route.abort())
    await page.clock.run_for(6_000)
    await expect(page.get_by_test_id("no-answer")).to_contain_text("Onwatch does not answer")
    await expect(answer).to_have_attribute("data-old", "false")
    await page.clock.run_for(10_000)
    await is_soon(answer, "data-old", "true")
    assert await accessibility_faults(page) == []
    await page.unroute(STATUS)
    await page.clock.run_for(6_000)
    await expect(page.get_by_test_id("no-answer")).to_have_count(0)
    await expect(answer).to_have_attribute("data-old", "false")


async def test_without_a_first_answer_it_says_why_and_asks_again(page: Page) -> None:
    await page.route(STATUS, lambda route: route.abort())
    await page.goto("/status")
    await expect(page.get_by_role("heading", name="could not be loaded")).to_be_visible()
    await page.unroute(STATUS)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_test_id("verdict")).to_be_visible()


async def session_of(page: Page, role: str) -> None:
    """As if that person were logged in; what the gateway refuses is the subject of its own tests."""
    person = {"is_login_required": True, "name": "Åsa", "role": role, "kind": "session", "video_ids": None}
    await page.route("**/api/session", lambda route: route.fulfill(json=person))


async def test_an_administrator_finds_it_beside_the_accounts(page: Page) -> None:
    await session_of(page, "administrator")
    await open_status(page)
    await expect(page.get_by_test_id("section-status")).to_have_attribute("aria-current", "page")
    assert await faults_of(page) == []
    await page.get_by_test_id("section-accounts").click()
    await page.get_by_test_id("section-status").click()
    await expect(page.get_by_test_id("verdict")).to_be_visible()


async def test_its_tab_is_seen_on_a_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await session_of(page, "administrator")
    await open_status(page)
    await expect(page.get_by_test_id("section-status")).to_be_in_viewport(ratio=0.98)


async def test_others_are_told_whom_it_is_for_and_are_not_offered_it(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/status" in request.url else None)
    await session_of(page, "operator")
    await page.goto("/status")
    await expect(page.get_by_role("heading", name="This page is for administrators")).to_be_visible()
    await page.get_by_test_id("account").click()
    await expect(page.get_by_test_id("open-status")).to_have_count(0)
    assert asked == []


async def test_a_refusal_of_the_gateway_is_said_as_such(page: Page) -> None:
    refused = {"type": "about:blank", "title": "Not allowed", "status": 403, "detail": "No.", "code": "not_allowed"}
    await page.route(STATUS, lambda route: route.fulfill(status=403, json=refused))
    await page.goto("/status")
    await expect(page.get_by_role("heading", name="This page is for administrators")).to_be_visible()
