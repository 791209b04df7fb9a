"""Folders of videos, and accounts limited to them, as persons at the page meet them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.clips import Clips
from browser.inspection import accessibility_faults, faults_of
from browser.logins import ADMIN, PASSWORD, log_in_client, open_as
from browser.page_actions import card
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Locator, Page, expect

from onwatch.configuration import configure

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """With logins; its client is the administrator."""
    timeouts = ("ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S", "ONWATCH_GATEWAY_SEND_TIMEOUT_S")
    environ = {
        "ONWATCH_AUTH": "on",
        "ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD,
        **dict.fromkeys(timeouts, str(PATIENCE_S)),
    }
    async with running(configure(tmp_path_factory.mktemp("folders"), environ=environ)) as system:
        await log_in_client(system)
        yield system


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def nothing_left(system: System) -> AsyncIterator[None]:
    yield
    for video in (await system.get("/api/videos"))["items"]:
        await system.http.delete(f"/api/videos/{video['id']}")
    for folder in (await system.get("/api/folders"))["items"]:
        answer = await system.http.delete(f"/api/folders/{folder['id']}")
        assert answer.status_code == 204, answer.text


async def add_folder(system: System, name: str, *video_ids: str) -> str:
    folder_id: str = (await system.http.post("/api/folders", json={"name": name})).json()["id"]
    if video_ids:
        moved = await system.http.put(f"/api/folders/{folder_id}/videos", json={"video_ids": video_ids})
        assert moved.status_code == 204, moved.text
    return folder_id


def folder_row(page: Page, name: str) -> Locator:
    return page.locator(f'[data-testid="folder-row"][data-name="{name}"]')


async def test_folders_are_managed_with_the_keyboard(page: Page, system: System, clips: Clips) -> None:
    await system.upload(clips.three_seconds, "Harbour road")
    await open_as(page, ADMIN)
    await page.get_by_test_id("manage-folders").press("Enter")
    await expect(page.get_by_test_id("folders-dialog")).to_contain_text("There are no folders yet.")
    for name in ("Nort", "A folder with a rather long name, as somebody types it who names the whole junction"):
        await page.get_by_test_id("new-folder-name").fill(name)
        await page.get_by_test_id("new-folder-name").press("Enter")
        await expect(folder_row(page, name)).to_be_visible()
    await page.get_by_test_id("new-folder-name").fill("NORT")
    await page.get_by_test_id("add-folder").press("Enter")
    await expect(page.get_by_test_id("add-folder-problem")).to_contain_text("There is a folder named NORT already")
    assert await faults_of(page) == []

    await folder_row(page, "Nort").get_by_test_id("rename-folder").press("Enter")
    await expect(page.get_by_test_id("folder-name")).to_be_focused()
    await page.get_by_test_id("folder-name").fill("North")
    await page.get_by_test_id("folder-name").press("Enter")
    await expect(folder_row(page, "North")).to_be_visible()

    await folder_row(page, "North").get_by_test_id("delete-folder").press("Enter")
    await expect(page.get_by_test_id("delete-folder-dialog")).to_contain_text("No video is deleted")
    assert await accessibility_faults(page) == []
    await page.get_by_test_id("cancel-delete-folder").press("Enter")
    await expect(folder_row(page, "North")).to_be_visible()
    await folder_row(page, "North").get_by_test_id("delete-folder").press("Enter")
    await page.get_by_test_id("confirm-delete-folder").press("Enter")
    await expect(folder_row(page, "North")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("folders-dialog")).to_have_count(0)
    await expect(page.get_by_test_id("manage-folders")).to_be_focused()


async def test_videos_are_moved_and_uploaded_into_the_folder_that_is_shown(
    page: Page, system: System, clips: Clips
) -> None:
    await system.upload(clips.three_seconds, "Harbour road")
    await system.upload(clips.three_seconds, "Elm street")
    await open_as(page, ADMIN)
    await card(page, "Harbour road").locator(".card-link").focus()
    await page.keyboard.press("Space")
    await page.get_by_test_id("move-selected").click()
    await expect(page.get_by_test_id("move-dialog")).to_contain_text("Move 1 video")
    await page.get_by_test_id("move-new-name").fill("South")
    assert await faults_of(page) == []
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("move-dialog")).to_have_count(0)
    await expect(page.get_by_text("1 video moved to “South”.")).to_be_visible()
    await expect(page.get_by_test_id("selection")).to_have_count(0)

    south = (await system.get("/api/folders"))["items"][0]["id"]
    await page.get_by_test_id("filter-folder").select_option(south)
    await expect(page).to_have_url(re.compile(rf"/\?folder={south}$"))
    await expect(card(page, "Elm street")).to_have_count(0)
    await expect(card(page, "Harbour road")).to_be_visible()
    assert await faults_of(page) == []
    await page.get_by_test_id("upload-input").set_input_files(clips.three_seconds)
    await expect(card(page, "three.mp4")).to_be_visible()
    await page.get_by_test_id("filter-folder").select_option("none")
    await expect(card(page, "Elm street")).to_be_visible()
    await expect(card(page, "three.mp4")).to_have_count(0)

    await page.get_by_test_id("manage-folders").click()
    await folder_row(page, "South").get_by_test_id("delete-folder").click()
    await expect(page.get_by_test_id("delete-folder-dialog")).to_contain_text("It has 2 videos.")
    await expect(page.get_by_test_id("confirm-delete-folder")).to_have_count(0)


async def test_a_new_folder_is_added_once_when_the_move_is_tried_again(
    page: Page, system: System, clips: Clips
) -> None:
    video_id = await system.upload(clips.three_seconds, "Harbour road")
    await open_as(page, ADMIN)
    await card(page, "Harbour road").locator(".card-link").focus()
    await page.keyboard.press("Space")
    await page.get_by_test_id("move-selected").click()
    await page.get_by_test_id("move-target").select_option("new")
    await page.get_by_test_id("move-new-name").fill(" East ")
    await page.route("**/api/folders/*/videos", lambda route: route.abort())
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("form-problem")).not_to_be_empty()
    await expect(page.get_by_test_id("move-target").locator("option:checked")).to_have_text("East")
    await expect(page.get_by_test_id("move-new-name")).to_have_count(0)

    await page.unroute("**/api/folders/*/videos")
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_text("1 video moved to “East”.")).to_be_visible()
    (folder,) = (await system.get("/api/folders"))["items"]
    assert (folder["name"], folder["videos_count"]) == ("East", 1)
    assert (await system.get(f"/api/videos/{video_id}/folder"))["folder_id"] == folder["id"]


async def test_the_address_of_a_folder_shows_it_until_it_is_gone(page: Page, system: System, clips: Clips) -> None:
    await system.upload(clips.three_seconds, "Elm street")
    folder_id = await add_folder(system, "West")
    await open_as(page, ADMIN, f"/?folder={folder_id}")
    await expect(page.get_by_text("This folder is empty")).to_be_visible()
    assert await faults_of(page) == []
    await system.http.delete(f"/api/folders/{folder_id}")
    await expect(card(page, "Elm street")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/$"))


async def test_an_account_that_is_limited_to_a_folder_sees_what_is_in_it_now(
    page: Page, system: System, clips: Clips
) -> None:
    seen = await system.upload(clips.three_seconds, "Harbour road")
    hidden = await system.upload(clips.three_seconds, "Elm street")
    north, south = await add_folder(system, "North", seen), await add_folder(system, "South", hidden)
    await open_as(page, ADMIN, "/accounts")
    await page.get_by_test_id("add-account").click()
    await page.get_by_test_id("new-account-name").fill("nora")
    await page.get_by_test_id("new-account-password").fill(PASSWORD)
    await page.get_by_test_id("new-account-role").select_option("operator")
    await page.get_by_test_id("some-videos").check()
    await page.get_by_test_id("folder-ticks").get_by_text("North").click()
    assert await faults_of(page) == []
    await page.get_by_test_id("submit-form").click()
    await expect(page.locator('[data-testid="account-row"][data-name="nora"]')).to_contain_text("1 folder")
    await page.get_by_test_id("account").click()
    await page.get_by_test_id("log-out").click()

    await open_as(page, "nora")
    await expect(card(page, "Harbour road")).to_be_visible()
    await expect(card(page, "Elm street")).to_have_count(0)
    await expect(page.get_by_test_id("manage-folders")).to_have_count(0)
    options = page.get_by_test_id("filter-folder").locator("option")
    await expect(options).to_have_text(["All folders", "North (1)"])
    await page.get_by_test_id("upload-input").set_input_files(clips.three_seconds)
    await expect(card(page, "three.mp4")).to_be_visible()
    in_north = (await system.get(f"/api/videos?folder={north}"))["items"]
    assert {video["name"] for video in in_north} == {"Harbour road", "three.mp4"}

    await card(page, "Harbour road").locator(".card-link").click()
    await expect(page.get_by_role("heading", name="Harbour road")).to_be_visible()
    moved = await system.http.put(f"/api/folders/{south}/videos", json={"video_ids": [seen]})
    assert moved.status_code == 204
    await page.goto("/")
    await expect(card(page, "three.mp4")).to_be_visible()
    await expect(card(page, "Harbour road")).to_have_count(0)
