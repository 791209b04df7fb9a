from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_catalog.webhooks.records import ClaimedDelivery, Outcome, new_secret
from onwatch_catalog.webhooks.sender import Sender
from onwatch_runtime.clock import SystemClock
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.servers.ports import free_port

SECRET = "whsec_" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
THIS_MACHINE = WebhookTargets.of(("127.0.0.1",))


def delivery(url: str) -> ClaimedDelivery:
    return ClaimedDelivery(1, "c", 1, "id-1", '{"type":"ping","name":"Straße"}', url, SECRET)


@pytest.fixture
def sender(resolver: Any) -> Sender:
    return Sender(THIS_MACHINE, resolver.resolve, FakeClock())


async def test_the_signature_is_that_of_the_specification(sender: Sender, receiver: Any) -> None:
    assert await sender.send(delivery(receiver.url)) == Outcome(204, None)
    received = await receiver.next()
    assert received.path == "/hook?a=1"
    assert received.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "content-type": "application/json",
        "content-length": str(len(received.body.encode())),
        "user-agent": "Onwatch-Webhooks/1",
        "webhook-id": "id-1",
        "webhook-timestamp": "1767225600",
        "webhook-signature": received.headers["webhook-signature"],
    }
    assert received.is_signed_with(SECRET)


async def test_the_library_of_receivers_verifies_it(resolver: Any, receiver: Any) -> None:
    secret = new_secret()
    signed = replace(delivery(receiver.url), secret=secret)
    await Sender(THIS_MACHINE, resolver.resolve, SystemClock()).send(signed)
    received = await receiver.next()
    assert Webhook(secret).verify(received.body, received.headers) == json.loads(signed.body)


async def test_during_a_replacement_receivers_verify_it_with_either_secret(resolver: Any, receiver: Any) -> None:
    old, new = new_secret(), new_secret()
    until = SystemClock().now() + timedelta(hours=1)
    signed = replace(delivery(receiver.url), secret=new, previous_secret=old, previous_secret_until=until)
    await Sender(THIS_MACHINE, resolver.resolve, SystemClock()).send(signed)
    received = await receiver.next()
    for secret in (old, new):
        assert Webhook(secret).verify(received.body, received.headers) == json.loads(signed.body)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(received.body, received.headers)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (200, None),
        (299, None),
        (307, "The answer was 307 Temporary Redirect; redirections are not followed"),
        (404, "The answer was 404 Not Found"),
        (599, "The answer was 599"),
    ],
)
async def test_a_status_of_success_is_a_delivery(
    sender: Sender, receiver: Any, status: int, problem: str | None
) -> None:
    receiver.statuses = [status]
    assert await sender.send(delivery(receiver.url)) == Outcome(status, problem)


async def test_a_host_whose_address_is_not_public_is_refused_at_each_attempt(resolver: Any, receiver: Any) -> None:
    """`localhost` is a name: only its look-up tells."""
    sender = Sender(WebhookTargets(), resolver.resolve, FakeClock())
    outcome = await sender.send(delivery(f"http://localhost:{receiver.port}/"))
    assert outcome.response_status is None
    assert outcome.problem is not None
    assert outcome.problem.startswith("localhost: ")
    assert "127.0.0.1" in outcome.problem
    assert outcome.problem.endswith(" is not public, and ONWATCH_CATALOG_WEBHOOK_TARGETS does not allow it")
    assert receiver.received == []


async def test_an_allowed_host_may_have_any_address(resolver: Any, receiver: Any) -> None:
    sender = Sender(WebhookTargets.of(("localhost",)), resolver.resolve, FakeClock())
    assert await sender.send(delivery(f"http://localhost:{receiver.port}/")) == Outcome(204, None)
    assert (await receiver.next()).headers["host"] == f"localhost:{receiver.port}"


async def test_a_name_is_looked_up_once_for_each_attempt_and_the_checked_address_is_used(receiver: Any) -> None:
    answers = ["127.0.0.1", "10.0.0.1"]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return (answers.pop(0),)

    sender = Sender(THIS_MACHINE, rebinding, FakeClock())
    url = f"http://a.example:{receiver.port}/"
    assert await sender.send(delivery(url)) == Outcome(204, None)
    assert answers == ["10.0.0.1"]
    assert (await receiver.next()).headers["host"] == f"a.example:{receiver.port}"
    refused = await sender.send(delivery(url))
    assert refused.problem is not None
    assert refused.problem.startswith("a.example: 10.0.0.1 is not public")


async def test_an_address_of_ipv6_is_named_in_brackets(receiver: Any) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        assert host == "::1"
        return ("127.0.0.1",)

    sender = Sender(THIS_MACHINE, resolve, FakeClock())
    assert await sender.send(delivery(f"http://[::1]:{receiver.port}/")) == Outcome(204, None)
    assert (await receiver.next()).headers["host"] == f"[::1]:{receiver.port}"


async def test_a_proxy_of_the_environment_is_not_used(
    sender: Sender, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert await sender.send(delivery(receiver.url)) == Outcome(204, None)


async def test_a_failed_connection_is_a_problem_in_words(sender: Sender) -> None:
    outcome = await sender.send(delivery(f"http://127.0.0.1:{free_port()}/"))
    assert outcome.problem is not None
    assert outcome.problem.startswith("The connection failed: ")


async def test_an_unknown_host_is_a_problem_in_words(sender: Sender) -> None:
    outcome = await sender.send(delivery("http://no-such-host.invalid/"))
    assert outcome.problem is not None
    assert outcome.problem.startswith("The host is not found: ")


async def test_whatever_else_happens_is_a_failed_attempt(sender: Sender, receiver: Any) -> None:
    outcome = await sender.send(replace(delivery(receiver.url), secret="whsec_"))
    assert outcome == Outcome(None, "It could not be sent; the log of the catalog says why")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_answer_that_is_no_http_is_a_problem_in_words(scheme: str) -> None:
    """For TLS, the name of the host is sent and has to be proven, not the address that it was found at."""
    hello = asyncio.Queue[bytes]()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.put_nowait(await reader.read(4096))
        writer.write(b"SSH-2.0\r\n\r\n")
        writer.close()

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ("127.0.0.1",)

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outcome = await Sender(THIS_MACHINE, resolve, FakeClock()).send(delivery(f"{scheme}://a.example:{port}/"))
    assert outcome.problem is not None
    assert outcome.problem.startswith("The connection failed: ")
    assert b"a.example" in hello.get_nowait()
