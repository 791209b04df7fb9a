from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx
import pytest
from pydantic import SecretStr
from starlette.responses import PlainTextResponse

from onwatch_runtime.http import service_headers, services_only

SECRET = SecretStr("of all services")


NEW = SecretStr("of all services from now on")


async def answer(
    secret: SecretStr | None, headers: dict[str, str], previous: SecretStr | None = None
) -> httpx.Response:
    app = services_only(PlainTextResponse("inside"), secret, previous)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        return await http.get("/internal/claim", headers=headers)


@pytest.mark.parametrize("headers", [{}, {"onwatch-service": "a guess"}, {"onwatch-service": ""}])
async def test_who_does_not_know_the_secret_is_refused(headers: dict[str, str]) -> None:
    refused = await answer(SECRET, headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_a_service")


async def test_a_service_of_the_installation_is_answered() -> None:
    assert (await answer(SECRET, service_headers(SECRET))).text == "inside"


async def test_without_a_secret_all_are_answered() -> None:
    assert service_headers(None) == {}
    assert (await answer(None, {})).text == "inside"


async def test_while_the_secret_is_changed_both_are_answered_and_no_other() -> None:
    for known in (SECRET, NEW):
        assert (await answer(NEW, service_headers(known), SECRET)).text == "inside"
    assert (await answer(NEW, service_headers(SecretStr("a guess")), SECRET)).status_code == 403
    assert (await answer(NEW, {}, SECRET)).status_code == 403


async def test_afterwards_the_previous_secret_is_refused() -> None:
    assert (await answer(NEW, service_headers(SECRET))).status_code == 403


@dataclass
class Process:
    """A running service with the secrets in its environment."""

    secret: SecretStr
    previous: SecretStr | None = None


async def test_the_secret_is_changed_one_process_at_a_time_while_requests_go_on() -> None:
    """The order of docs/deploy.md. Each sender asks each receiver all the time, so before and after each restart."""
    receivers, senders = [Process(SECRET), Process(SECRET)], [Process(SECRET), Process(SECRET)]
    statuses: list[int] = []
    rounds = asyncio.Condition()
    stop = asyncio.Event()

    async def ask_all() -> None:
        while not stop.is_set():
            for sender in senders:
                for receiver in receivers:
                    headers = service_headers(sender.secret)
                    statuses.append((await answer(receiver.secret, headers, receiver.previous)).status_code)
            async with rounds:
                rounds.notify_all()
            await asyncio.sleep(0)  # an app in this process answers without ever waiting

    async def restart(process: Process, secret: SecretStr, previous: SecretStr | None = None) -> None:
        process.secret, process.previous = secret, previous
        for _ in range(2):  # a round that began before, and a whole one after
            async with asyncio.timeout(60), rounds:
                await rounds.wait()

    asking = asyncio.create_task(ask_all())
    for receiver in receivers:
        await restart(receiver, NEW, SECRET)
    for sender in senders:
        await restart(sender, NEW)
    for receiver in receivers:
        await restart(receiver, NEW)
    stop.set()
    await asking
    assert set(statuses) == {200}
    assert (await answer(receivers[0].secret, service_headers(SECRET), receivers[0].previous)).status_code == 403
