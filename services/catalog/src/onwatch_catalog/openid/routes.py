"""The HTTP API of logins by the provider."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from onwatch_catalog.accounts import FromAddress, LoginLog, is_behind_tls, opened_session
from onwatch_catalog.openid import errors
from onwatch_catalog.openid.logins import ProviderLogins
from onwatch_catalog.openid.pending import LIFETIME
from onwatch_contracts.accounts import LoginMethods, ProviderAnswer, ProviderLogin, Session
from onwatch_runtime.http import documented

ANSWER_PATH = "/api/session/provider/answer"
PAGE_OF_ANSWER = "/login"
"""The page that the provider comes back to; it hands over what is in its address."""
COOKIE, SECURE_COOKIE = "onwatch-login", "__Host-onwatch-login"

BEGINNING = (errors.NoProvider, errors.ProviderUnavailable, errors.UnusableProvider)
REFUSALS = (
    errors.LoginNotBegun,
    errors.LoginExpired,
    errors.ProviderRefused,
    errors.IdTokenRefused,
    errors.NoName,
    errors.NoRole,
    errors.NoAccount,
    errors.NameOfAnother,
    errors.AccountDisabled,
)


def add_provider_logins(
    app: FastAPI, logins: ProviderLogins | None, log: LoginLog, *, has_passwords: bool, public_url: str | None
) -> None:
    """Without `logins` there is no provider. `public_url`: of this installation; None: as the request says."""

    @app.get("/api/session/methods")
    async def list_login_methods() -> LoginMethods:
        """How somebody may log in."""
        return LoginMethods(has_passwords=has_passwords, provider=None if logins is None else logins.name)

    @app.post("/api/session/provider", responses=documented(*BEGINNING))
    async def begin_provider_login(request: Request, response: Response) -> ProviderLogin:
        """Begin a login by the provider: the browser goes on at the `url`, and comes back to `/login`."""
        if logins is None:
            raise errors.NoProvider
        url, cookie = await logins.begin((public_url or _address(request)) + PAGE_OF_ANSWER)
        response.headers["cache-control"] = "no-store"
        response.set_cookie(
            _cookie_name(request),
            cookie,
            max_age=int(LIFETIME.total_seconds()),
            path="/",
            secure=is_behind_tls(request),
            httponly=True,
            samesite="strict",  # the page sends it, which the provider has come back to
        )
        return ProviderLogin(url=url)

    @app.post(ANSWER_PATH, responses=documented(*BEGINNING, *REFUSALS))
    async def finish_provider_login(
        answer: ProviderAnswer, request: Request, response: Response, from_address: FromAddress
    ) -> Session:
        """Log in with the answer of the provider, in the browser that began the login; sets the session's cookie."""
        if logins is None:
            raise errors.NoProvider
        finishing = logins.finish(answer, request.cookies.get(_cookie_name(request)))
        opened = await log.recorded(finishing, f"log in by {logins.name}", "unknown", from_address)
        response.delete_cookie(_cookie_name(request), path="/", secure=is_behind_tls(request), httponly=True)
        return opened_session(request, response, opened).model_copy(update={"provider": logins.name})


def _cookie_name(request: Request) -> str:
    return SECURE_COOKIE if is_behind_tls(request) else COOKIE


def _address(request: Request) -> str:
    """Of this installation, as the gateway says: it answers for its own hosts only."""
    host = request.headers.get("x-forwarded-host") or request.headers.get("host", "")
    return f"{'https' if is_behind_tls(request) else 'http'}://{host}"
