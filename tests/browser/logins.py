"""What persons and programs do to log in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from browser.page_actions import is_soon
from browser.server import PATIENCE_S, System
from playwright.async_api import Page, expect

ADMIN = "admin"
PASSWORD = "a password of tests"


@asynccontextmanager
async def stranger_of(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """A program without a cookie."""
    async with httpx.AsyncClient(base_url=system.front_end.address, timeout=PATIENCE_S) as http:
        yield http


async def log_in_client(system: System) -> None:
    """The HTTP client of the system is the administrator from then on."""
    answer = await system.http.post("/api/session", json={"name": ADMIN, "password": PASSWORD})
    assert answer.status_code == 200, answer.text


async def add_account(system: System, name: str, role: str) -> str:
    """Its id; the password is that of all accounts here."""
    answer = await system.http.post("/api/users", json={"name": name, "password": PASSWORD, "role": role})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """At the login, which is shown."""
    await page.get_by_test_id("login-name").fill(name)
    await page.get_by_test_id("login-password").fill(password)
    await page.get_by_test_id("login-password").press("Enter")


async def open_as(page: Page, name: str, path: str = "/") -> None:
    await page.goto(path)
    await log_in(page, name)
    await is_soon(page.get_by_test_id("connection"), "data-status", "open")


async def expect_login(page: Page) -> None:
    await expect(page.get_by_test_id("login")).to_be_visible()
    await expect(page.get_by_test_id("connection")).to_have_count(0)
