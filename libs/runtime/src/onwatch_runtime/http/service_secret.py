"""Refuses requests that do not come from a service of this installation."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from onwatch_contracts.accounts import SERVICE_HEADER
from onwatch_runtime.http.problems import ProblemError, to_response


class NotAService(ProblemError):
    status = 403
    code = "not_a_service"
    title = "Not a service"

    def __init__(self) -> None:
        super().__init__("Only services of this installation are answered here.")


class _ServicesOnly:
    def __init__(self, app: ASGIApp, secrets: Sequence[bytes]) -> None:
        self._app = app
        self._secrets = secrets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            sent = Headers(scope=scope).get(SERVICE_HEADER, "").encode()
            if not any(hmac.compare_digest(sent, secret) for secret in self._secrets):
                await to_response(NotAService(), scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)


def services_only(app: ASGIApp, secret: SecretStr | None, previous: SecretStr | None = None) -> ASGIApp:
    """The app for requests with the secret of the services, or the one before it, alone; without a secret, for all."""
    if secret is None:
        return app
    return _ServicesOnly(app, [accepted.get_secret_value().encode() for accepted in (secret, previous) if accepted])


def service_headers(secret: SecretStr | None) -> dict[str, str]:
    """What a service adds to its requests to another one."""
    return {SERVICE_HEADER: secret.get_secret_value()} if secret else {}
