"""Logins, rights and shared links, as a person at the page meets them. The other browser tests run without logins."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import MOST_PICTURES, Clips
from browser.inspection import accessibility_faults, faults_of, layout_shift
from browser.logins import (
    ADMIN,
    PASSWORD,
    add_account,
    expect_login,
    log_in,
    log_in_client,
    open_as,
    stranger_of,
)
from browser.page_actions import card, has_shown, is_soon, press_start, start_button
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Browser, BrowserContext, Page, expect

from onwatch.configuration import Configuration, configure
from onwatch_catalog.login_link import new_login_path

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

STRIP = "Logins are off: whoever reaches this address can see, change and delete everything."


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    timeouts = ("ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S", "ONWATCH_GATEWAY_SEND_TIMEOUT_S")
    environ = {
        "ONWATCH_AUTH": "on",
        "ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD,
        **dict.fromkeys(timeouts, str(PATIENCE_S)),
    }
    return configure(tmp_path_factory.mktemp("logins"), environ=environ)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(configuration: Configuration) -> AsyncIterator[System]:
    """In place of the one without logins; its client is the administrator."""
    async with running(configuration) as system:
        await log_in_client(system)
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def video(system: System, clips: Clips) -> AsyncIterator[str]:
    async with system.video(clips.three_seconds, "Harbour road") as video_id:
        yield video_id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def viewer(system: System) -> str:
    await add_account(system, "vera", "viewer")
    return "vera"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def operator(system: System) -> str:
    await add_account(system, "otto", "operator")
    return "otto"


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(chromium: Browser, system: System) -> AsyncIterator[BrowserContext]:
    """The browser of somebody else."""
    async with await chromium.new_context(base_url=system.front_end.address) as own:
        own.set_default_timeout(PATIENCE_S * 1000)
        yield own


async def test_a_stranger_sees_the_login_and_after_it_the_address_that_was_asked_for(page: Page, video: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    page.on("websocket", lambda socket: asked.append(socket.url))
    await page.goto(f"/videos/{video}?t=1.5")
    await expect_login(page)
    await expect(page.get_by_test_id("login-name")).to_be_focused()
    await expect(page.get_by_test_id("session-ended")).to_have_count(0)
    assert {re.sub(r"^\w+://[^/]+", "", url) for url in asked} == {"/api/session", "/api/session/methods"}, (
        "nothing else is asked for"
    )
    assert await faults_of(page) == []

    await log_in(page, ADMIN, "no such password")
    problem = page.get_by_test_id("login-problem")
    await expect(problem).to_contain_text("The name or the password is wrong")
    assert await faults_of(page) == []
    await page.get_by_test_id("show-login-password").click()
    await expect(page.get_by_test_id("login-password")).to_have_attribute("type", "text")
    await log_in(page, ADMIN)
    await expect(page.get_by_role("heading", name="Harbour road")).to_be_visible()
    await expect(page.get_by_test_id("recording")).to_be_visible()
    await is_soon(page.get_by_test_id("connection"), "data-status", "open")

    await page.get_by_test_id("account").click()
    await expect(page.get_by_test_id("account-who")).to_contain_text("admin")
    await expect(page.get_by_test_id("account-who")).to_contain_text("Administrator")
    assert await accessibility_faults(page) == []
    await page.get_by_test_id("log-out").click()
    await expect_login(page)
    await expect(page).to_have_url(re.compile(r"/$"))
    await page.reload()
    await expect_login(page)


@pytest.mark.slow
async def test_too_many_wrong_passwords_say_when_to_try_again(page: Page, system: System) -> None:
    await add_account(system, "gerd", "viewer")
    await page.goto("/")
    for _ in range(20):
        async with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            await log_in(page, "gerd", "no such password")
        await is_soon(page.get_by_test_id("log-in"), "aria-busy", "false")
        if (await answered.value).status == 429:
            break
    await expect(page.get_by_test_id("login-problem")).to_contain_text(re.compile(r"try again in \d+ s"))


@pytest.mark.slow
async def test_a_session_that_is_ended_elsewhere_leads_to_the_login_and_back(
    page: Page, system: System, video: str
) -> None:
    user_id = await add_account(system, "erna", "operator")
    await open_as(page, "erna", f"/videos/{video}")
    await press_start(page)
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    answer = await system.http.patch(f"/api/users/{user_id}", json={"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    await expect(page.get_by_test_id("session-ended")).to_have_text("Your session has ended. Log in again.")
    await expect_login(page)
    await system.at_rest()  # the demand has ended with the session; else the picture would move before the next start
    before = len(sockets)
    await log_in(page, "erna")
    await expect(page.get_by_role("heading", name="Harbour road")).to_be_visible()
    await is_soon(page.get_by_test_id("connection"), "data-status", "open")
    assert len(sockets) - before == 1
    await press_start(page)


@pytest.mark.slow
async def test_another_role_changes_the_page_without_a_login(page: Page, system: System, video: str) -> None:
    user_id = await add_account(system, "rolf", "viewer")
    await open_as(page, "rolf", f"/videos/{video}")
    await expect(start_button(page)).to_be_disabled()
    answer = await system.http.patch(f"/api/users/{user_id}", json={"role": "operator"})
    assert answer.status_code == 200, answer.text
    await expect(start_button(page)).to_be_enabled()
    await press_start(page)


@pytest.mark.slow
async def test_a_viewer_watches_and_reads_only(
    page: Page, stranger: BrowserContext, system: System, video: str, viewer: str
) -> None:
    await open_as(page, viewer)
    await expect(card(page, "Harbour road")).to_be_visible()
    for test_id in ("upload-button", "delete-video", "rename-video", "select-video"):
        await expect(page.get_by_test_id(test_id)).to_have_count(0)
    await card(page, "Harbour road").locator(".card-link").press("Delete")
    await expect(page.get_by_test_id("delete-dialog")).to_have_count(0)
    await card(page, "Harbour road").locator(".card-link").click()
    await expect(page.get_by_test_id("why-not-start")).to_have_text("Your role may watch, but not start videos.")
    await expect(start_button(page)).to_be_disabled()
    await expect(page.get_by_test_id("stream-line")).to_have_text("Not started yet.")
    for test_id in ("edit-places", "analysis", "engine", "share"):
        await expect(page.get_by_test_id(test_id)).to_have_count(0)
    assert await faults_of(page) == []

    other = await stranger.new_page()
    await open_as(other, ADMIN, f"/videos/{video}")
    with system.engine.held_after(MOST_PICTURES):
        await start_button(other).click()
        await has_shown(page, "player-canvas", "data-showing", "stream")
    await page.get_by_test_id("open-wall").click()
    await page.get_by_test_id("add-to-wall").select_option(video)
    await expect(page.get_by_test_id("wall-tile")).to_have_count(1)
    await expect(page.get_by_test_id("start-all")).to_have_count(0)
    await page.get_by_test_id("account").click()
    await expect(page.get_by_test_id("open-accounts")).to_have_count(0)
    await page.goto("/accounts")
    await expect(page.get_by_role("heading", name="This page is for administrators")).to_be_visible()


@pytest.mark.slow
async def test_an_operator_works_but_deletes_nothing(page: Page, video: str, operator: str) -> None:
    await open_as(page, operator)
    await expect(page.get_by_test_id("upload-button")).to_be_visible()
    await expect(page.get_by_test_id("rename-video")).to_be_visible()
    await expect(page.get_by_test_id("delete-video")).to_have_count(0)
    await page.get_by_test_id("select-video").check()
    await expect(page.get_by_test_id("analyse-selected")).to_be_visible()
    await expect(page.get_by_test_id("delete-selected")).to_have_count(0)
    await card(page, "Harbour road").locator(".card-link").click()
    await press_start(page)


@pytest.mark.slow
async def test_a_shared_moment_opens_for_a_stranger_until_it_is_revoked(
    page: Page, stranger: BrowserContext, system: System, clips: Clips, video: str, operator: str
) -> None:
    await open_as(page, operator, f"/videos/{video}?t=1.5")
    await page.get_by_test_id("share").click()
    await expect(page.get_by_test_id("share-moment-choice")).to_be_checked()
    await page.get_by_test_id("share-days").select_option("1")
    assert await faults_of(page) == []
    await page.get_by_test_id("submit-form").click()
    address = await page.get_by_test_id("shared-link").input_value()
    assert address.startswith(f"{system.front_end.address}/login#")
    await expect(page.get_by_test_id("share-note")).to_contain_text("without an account until")
    assert await faults_of(page) == []
    await page.get_by_test_id("close-share").click()
    await expect(page.get_by_test_id("share")).to_be_focused()

    async with system.video(clips.three_seconds, "Not shared") as other:
        guest = await stranger.new_page()
        entered: list[str] = []
        guest.on("request", lambda request: entered.append(request.url) if "session/code" in request.url else None)
        await guest.goto(address)
        await expect(guest).to_have_url(re.compile(rf"/videos/{video}\?t=1.5$"))
        await expect(guest.get_by_test_id("recording")).to_be_visible()
        await expect(start_button(guest)).to_be_disabled()
        assert len(entered) == 1, "the code is used once"
        await guest.get_by_test_id("account").click()
        await expect(guest.get_by_test_id("account-who")).to_contain_text("Shared with you, read only")
        await expect(guest.get_by_test_id("change-password")).to_have_count(0)
        await guest.goto("/")
        await expect(guest.get_by_test_id("video-card")).to_have_count(1)
        await expect(card(guest, "Harbour road")).to_be_visible()
        await guest.goto(f"/videos/{other}")
        await expect(guest.get_by_role("heading", name="does not exist")).to_be_visible()
        await guest.goto("/")

    administrator = await page.context.browser.new_context(base_url=system.front_end.address)  # type: ignore[union-attr]  # it has one
    async with administrator:
        administration = await administrator.new_page()
        await open_as(administration, ADMIN, "/accounts/links")
        await expect(administration.get_by_test_id("link-row")).to_contain_text("Harbour road")
        await expect(administration.get_by_test_id("link-row")).to_contain_text("From 0:01.5")
        assert await faults_of(administration) == []
        await administration.get_by_test_id("revoke-link").click()
        await administration.get_by_test_id("confirm-revoke-link").click()
        await expect(administration.get_by_role("heading", name="No shared links")).to_be_visible()
    await expect(guest.get_by_test_id("session-ended")).to_be_visible()
    await guest.goto(address)
    await expect(guest.get_by_test_id("login-problem")).to_contain_text("The link is unknown, has expired")
    await expect(guest).to_have_url(re.compile("/login$"))
    assert await accessibility_faults(guest) == []


@pytest.mark.slow
async def test_a_one_time_link_logs_in_once_and_its_owner_sets_a_password(
    page: Page, stranger: BrowserContext, configuration: Configuration
) -> None:
    path = await new_login_path(configuration.catalog)
    assert path is not None
    await page.goto(path)
    await expect(page).to_have_url(re.compile(r"[^/]/$"))
    await page.get_by_test_id("account").click()
    await expect(page.get_by_test_id("account-who")).to_contain_text("Administrator")
    await page.get_by_test_id("change-password").click()
    await page.get_by_test_id("new-password").fill("short")
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("form-problem")).to_contain_text("at least 10 characters")
    assert await faults_of(page) == []
    await page.get_by_test_id("cancel-form").click()

    other = await stranger.new_page()
    await other.goto(path)
    await expect(other.get_by_test_id("login-problem")).to_contain_text("was used already")
    again = await new_login_path(configuration.catalog)
    await other.goto(str(again))  # at the same page, of which only the fragment changes
    await is_soon(other.get_by_test_id("connection"), "data-status", "open")


@pytest.mark.slow
async def test_ones_own_password_is_changed(page: Page, system: System) -> None:
    await add_account(system, "paul", "viewer")
    await open_as(page, "paul")
    for current, answer in (("no such password", "The current password is wrong."), (PASSWORD, None)):
        await page.get_by_test_id("account").click()
        await page.get_by_test_id("change-password").click()
        await page.get_by_test_id("current-password").fill(current)
        await page.get_by_test_id("new-password").fill("another password")
        await page.get_by_test_id("submit-form").click()
        if answer:
            await expect(page.get_by_test_id("form-problem")).to_have_text(answer)
            await page.keyboard.press("Escape")
            await expect(page.get_by_test_id("password-dialog")).to_have_count(0)
    await expect(page.get_by_test_id("toast")).to_contain_text("The password is changed")
    await page.get_by_test_id("account").click()
    await page.get_by_test_id("log-out").click()
    await log_in(page, "paul", "another password")
    await is_soon(page.get_by_test_id("connection"), "data-status", "open")


@pytest.mark.slow
async def test_an_administrator_manages_accounts(page: Page, system: System, video: str) -> None:
    await open_as(page, ADMIN)
    await page.get_by_test_id("account").click()
    await page.get_by_test_id("open-accounts").click()
    rows = page.get_by_test_id("account-row")
    own = page.locator(f'[data-testid="account-row"][data-name="{ADMIN}"]')
    await expect(own).to_contain_text("You")
    assert await faults_of(page) == []

    await expect(own.get_by_test_id("delete-account")).to_have_count(0)
    await own.get_by_test_id("edit-account").click()
    await page.get_by_test_id("account-role").select_option("viewer")
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("form-problem")).to_contain_text("This is the last administrator")
    await page.keyboard.press("Escape")
    await expect(own).to_contain_text("Administrator")
    await expect(own.get_by_test_id("edit-account")).to_be_focused()

    await page.get_by_test_id("add-account").click()
    await page.get_by_test_id("new-account-name").fill("nora")
    await page.get_by_test_id("new-account-password").fill(PASSWORD)
    await page.get_by_test_id("new-account-role").select_option("operator")
    await page.get_by_test_id("some-videos").check()
    await page.get_by_test_id("video-ticks").get_by_role("checkbox", name="Harbour road").check()
    assert await faults_of(page) == []
    await page.get_by_test_id("submit-form").click()
    nora = page.locator('[data-testid="account-row"][data-name="nora"]')
    for text in ("Operator", "1 video", "Never", "Active"):
        await expect(nora).to_contain_text(text)

    await page.get_by_test_id("add-account").click()
    await page.get_by_test_id("new-account-name").fill("Nora")
    await page.get_by_test_id("new-account-password").fill(PASSWORD)
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("form-problem")).to_contain_text("There is an account named Nora already.")
    await page.get_by_test_id("cancel-form").click()

    await nora.get_by_test_id("edit-account").click()
    await expect(page.get_by_test_id("video-ticks").get_by_role("checkbox", name="Harbour road")).to_be_checked()
    await page.get_by_test_id("all-videos").check()
    await page.get_by_test_id("account-role").select_option("viewer")
    await page.get_by_test_id("submit-form").click()
    await expect(nora).to_contain_text("All")
    await nora.get_by_test_id("set-password").click()
    await page.get_by_test_id("account-password").fill("a new password")
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("toast").last).to_contain_text("is set")
    await nora.get_by_test_id("disable-account").click()
    await is_soon(nora, "data-disabled", "true")
    await expect(nora).to_contain_text("Disabled")
    users = {user["name"]: user for user in (await system.get("/api/users"))["items"]}
    kept = {name: users["nora"][name] for name in ("role", "video_ids", "is_disabled")}
    assert kept == {"role": "viewer", "video_ids": None, "is_disabled": True}
    count = await rows.count()
    await nora.get_by_test_id("delete-account").click()
    await page.get_by_test_id("cancel-delete-account").click()
    await expect(rows).to_have_count(count)
    await nora.get_by_test_id("delete-account").click()
    await page.get_by_test_id("confirm-delete-account").click()
    await expect(nora).to_have_count(0)


@pytest.mark.slow
async def test_a_token_is_shown_once_and_revoked(page: Page, system: System) -> None:
    await open_as(page, ADMIN, "/accounts/tokens")
    await expect(page.get_by_role("heading", name="No tokens")).to_be_visible()
    assert await faults_of(page) == []
    await page.get_by_test_id("add-token").click()
    await page.get_by_test_id("new-token-name").fill("counter of the city")
    await page.get_by_test_id("submit-form").click()
    secret = await page.get_by_test_id("token-secret").input_value()
    assert await faults_of(page) == []
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_test_id("copy-token-secret").click()
    await expect(page.get_by_test_id("copy-token-secret")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    bearer = {"authorization": f"Bearer {secret}"}
    async with stranger_of(system) as program:
        assert (await program.get("/api/videos", headers=bearer)).status_code == 200
        await page.get_by_test_id("close-token-secret").click()
        await expect(page.get_by_test_id("token-row")).to_contain_text("counter of the city")
        assert secret not in await page.content()
        assert await faults_of(page) == []
        await page.get_by_test_id("revoke-token").click()
        await page.get_by_test_id("confirm-revoke-token").click()
        await expect(page.get_by_test_id("token-row")).to_have_count(0)


@pytest.mark.slow
async def test_the_audit_log_is_read_and_downloaded(page: Page, system: System) -> None:
    await add_account(system, "lara", "viewer")
    await open_as(page, ADMIN, "/accounts/audit")
    rows = page.get_by_test_id("audit-row")
    await expect(rows.filter(has_text="add an account").first).to_contain_text("POST /api/users")
    await expect(rows.first).to_contain_text("log in")
    assert await faults_of(page) == []
    async with page.expect_download() as downloading:
        await page.get_by_test_id("download-audit").click()
    assert (await downloading.value).suggested_filename == "onwatch-audit.jsonl"


@pytest.mark.slow
async def test_older_entries_of_the_audit_log_are_loaded_on_request(page: Page) -> None:
    def entry(number: int) -> dict[str, object]:
        return {
            "id": number,
            "at": "2026-01-01T00:00:00Z",
            "name": "admin",
            "role": "administrator",
            "kind": "session",
            "action": "delete a video",
            "target": f"DELETE /api/videos/{number}",
            "video_id": None,
            "status": 204,
            "address": "127.0.0.1",
        }

    newer = {"items": [entry(3), entry(2)], "next_before": 2}
    await page.route(re.compile(r"/api/audit\?limit=\d+$"), lambda route: route.fulfill(json=newer))
    older = {"items": [entry(1)], "next_before": None}
    await page.route(re.compile(r"/api/audit\?limit=\d+&before=2$"), lambda route: route.fulfill(json=older))
    await open_as(page, ADMIN, "/accounts/audit")
    await expect(page.get_by_test_id("audit-row")).to_have_count(2)
    await page.get_by_test_id("older-entries").click()
    await expect(page.get_by_test_id("audit-row")).to_have_count(3)
    await expect(page.get_by_test_id("older-entries")).to_have_count(0)


@pytest.mark.slow
async def test_a_part_that_cannot_be_loaded_leaves_the_rest(page: Page) -> None:
    await open_as(page, ADMIN)
    await page.route(re.compile("/assets/accounts-page"), lambda route: route.abort())
    await page.get_by_test_id("account").click()
    await page.get_by_test_id("open-accounts").click()
    await expect(page.get_by_role("heading", name="This part could not be loaded")).to_be_visible()
    await page.unroute_all()
    await page.get_by_role("button", name="Reload the page").click()
    await expect(page.get_by_test_id("accounts-table")).to_be_visible()


@pytest.mark.slow
async def test_the_page_warns_as_long_as_logins_are_off(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, clips: Clips
) -> None:
    configuration = configure(tmp_path_factory.mktemp("open"), environ={"ONWATCH_AUTH": "off"})
    async with (
        running(configuration) as system,
        system.video(clips.three_seconds, "open") as video_id,
        await chromium.new_context(base_url=system.front_end.address) as context,
    ):
        page = await context.new_page()
        await page.set_viewport_size({"width": 360, "height": 740})
        for path in ("/", f"/videos/{video_id}", f"/wall?videos={video_id}"):
            await page.goto(path)
            await expect(page.get_by_test_id("logins-off")).to_have_text(STRIP)
            await is_soon(page.get_by_test_id("connection"), "data-status", "open")
            if path == "/":
                assert await layout_shift(page) < 0.05, "it is there from the beginning"
            await page.mouse.wheel(0, 2000)
            await expect(page.get_by_test_id("logins-off")).to_be_in_viewport(ratio=1)
            assert await faults_of(page) == []
        await expect(page.get_by_test_id("share")).to_have_count(0)
        await page.get_by_test_id("account").click()
        await expect(page.get_by_test_id("open-status")).to_be_visible()
        for test_id in ("open-accounts", "change-password", "log-out"):
            await expect(page.get_by_test_id(test_id)).to_have_count(0)
        await page.goto("/accounts")
        await expect(page.get_by_role("heading", name="Logins are off")).to_be_visible()
        await page.goto("/login#some-code")
        await expect(card(page, "open")).to_be_visible()
