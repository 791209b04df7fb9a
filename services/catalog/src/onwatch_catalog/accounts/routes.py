"""The HTTP API of sessions, accounts, tokens, links and the audit log. The gateway decides who may call what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from onwatch_catalog.accounts import errors
from onwatch_catalog.accounts.administration import Administration
from onwatch_catalog.accounts.cookies import (
    NO_STORE,
    cookie_name,
    is_behind_tls,
    opened_session,
    session_of,
    set_cookie,
)
from onwatch_catalog.accounts.login_log import LoginLog
from onwatch_catalog.accounts.sessions import Sessions
from onwatch_catalog.accounts.store import AccountStore
from onwatch_contracts.accounts import (
    ADDRESS_HEADER,
    IDENTITY_HEADER,
    AddedLink,
    AddedToken,
    AuditPage,
    AuditRecord,
    CodeLogin,
    Identities,
    Identity,
    KeyIds,
    KeyKind,
    LinkList,
    Login,
    NewLink,
    NewToken,
    NewUser,
    PasswordChange,
    PresentedKeys,
    Session,
    TokenList,
    User,
    UserList,
    UserPatch,
)
from onwatch_runtime.http import InvalidRequest, documented

AUDIT_PAGE = 100
LARGEST_AUDIT_PAGE = 1000
JSON_LINES = "application/x-ndjson"
AUDIT_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "One entry of the log a line", "content": {JSON_LINES: {"schema": {"type": "string"}}}}
}


def optional_sender(
    header: Annotated[str | None, Header(alias=IDENTITY_HEADER, include_in_schema=False)] = None,
) -> Identity | None:
    """Who sends the request; None: a stranger, or another service. Raises `NotLoggedIn` for what is no identity."""
    try:
        return None if header is None else Identity.model_validate_json(header)
    except ValidationError as error:
        raise errors.NotLoggedIn from error


OptionalSender = Annotated[Identity | None, Depends(optional_sender)]


def sender(identity: OptionalSender) -> Identity:
    """Who sends the request. Raises `NotLoggedIn`, and `LoginsOff` while nobody is told from anybody."""
    if identity is None:
        raise errors.NotLoggedIn
    if identity.kind is None:
        raise errors.LoginsOff
    return identity


def address(header: Annotated[str, Header(alias=ADDRESS_HEADER, include_in_schema=False)] = "unknown") -> str:
    return header[:64]


Sender = Annotated[Identity, Depends(sender)]
FromAddress = Annotated[str, Depends(address)]
OF_SENDER = (errors.NotLoggedIn, errors.LoginsOff)


def add_accounts(app: FastAPI, sessions: Sessions, administration: Administration, store: AccountStore) -> None:
    _add_sessions(app, sessions, store)
    _add_own_password(app, sessions)
    _add_users(app, administration)
    _add_tokens(app, administration)
    _add_links(app, administration)
    _add_audit(app, store)
    _add_internal(app, sessions, store)


def _add_sessions(app: FastAPI, sessions: Sessions, store: AccountStore) -> None:
    logins = LoginLog(store, sessions.clock)

    @app.get("/api/session")
    async def get_session(request: Request, response: Response, identity: OptionalSender) -> Session:
        """Who is logged in. It also replaces the session's cookie from time to time: call it now and then."""
        response.headers.update(NO_STORE)
        if identity is None:
            return Session(is_login_required=True, name=None, role=None, kind=None)
        secret = request.cookies.get(cookie_name(request))
        if secret and identity.kind in (KeyKind.SESSION, KeyKind.LINK):
            renewed = await sessions.renewed(secret)
            if renewed is not None:
                set_cookie(request, response, *renewed)
        provider = await store.provider_of(identity.user_id) if identity.user_id else None
        return session_of(identity).model_copy(update={"provider": provider})

    @app.post("/api/session", responses=documented(errors.LoginRefused, errors.PasswordsOff, errors.TooManyGuesses))
    async def log_in(login: Login, request: Request, response: Response, from_address: FromAddress) -> Session:
        """Log in with name and password; the answer sets the session's cookie."""
        opening = sessions.log_in(login.name, login.password, from_address)
        return opened_session(request, response, await logins.recorded(opening, "log in", login.name, from_address))

    @app.post("/api/session/code", responses=documented(errors.CodeRefused))
    async def enter(
        login: CodeLogin, request: Request, response: Response, identity: OptionalSender, from_address: FromAddress
    ) -> Session:
        """Log in with the code of a one-time or a shared link: what is after the `#` of its address.

        Who is logged in and may see the video of a shared link stays who they are.
        """
        if identity and (page := await sessions.linked_page(login.code, identity)):
            return session_of(identity, page)
        opening = sessions.enter(login.code)
        return opened_session(
            request, response, await logins.recorded(opening, "log in by a link", "unknown", from_address)
        )

    @app.delete("/api/session", status_code=204, responses=documented(*OF_SENDER))
    async def log_out(request: Request, response: Response, who: Sender) -> None:
        if who.key_id is not None:
            await sessions.end(who.key_id)
        # With the attributes it was set with: browsers ignore a __Host- cookie without Secure, even one to delete it.
        response.delete_cookie(
            cookie_name(request), path="/", secure=is_behind_tls(request), httponly=True, samesite="strict"
        )


