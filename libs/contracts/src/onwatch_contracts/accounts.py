"""The HTTP models of accounts, sessions, tokens, shared links and the audit log, and who sends a request."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from onwatch_contracts.folders import FolderId
from onwatch_contracts.values import Count, Seconds, Timestamp, Value, VideoId

IDENTITY_HEADER = "onwatch-identity"
"""From the gateway to the services: who sends the request, as JSON of an `Identity`."""
ADDRESS_HEADER = "onwatch-address"
"""From the gateway to the services: the address that the request came from."""
SERVICE_HEADER = "onwatch-service"
"""Between services: the secret that they share."""
SESSION_COOKIE = "onwatch"
SECURE_SESSION_COOKIE = "__Host-onwatch"
"""Behind TLS: browsers take it from this host alone."""
MIN_PASSWORD_CHARS = 10
MAX_VIDEOS = 200
"""To which an account, a token or a link can be limited."""
MAX_FOLDERS = 50


def _without_outer_spaces(name: str) -> str:
    """After the length is checked, which is that of the API description: of the name as it was sent."""
    if not (stripped := name.strip()):
        raise ValueError("a name needs a character that is no space")
    return stripped


AccountName = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_without_outer_spaces)]
Password = Annotated[str, StringConstraints(min_length=MIN_PASSWORD_CHARS, max_length=1024)]
GuessedPassword = Annotated[str, StringConstraints(max_length=1024)]
ProviderText = Annotated[str, StringConstraints(max_length=4096)]
VideoIds = Annotated[tuple[VideoId, ...], Field(max_length=MAX_VIDEOS)] | None
"""Nothing but these videos, and those in `folder_ids`; null: all videos."""
OfProvider = Annotated[str | None, Field(exclude_if=lambda name: name is None)]
"""The name of the OpenID Connect provider that an account is of; not there for an account with a password here."""
FolderIds = Annotated[tuple[FolderId, ...], Field(max_length=MAX_FOLDERS, exclude_if=lambda ids: not ids)]
"""Also the videos that are in these folders now. Left out of answers while there are none."""


class Role(StrEnum):
    """What somebody may do; each role may do everything that the one before it may."""

    VIEWER = "viewer"
    """Watch and read."""
    OPERATOR = "operator"
    """Upload, draw zones and gates, start, analyse, export, share."""
    ADMINISTRATOR = "administrator"
    """Delete; accounts, tokens and the audit log."""

    @property
    def rank(self) -> int:
        return tuple(Role).index(self)


class KeyKind(StrEnum):
    """What proves who somebody is."""

    SESSION = "session"
    """A browser's cookie, after a login."""
    TOKEN = "token"  # noqa: S105 a kind of key, no secret
    """Of a program."""
    LINK = "link"
    """Opens a session that may only read; may be used until it expires."""
    LOGIN = "login"
    """Opens a session of its account, once."""


class Identity(Value):
    """Who sends a request."""

    name: str
    role: Role
    kind: KeyKind | None
    """Null: logins are switched off, and everybody is an administrator."""
    key_id: str | None = None
    user_id: str | None = None
    video_ids: Annotated[tuple[VideoId, ...], Field(max_length=2 * MAX_VIDEOS)] | None = None
    """Null: all videos. With folders it is never null, so that who does not know folders sees less, not more.

    Of an account and its token, with up to `MAX_VIDEOS` each: those of the one that the other's folders allow, too.
    """
    folder_ids: FolderIds = ()

    def may_see(self, video_id: str, folder_id: str | None = None) -> bool:
        """`folder_id`: where the video is now; needed only if `depends_on_folder`."""
        return self.video_ids is None or video_id in self.video_ids or folder_id in self.folder_ids

    def depends_on_folder(self, video_id: str) -> bool:
        """Whether the folder decides if the video may be seen."""
        return bool(self.folder_ids) and not self.may_see(video_id)

    def may_see_folder(self, folder_id: str | None) -> bool:
        """Also, whether videos may be put there and taken from there; None: those that are in no folder."""
        return self.video_ids is None or folder_id in self.folder_ids


EVERYBODY = Identity(name="everybody", role=Role.ADMINISTRATOR, kind=None)
"""Of every request while logins are switched off."""

# --- between gateway and catalog -----------------------------------------------------------------


class PresentedKey(Value):
    """What a request presents."""

    secret: Annotated[str, StringConstraints(max_length=200)] = Field(repr=False)
    kind: Literal[KeyKind.SESSION, KeyKind.TOKEN]


class PresentedKeys(Value):
    keys: Annotated[tuple[PresentedKey, ...], Field(max_length=500)]


class KeyIds(Value):
    """Of sessions and tokens that open connections presented: their secrets may have been replaced since."""

    key_ids: Annotated[tuple[str, ...], Field(max_length=500)]


class Identities(Value):
    """In the order of the keys; null for one that is unknown, expired or revoked."""

    items: tuple[Identity | None, ...]


class AuditRecord(Value):
    """One action, as the gateway reports it."""

    name: str
    role: Role | None
    kind: KeyKind | None
    action: str
    """Like `delete a video`."""
    target: str
    """Method and path."""
    video_id: str | None
    status: int
    address: str


