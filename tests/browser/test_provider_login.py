"""Logins by a real OpenID Connect provider, which is at another site for the browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import accessibility_faults, layout_faults
from browser.logins import ADMIN, PASSWORD, expect_login, log_in_client, open_as, stranger_of
from browser.page_actions import is_soon
from browser.provider import (
    SECRET,
    RunningProvider,
    answer_for,
    finish,
    log_in_there,
    login_page_of,
    running_provider,
)
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Page, expect

from onwatch.configuration import configure

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

GROUPS = {"maria": ["traffic"], "olga": ["it", "others"], "admin": ["it"]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started() -> AsyncIterator[RunningProvider]:
    async with running_provider() as provider:
        yield provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory, started: RunningProvider) -> AsyncIterator[System]:
    """With logins by the provider and by password; its client is the local administrator."""
    timeouts = ("ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S", "ONWATCH_GATEWAY_SEND_TIMEOUT_S")
    environ = {
        "ONWATCH_AUTH": "on",
        "ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD,
        "ONWATCH_CATALOG_OIDC_ISSUER": started.issuer,
        "ONWATCH_CATALOG_OIDC_CLIENT_ID": "onwatch",
        "ONWATCH_CATALOG_OIDC_CLIENT_SECRET": SECRET,
        "ONWATCH_CATALOG_OIDC_NAME": "Town Hall",
        "ONWATCH_CATALOG_OIDC_ADMINISTRATORS": "it",
        "ONWATCH_CATALOG_OIDC_OPERATORS": "traffic",
        **dict.fromkeys(timeouts, str(PATIENCE_S)),
    }
    async with running(configure(tmp_path_factory.mktemp("provider"), environ=environ)) as system:
        await log_in_client(system)
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def provider(system: System, started: RunningProvider) -> RunningProvider:
    await started.restart_with(login_page_of(system), GROUPS)
    return started


async def test_a_provider_that_is_away_is_said_and_passwords_still_work(page: Page, system: System) -> None:
    """The first test: until it is told who its clients are, the provider answers nothing but 503."""
    await page.goto("/")
    await page.get_by_test_id("provider-login").click()
    await expect(page.get_by_test_id("login-problem")).to_contain_text("Town Hall cannot be reached")
    await open_as(page, ADMIN)


async def test_a_login_by_the_provider_shows_the_address_that_was_asked_for(
    page: Page, system: System, clips: Clips, provider: RunningProvider
) -> None:
    async with system.video(clips.three_seconds, "Harbour road") as video_id:
        await page.goto(f"/videos/{video_id}?t=1.5")
        await expect_login(page)
        assert [*await layout_faults(page), *await accessibility_faults(page)] == []
        await page.emulate_media(color_scheme="dark")
        assert await accessibility_faults(page, only="color-contrast") == []
        await page.get_by_test_id("provider-login").press("Enter")
        await log_in_there(page, "maria")
        await expect(page.get_by_role("heading", name="Harbour road")).to_be_visible()
        await expect(page).to_have_url(re.compile(rf"/videos/{video_id}\?t=1\.5$"))
        await is_soon(page.get_by_test_id("connection"), "data-status", "open")

        await page.reload()
        await page.get_by_test_id("account").click()
        await expect(page.get_by_test_id("account-who")).to_contain_text("maria")
        await expect(page.get_by_test_id("account-who")).to_contain_text("Operator")
        await expect(page.get_by_test_id("change-password")).to_have_count(0)
        await page.get_by_test_id("log-out").click()
        await expect_login(page)
        await page.reload()
        await expect_login(page)


async def test_administrators_see_which_accounts_are_of_the_provider(
    page: Page, system: System, provider: RunningProvider
) -> None:
    async with stranger_of(system) as http:
        await finish(http, await answer_for(http, "olga"))
    await open_as(page, ADMIN, "/accounts")
    row = page.locator("[data-testid=account-row][data-name=olga]")
    await expect(row.get_by_test_id("account-provider")).to_have_text("Logs in with Town Hall")
    await expect(row.get_by_test_id("set-password")).to_have_count(0)
    own = page.locator("[data-testid=account-row][data-name=admin]")
    await expect(own.get_by_test_id("set-password")).to_have_count(1)
    await expect(own.get_by_test_id("account-provider")).to_have_count(0)
    assert [*await layout_faults(page), *await accessibility_faults(page)] == []


async def test_a_login_that_is_refused_is_said_on_the_page(page: Page, provider: RunningProvider) -> None:
    await page.goto("/wall")
    await page.get_by_test_id("provider-login").click()
    await log_in_there(page, "stranger")
    await expect(page.get_by_test_id("login-problem")).to_contain_text("stranger has no role here")
    await expect(page).to_have_url(re.compile(r"/wall$"))
    assert await accessibility_faults(page) == []


async def test_the_answer_of_another_browser_logs_nobody_in(
    page: Page, system: System, provider: RunningProvider
) -> None:
    """An attacker who has logged in has a victim open the address to which the provider has sent the attacker."""
    async with stranger_of(system) as attacker:
        answer = await answer_for(attacker, "olga")
    await page.goto(f"/login?state={answer['state']}&code={answer['code']}")
    await expect(page.get_by_test_id("login-problem")).to_contain_text("was not begun in this browser")
    await expect(page).to_have_url(re.compile(r"/login$"))
    await page.reload()
    await expect_login(page)


async def test_a_page_of_another_site_begins_and_finishes_no_login(system: System, provider: RunningProvider) -> None:
    async with stranger_of(system) as http:
        for path in ("/api/session/provider", "/api/session/provider/answer"):
            answer = await http.post(path, json={"state": "s"}, headers={"origin": "https://evil.example"})
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")


async def test_roles_follow_groups_while_keys_change(system: System, provider: RunningProvider) -> None:
    async with stranger_of(system) as http:
        first = await finish(http, await answer_for(http, "olga"))
        assert (first.json()["role"], first.json()["provider"]) == ("administrator", "Town Hall")
        await provider.restart_with(login_page_of(system), {"olga": ["traffic"]})
        second = await finish(http, await answer_for(http, "olga"))
        assert second.json()["role"] == "operator"
        refused = await http.get("/api/users")
        assert refused.status_code == 403


async def test_a_code_is_good_for_one_login(system: System, provider: RunningProvider) -> None:
    async with stranger_of(system) as http:
        answer = await answer_for(http, "maria")
        cookies = dict(http.cookies)
        assert (await finish(http, answer)).status_code == 200
        http.cookies.clear()
        http.cookies.update(cookies)
        refused = await finish(http, answer)
        assert (refused.status_code, refused.json()["code"]) == (401, "provider_refused")
        assert (await http.get("/api/session")).json()["name"] is None


async def test_a_user_named_admin_is_not_the_admin_of_this_installation(
    system: System, provider: RunningProvider
) -> None:
    async with stranger_of(system) as http:
        refused = await finish(http, await answer_for(http, "admin"))
    assert (refused.status_code, refused.json()["code"]) == (409, "name_of_another")
    newest = (await system.get("/api/audit?limit=1"))["items"][0]
    assert (newest["name"], newest["action"], newest["status"]) == ("admin", "log in by Town Hall", 409)