def _add_own_password(app: FastAPI, sessions: Sessions) -> None:
    @app.put(
        "/api/session/password",
        status_code=204,
        responses=documented(
            *OF_SENDER,
            errors.WrongPassword,
            errors.TooManyGuesses,
            errors.KeyNotFound,
            errors.UserNotFound,
            errors.OfAProvider,
        ),
    )
    async def change_password(change: PasswordChange, who: Sender, from_address: FromAddress) -> None:
        """Change one's own password, and end all other sessions."""
        await sessions.change_password(who, change.current_password, change.new_password, from_address)


def _add_users(app: FastAPI, administration: Administration) -> None:
    @app.get("/api/users")
    async def list_users() -> UserList:
        return await administration.users()

    @app.post("/api/users", status_code=201, responses=documented(*OF_SENDER, errors.UserNameTaken, InvalidRequest))
    async def add_user(new: NewUser, _: Sender) -> User:
        return await administration.add_user(new)

    changing = documented(*OF_SENDER, errors.UserNotFound, errors.LastAdministrator)
    editing = documented(*OF_SENDER, errors.UserNotFound, errors.LastAdministrator, errors.OfAProvider)

    @app.patch("/api/users/{user_id}", responses=editing)
    async def edit_user(user_id: str, patch: UserPatch, who: Sender) -> User:
        return await administration.change_user(user_id, patch, who.key_id)

    @app.delete("/api/users/{user_id}", status_code=204, responses=changing)
    async def delete_user(user_id: str, _: Sender) -> None:
        """Delete the account with its sessions, tokens and links."""
        await administration.remove_user(user_id)


def _add_tokens(app: FastAPI, administration: Administration) -> None:
    @app.get("/api/tokens")
    async def list_tokens() -> TokenList:
        return await administration.tokens()

    @app.post("/api/tokens", status_code=201, responses=documented(*OF_SENDER, errors.UserNotFound, InvalidRequest))
    async def add_token(new: NewToken, who: Sender) -> AddedToken:
        """A token of a program, which acts for this account with the rights of the token."""
        return await administration.add_token(who, new)

    @app.delete("/api/tokens/{token_id}", status_code=204, responses=documented(*OF_SENDER, errors.KeyNotFound))
    async def revoke_token(token_id: str, _: Sender) -> None:
        await administration.remove_token(token_id)


def _add_links(app: FastAPI, administration: Administration) -> None:
    @app.get("/api/links", responses=documented(*OF_SENDER))
    async def list_links(who: Sender) -> LinkList:
        return await administration.links(who)

    @app.post("/api/links", status_code=201, responses=documented(*OF_SENDER, errors.UserNotFound, InvalidRequest))
    async def share_video(new: NewLink, who: Sender) -> AddedLink:
        """Share a video, or a moment of it, or a folder, to read only."""
        return await administration.add_link(who, new)

    @app.delete("/api/links/{link_id}", status_code=204, responses=documented(*OF_SENDER, errors.KeyNotFound))
    async def revoke_link(link_id: str, who: Sender) -> None:
        """Also ends the sessions that it opened."""
        await administration.remove_link(link_id, who)


def _add_audit(app: FastAPI, store: AccountStore) -> None:
    @app.get("/api/audit", responses=documented(InvalidRequest))
    async def list_audit(
        limit: Annotated[int, Query(ge=1, le=LARGEST_AUDIT_PAGE)] = AUDIT_PAGE,
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    ) -> AuditPage:
        """Newest first. `before=<next_before>` requests the next page."""
        items = tuple(await store.audit_entries(limit, before))
        return AuditPage(items=items, next_before=items[-1].id if len(items) == limit else None)

    @app.get("/api/audit.jsonl", response_class=StreamingResponse, responses=AUDIT_FILE)
    async def export_audit() -> StreamingResponse:
        """The whole log as JSON lines, newest first."""
        disposition = {"content-disposition": 'attachment; filename="onwatch-audit.jsonl"'}
        return StreamingResponse(_lines(store), media_type=JSON_LINES, headers=disposition)


async def _lines(store: AccountStore) -> AsyncIterator[str]:
    before: int | None = None
    while entries := await store.audit_entries(LARGEST_AUDIT_PAGE, before):
        for entry in entries:
            yield entry.model_dump_json() + "\n"
        before = entries[-1].id


def _add_internal(app: FastAPI, sessions: Sessions, store: AccountStore) -> None:
    @app.post("/internal/identities", include_in_schema=False)
    async def identify(presented: PresentedKeys) -> Identities:
        return Identities(items=await sessions.identify(presented.keys))

    @app.post("/internal/identities/current", include_in_schema=False)
    async def identify_current(presented: KeyIds) -> Identities:
        return Identities(items=await sessions.current(presented.key_ids))

    @app.post("/internal/audit", status_code=204, include_in_schema=False)
    async def append_audit(record: AuditRecord) -> None:
        await store.append_audit(record, sessions.clock.now())
