"""Decides on every request before anything else sees it: who sends it, and whether that may be done."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onwatch_contracts.accounts import (
    ADDRESS_HEADER,
    EVERYBODY,
    IDENTITY_HEADER,
    SERVICE_HEADER,
    AuditRecord,
    Identity,
    PresentedKey,
)
from onwatch_contracts.folders import NO_FOLDER
from onwatch_contracts.values import is_video_id
from onwatch_gateway.access.audit import AuditReporter
from onwatch_gateway.access.errors import (
    AccountsUnavailable,
    FolderNeeded,
    FolderNotVisible,
    NotAllowed,
    NotLoggedIn,
    NotVisible,
)
from onwatch_gateway.access.folders import RecentFolders
from onwatch_gateway.access.identities import RecentIdentities, presented_key
from onwatch_gateway.access.rights import Reach, Requested, is_message_allowed, requested
from onwatch_gateway.errors import refuse
from onwatch_runtime.errors import ServiceUnavailable
from onwatch_runtime.http import ProblemError

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TRUSTED_HEADERS = frozenset(name.encode() for name in (IDENTITY_HEADER, ADDRESS_HEADER, SERVICE_HEADER))
"""Services believe them: those of a client are dropped."""
SENDER = "onwatch.sender"
"""The key of the scope with the `Sender`."""
MAX_LOGGED_PATH_CHARS = 300


@dataclass(frozen=True)
class Sender:
    """Who sends a request, and with which key; None: by none, since logins are switched off."""

    identity: Identity
    key: PresentedKey | None = None

    def may_send(self, kind: str, video_id: str, folder_of_video: str | None = None) -> bool:
        """Whether this message of the channel is allowed."""
        return is_message_allowed(self.identity, kind, video_id, folder_of_video)


def sender_of(scope: Scope) -> Sender:
    """Who sends a request that the guard has let pass."""
    sender: Sender = scope[SENDER]
    return sender


@dataclass(frozen=True)
class Guard:
    """Middleware around everything that the gateway serves. Without `identities` logins are off: all is allowed."""

    app: ASGIApp
    identities: RecentIdentities | None
    folders: RecentFolders
    audit: AuditReporter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.identities is None:
            await self.app(_told(scope, Sender(EVERYBODY)), receive, send)
            return
        wanted = requested(scope.get("method", "GET"), scope["path"], scope.get("query_string", b""))
        key, identity = presented_key(Headers(scope=scope)), None
        try:
            identity = await self._identity(self.identities, key, wanted)
            _check(wanted, identity, await self._folder(wanted, identity))
        except ProblemError as refusal:
            await refuse(refusal, scope, receive, self._reporting(send, scope, wanted, identity))
            return
        sender = None if identity is None else Sender(identity, key)
        await self.app(_told(scope, sender), receive, self._reporting(send, scope, wanted, identity))
        if key is not None and wanted.right.path.startswith("/api/session"):
            self.identities.forget(key)

    async def _identity(
        self, identities: RecentIdentities, key: PresentedKey | None, wanted: Requested
    ) -> Identity | None:
        """None for a stranger. What strangers may do does not depend on the catalog, unless it is about the session."""
        is_public = wanted.right.role is None
        if key is None or (is_public and not wanted.right.path.startswith("/api/")):
            return None
        try:
            return await identities.of(key)
        except ServiceUnavailable as error:
            log.warning("a request was refused: %s", error)
            raise AccountsUnavailable from error

    async def _folder(self, wanted: Requested, identity: Identity | None) -> str | None:
        """Of the video, if it decides whether the sender may see it."""
        try:
            return await self.folders.deciding(identity, wanted.video_id)
        except ServiceUnavailable as error:
            log.warning("a request was refused: %s", error)
            raise AccountsUnavailable from error

    def _reporting(self, send: Send, scope: Scope, wanted: Requested, identity: Identity | None) -> Send:
        """Sends, and reports an action just before its answer. The catalog itself reports logins, of whom it knows."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or identity is None:
            return send

        async def report_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self.audit.report(_record(scope, wanted, identity, message))
            await send(message)

        return report_and_send


def _check(wanted: Requested, identity: Identity | None, folder_of_video: str | None) -> None:
    """Raise the refusal of a request that is not allowed."""
    if wanted.is_allowed_to(identity) and wanted.is_visible_to(identity, folder_of_video):
        return
    if identity is None:
        raise NotLoggedIn
    if wanted.video_id is not None and not identity.may_see(wanted.video_id, folder_of_video):
        raise NotVisible(wanted.video_id[:64])
    if wanted.right.reach is Reach.FOLDER and wanted.is_allowed_to(identity):
        raise _folder_refusal(wanted)
    raise NotAllowed(wanted.right.action, wanted.right.role, identity)


def _folder_refusal(wanted: Requested) -> ProblemError:
    if wanted.folder_id in (None, NO_FOLDER):
        return FolderNeeded(wanted.right.action)
    return FolderNotVisible(str(wanted.folder_id)[:64])


def _told(scope: Scope, sender: Sender | None) -> Scope:
    """The request as services get it: with who sends it, in place of what the client claims."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in TRUSTED_HEADERS]
    address = scope["client"][0] if scope.get("client") else "unknown"
    headers.append((ADDRESS_HEADER.encode(), address.encode()))
    if sender is not None:
        headers.append((IDENTITY_HEADER.encode(), _ascii_json(sender.identity)))
    return {**scope, "headers": headers, SENDER: sender}


def _ascii_json(identity: Identity) -> bytes:
    """JSON of ASCII characters alone: names may have any."""
    text = identity.model_dump_json()
    return "".join(char if char.isascii() else _escaped(char) for char in text).encode()


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def _record(scope: Scope, wanted: Requested, identity: Identity, answer: Message) -> AuditRecord:
    location = dict(answer.get("headers", ())).get(b"location", b"").decode("latin-1")
    created = location.removeprefix("/api/videos/") if location.startswith("/api/videos/") else None
    video_id = wanted.video_id or created
    return AuditRecord(
        name=identity.name,
        role=identity.role,
        kind=identity.kind,
        action=wanted.right.action,
        target=f"{scope['method']} {quote(scope['path'])[:MAX_LOGGED_PATH_CHARS]}",
        video_id=video_id if video_id and is_video_id(video_id) else None,
        status=answer["status"],
        address=str(scope["client"][0])[:64] if scope.get("client") else "unknown",
    )