# --- sessions ------------------------------------------------------------------------------------


class Login(Value):
    name: GuessedPassword
    password: GuessedPassword = Field(repr=False)


class CodeLogin(Value):
    """The code of a one-time or a shared link."""

    code: Annotated[str, StringConstraints(max_length=200)] = Field(repr=False)


class Session(Value):
    """Who is logged in."""

    is_login_required: bool
    """False: logins are switched off, and everybody may do everything."""
    name: str | None
    """Null: nobody is logged in."""
    role: Role | None
    kind: KeyKind | None
    video_ids: Annotated[tuple[VideoId, ...], Field(max_length=2 * MAX_VIDEOS)] | None = None
    folder_ids: FolderIds = ()
    opens: str | None = None
    """After a shared link: the path of the page that it opens."""
    provider: OfProvider = None


class LoginMethods(Value):
    """How somebody may log in."""

    has_passwords: bool
    provider: str | None
    """The name of the OpenID Connect provider; null: there is none."""


class ProviderLogin(Value):
    """A login by the provider that has begun."""

    url: str
    """Of the provider, where the browser goes on."""


class ProviderAnswer(Value):
    """What the provider has added to the address of the page `/login`: the parameters of its query."""

    state: ProviderText
    code: ProviderText | None = Field(default=None, repr=False)
    error: ProviderText | None = None
    error_description: ProviderText | None = None
    iss: ProviderText | None = None


class PasswordChange(Value):
    """Of one's own password. The current one is not needed after a one-time link."""

    current_password: GuessedPassword | None = Field(default=None, repr=False)
    new_password: Password = Field(repr=False)


# --- accounts ------------------------------------------------------------------------------------


class User(Value):
    """An account."""

    id: str
    name: str
    role: Role
    video_ids: VideoIds = None
    folder_ids: FolderIds = ()
    is_disabled: bool
    created_at: Timestamp
    last_used_at: Timestamp | None
    """Within some minutes; null: never."""
    provider: OfProvider = None


class UserList(Value):
    items: tuple[User, ...]


class NewUser(Value):
    name: AccountName
    password: Password = Field(repr=False)
    role: Role = Role.VIEWER
    video_ids: VideoIds = None
    folder_ids: FolderIds = ()


class UserPatch(Value):
    """Only the fields present are changed. A new password ends all sessions.

    `video_ids` may be set to null, which lifts the limit to folders, too.
    """

    password: Password | None = Field(default=None, repr=False)
    role: Role | None = None
    video_ids: VideoIds = None
    folder_ids: FolderIds = ()
    is_disabled: bool | None = None

    @model_validator(mode="after")
    def _only_videos_may_be_null(self) -> Self:
        for name in self.model_fields_set - {"video_ids"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} may be left out, but not null")
        return self


# --- tokens and links ----------------------------------------------------------------------------


class Token(Value):
    """Of a program, which sends it as `Authorization: Bearer TOKEN`."""

    id: str
    name: str
    user_name: str
    """Of the account that it acts for."""
    role: Role
    video_ids: VideoIds = None
    folder_ids: FolderIds = ()
    created_at: Timestamp
    expires_at: Timestamp | None
    last_used_at: Timestamp | None


class TokenList(Value):
    items: tuple[Token, ...]


class NewToken(Value):
    name: AccountName
    role: Role = Role.VIEWER
    video_ids: VideoIds = None
    folder_ids: FolderIds = ()
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class AddedToken(Value):
    token: Token
    secret: str = Field(repr=False)
    """Shown this once."""


class Link(Value):
    """Opens one video, or the videos of one folder, to whoever has its address, to read only."""

    id: str
    video_id: VideoId | None
    """Null: it opens a folder."""
    folder_id: Annotated[FolderId | None, Field(exclude_if=lambda folder_id: folder_id is None)] = None
    """Left out if it opens a video."""
    moment_s: Seconds | None
    user_name: str
    created_at: Timestamp
    expires_at: Timestamp


class LinkList(Value):
    items: tuple[Link, ...]


class NewLink(Value):
    """To a video or to a folder."""

    video_id: VideoId | None = None
    folder_id: FolderId | None = None
    moment_s: Seconds | None = None
    """Where the recording begins to play."""
    expires_in_hours: Annotated[int, Field(ge=1, le=24 * 365)] = 24 * 7

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if (self.video_id is None) == (self.folder_id is None):
            raise ValueError("expected video_id or folder_id")
        if self.folder_id is not None and self.moment_s is not None:
            raise ValueError("moment_s is of a video")
        return self


class AddedLink(Value):
    link: Link
    path: str
    """To append to the address of the page; shown this once."""


# --- audit log -----------------------------------------------------------------------------------


class AuditEntry(AuditRecord):
    """One line of the audit log."""

    id: Count
    at: Timestamp


class AuditPage(Value):
    """Newest first."""

    items: tuple[AuditEntry, ...]
    next_before: Count | None
    """`before` of the next page; null: there are no older ones."""
