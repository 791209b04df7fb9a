"""Sends one delivery: signed after https://www.standardwebhooks.com, to an allowed address."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

from httpcore import AsyncConnectionPool, NetworkError, ProtocolError, TimeoutException, default_ssl_context
from standardwebhooks import Webhook

from onwatch_catalog.network import CheckedBackend, Resolve, TargetRefused
from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_catalog.webhooks.records import ClaimedDelivery, Outcome
from onwatch_runtime.clock import Clock

log = logging.getLogger(__name__)

USER_AGENT = "Onwatch-Webhooks/1"
MAX_PROBLEM_CHARS = 300


class Sender:
    """Each delivery has a connection of its own. Redirections are not followed, and no proxy is used."""

    def __init__(self, targets: WebhookTargets, resolve: Resolve, clock: Clock) -> None:
        self._backend = CheckedBackend(targets, resolve)
        self._clock = clock

    async def send(self, delivery: ClaimedDelivery) -> Outcome:
        """Without a limit of time: the caller has one."""
        try:
            status = await self._post(delivery)
        except TargetRefused as error:
            return Outcome(None, str(error))
        except socket.gaierror as error:
            return Outcome(None, f"The host is not found: {error.strerror}")
        except (NetworkError, ProtocolError, TimeoutException, OSError, UnicodeError) as error:
            return Outcome(None, f"The connection failed: {error or type(error).__name__}"[:MAX_PROBLEM_CHARS])
        except Exception:  # else it would be tried for ever
            log.exception("the delivery %s could not be sent", delivery.id)
            return Outcome(None, "It could not be sent; the log of the catalog says why")
        return Outcome(status, _problem_of(status))

    async def _post(self, delivery: ClaimedDelivery) -> int:
        now = self._clock.now()
        headers: dict[bytes | str, bytes | str] = {
            "host": urlsplit(delivery.url).netloc,  # httpcore would leave out the brackets of IPv6
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            # One signature for each secret: a receiver accepts a delivery of which it can verify any.
            "webhook-signature": " ".join(
                Webhook(secret).sign(delivery.id, now, delivery.body) for secret in delivery.secrets_at(now)
            ),
        }
        context = await asyncio.to_thread(_tls_context)
        async with (
            AsyncConnectionPool(context, network_backend=self._backend) as pool,
            # Nothing of the body of the answer is read: the status says all.
            pool.stream("POST", delivery.url, headers=headers, content=delivery.body.encode()) as response,
        ):
            return response.status


@cache
def _tls_context() -> ssl.SSLContext:
    """Read once: it takes 50 ms."""
    return default_ssl_context()


def _problem_of(status: int) -> str | None:
    match status // 100:
        case 2:
            return None
        case 3:
            return f"The answer was {_named(status)}; redirections are not followed"
        case _:
            return f"The answer was {_named(status)}"


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
