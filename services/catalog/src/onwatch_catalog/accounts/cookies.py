"""The cookie of a session, and what is answered to whoever has logged in."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request, Response

from onwatch_catalog.accounts.sessions import Opened
from onwatch_contracts.accounts import SECURE_SESSION_COOKIE, SESSION_COOKIE, Identity, Session

NO_STORE = {"cache-control": "no-store"}


def opened_session(request: Request, response: Response, opened: Opened) -> Session:
    """Sets the cookie."""
    set_cookie(request, response, opened.secret, opened.expires_at)
    response.headers.update(NO_STORE)
    return session_of(opened.identity, opened.opens)


def session_of(identity: Identity, opens: str | None = None) -> Session:
    return Session(
        is_login_required=identity.kind is not None,
        name=identity.name,
        role=identity.role,
        kind=identity.kind,
        video_ids=identity.video_ids,
        folder_ids=identity.folder_ids,
        opens=opens,
    )


def is_behind_tls(request: Request) -> bool:
    return request.headers.get("x-forwarded-proto", request.url.scheme).split(",")[0].strip() == "https"


def cookie_name(request: Request) -> str:
    return SECURE_SESSION_COOKIE if is_behind_tls(request) else SESSION_COOKIE


def set_cookie(request: Request, response: Response, secret: str, expires_at: datetime) -> None:
    response.set_cookie(
        cookie_name(request),
        secret,
        expires=expires_at.astimezone(UTC),
        path="/",
        secure=is_behind_tls(request),
        httponly=True,
        samesite="strict",  # no page of another site sends it, not even by a link: the page itself needs no login
    )
