"""A real OpenID Connect provider beside the system, and what its users do."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from browser.server import PATIENCE_S, System
from playwright.async_api import Page, expect

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_suffix(".mjs")
PACKAGES = ROOT / "services" / "dashboard" / "page" / "package.json"
SECRET = "a secret of tests"
FIELDS = re.compile(r'name="prompt" value="(\w+)"')


@dataclass
class RunningProvider:
    """The process of the provider."""

    process: asyncio.subprocess.Process
    issuer: str

    async def restart_with(self, redirect_uri: str, groups: Mapping[str, list[str]]) -> None:
        """With the groups of its users, and a new key."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"redirect_uri": redirect_uri, "groups": groups}).encode() + b"\n")
        while await _line_of(self.process) != "ready":
            pass  # it also prints notices of its own

    async def end(self) -> None:
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()


@asynccontextmanager
async def running_provider() -> AsyncIterator[RunningProvider]:
    process = await asyncio.create_subprocess_exec(
        *(ROOT / "scripts" / "node", "node", PROGRAM, PACKAGES),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield (provider := RunningProvider(process, await _line_of(process)))
    finally:
        await provider.end()


async def _line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
    assert line, "the provider has ended"
    return line.decode().strip()


async def log_in_there(page: Page, name: str) -> None:
    """At the provider, which is shown."""
    await page.locator("input[name=login]").fill(name)
    await page.locator("input[name=password]").fill("any")
    await page.locator("button[type=submit]").click()
    await expect(page.locator("input[name=prompt][value=consent]")).to_have_count(1)
    await page.locator("button[type=submit]").click()


async def answer_for(http: httpx.AsyncClient, name: str) -> dict[str, str]:
    """What the provider adds to the address of the page after a login of that user, begun by this client."""
    begun = await http.post("/api/session/provider")
    assert begun.status_code == 200, begun.text
    async with httpx.AsyncClient(timeout=PATIENCE_S) as browser:
        answer = await browser.get(begun.json()["url"])
        while True:
            if answer.has_redirect_location:
                url = answer.url.join(answer.headers["location"])
                if url.path == "/login":
                    return dict(url.params)
                answer = await browser.get(url)
                continue
            asked = FIELDS.search(answer.text)
            assert asked, answer.text
            form = {"prompt": asked[1], "login": name, "password": "any"}
            answer = await browser.post(answer.url, data=form)


async def finish(http: httpx.AsyncClient, answer: Mapping[str, Any]) -> httpx.Response:
    return await http.post("/api/session/provider/answer", json=answer)


def login_page_of(system: System) -> str:
    return f"{system.front_end.address}/login"
