"""Webhooks in the administration, with a real receiver on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser.inspection import faults_of
from browser.logins import ADMIN, PASSWORD, log_in_client, open_as
from browser.server import PATIENCE_S, System, running
from playwright.async_api import Page, expect
from standardwebhooks import Webhook

from onwatch.configuration import Configuration, configure

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


class Receiver:
    """Answers each POST with the next status, and keeps what arrived."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.received: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.statuses.pop(0) if self.statuses else 204
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        self.received.put_nowait((headers, body))

    async def next(self) -> tuple[dict[str, str], bytes]:
        return await asyncio.wait_for(self.received.get(), PATIENCE_S)


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    timeouts = ("ONWATCH_GATEWAY_LOOKUP_TIMEOUT_S", "ONWATCH_GATEWAY_SEND_TIMEOUT_S")
    environ = {
        "ONWATCH_AUTH": "on",
        "ONWATCH_CATALOG_ADMIN_PASSWORD": PASSWORD,
        "ONWATCH_CATALOG_WEBHOOK_TARGETS": "127.0.0.1",
        "ONWATCH_CATALOG_STORAGE_QUOTA_BYTES": "10000",
        **dict.fromkeys(timeouts, str(PATIENCE_S)),
    }
    return configure(tmp_path_factory.mktemp("webhooks"), environ=environ)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(configuration: Configuration) -> AsyncIterator[System]:
    async with running(configuration) as system:
        await log_in_client(system)
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


async def secret_in(page: Page) -> str:
    secret = await page.get_by_test_id("webhook-secret").input_value()
    await page.get_by_test_id("close-webhook-secret").click()
    return secret


def is_signed(received: tuple[dict[str, str], bytes], secret: str) -> bool:
    headers, body = received
    return Webhook(secret).verify(body, headers) == json.loads(body)


async def test_a_webhook_from_its_secret_to_its_end(page: Page, system: System, receiver: Receiver) -> None:
    await open_as(page, ADMIN, "/accounts/webhooks")
    await expect(page.get_by_test_id("webhooks-section")).to_contain_text("No webhooks")
    await expect(page.get_by_test_id("storage")).to_contain_text("Videos take 0 B of the 10.0 kB")
    assert await faults_of(page) == []

    await page.get_by_test_id("add-webhook").click()
    await page.get_by_test_id("new-webhook-url").fill("ftp://hooks.example")
    await page.get_by_test_id("submit-form").click()
    await expect(page.get_by_test_id("form-problem")).to_contain_text("cannot have this address")
    await page.get_by_test_id("new-webhook-url").fill(f"http://127.0.0.1:{receiver.port}/onwatch")
    await page.get_by_test_id("new-webhook-description").fill("Traffic office")
    for event in ("run.failed", "alert.raised", "alert.cleared"):
        await page.get_by_test_id(f"event-{event}").click()
    assert await faults_of(page) == []
    await page.get_by_test_id("submit-form").click()
    first = await secret_in(page)
    row = page.get_by_test_id("webhook-row")
    await expect(row).to_contain_text("Traffic office")
    await expect(row).to_contain_text("Results of a video are there")
    assert first not in await page.content()

    await row.get_by_test_id("test-webhook").click()
    assert is_signed(await receiver.next(), first)
    delivery = page.get_by_test_id("delivery")
    await expect(delivery).to_have_attribute("data-status", "delivered", timeout=PATIENCE_S * 1000)
    receiver.statuses = [500]
    await delivery.get_by_test_id("retry-delivery").click()
    await receiver.next()
    await expect(delivery).to_contain_text("The answer was 500", timeout=PATIENCE_S * 1000)
    assert await faults_of(page) == []
    await page.get_by_test_id("close-deliveries").click()

    await row.get_by_test_id("new-secret").click()
    assert await faults_of(page) == []
    await page.get_by_test_id("submit-form").click()
    second = await secret_in(page)
    await row.get_by_test_id("test-webhook").click()
    received = await receiver.next()
    assert second != first
    assert is_signed(received, first)
    assert is_signed(received, second)
    await page.get_by_test_id("close-deliveries").click()

    await row.get_by_test_id("toggle-webhook").click()
    await expect(page.get_by_test_id("end-webhook-dialog")).to_contain_text("ends as failed")
    await page.get_by_test_id("confirm-end-webhook").click()
    await expect(row).to_contain_text("Disabled")
    await expect(row.get_by_test_id("test-webhook")).to_have_count(0)
    assert await faults_of(page) == []
    await row.get_by_test_id("toggle-webhook").click()
    await expect(row).to_contain_text("Active")

    await row.get_by_test_id("delete-webhook").click()
    await page.get_by_test_id("cancel-end-webhook").click()
    await expect(row).to_have_count(1)
    await row.get_by_test_id("delete-webhook").click()
    await page.get_by_test_id("confirm-end-webhook").click()
    await expect(row).to_have_count(0)
    assert (await system.get("/api/webhooks"))["items"] == []


async def test_an_upload_beyond_the_quota_says_what_is_used_and_what_to_do(page: Page) -> None:
    await open_as(page, ADMIN)
    large = {"name": "large.mp4", "mimeType": "video/mp4", "buffer": b"x" * 200_000}
    await page.locator("input[type=file]").first.set_input_files(large)
    failed = page.get_by_test_id("upload")
    await expect(failed).to_have_attribute("data-status", "failed")
    await expect(failed).to_contain_text("Videos may take 10.0 kB and take 0 bytes")
    await expect(failed).to_contain_text("Delete videos")
