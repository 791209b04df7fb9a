"""Who may what: the one table of rights, for HTTP requests and for messages of the channel.

A role may do whatever is listed for it or for a lesser one. What is not listed is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from starlette.datastructures import QueryParams

from onwatch_contracts.accounts import Identity, Role

PLACE_OF_ID = re.compile(r"\\{(\w+)\\}")


class Reach(Enum):
    """What of a request concerns single videos."""

    ONE = "the video in its path"
    FOLDER = "the folder in its path or, as `folder`, in its query"
    LISTED = "the videos that the service lists, which leaves out those that the sender may not see"
    ALL = "all videos, or none: not for those who may see only some"
    NONE = "no videos"


@dataclass(frozen=True)
class Right:
    """One line of the table."""

    methods: str
    path: str
    role: Role | None
    """The least one; None: also strangers."""
    action: str
    """For refusals and the audit log: to ... ."""
    reach: Reach = Reach.ONE
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pattern = PLACE_OF_ID.sub(r"(?P<\1>[^/]+)", re.escape(self.path))
        object.__setattr__(self, "pattern", re.compile(pattern))


VIEWER, OPERATOR, ADMINISTRATOR = Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR
ONE, FOLDER, LISTED, ALL, NONE = Reach.ONE, Reach.FOLDER, Reach.LISTED, Reach.ALL, Reach.NONE
VIDEO = "/api/videos/{video_id}"

RIGHTS = (
    # --- sessions
    Right("GET", "/api/session", None, "see who is logged in", NONE),
    Right("POST", "/api/session", None, "log in", NONE),
    Right("POST", "/api/session/code", None, "log in by a link", NONE),
    Right("GET", "/api/session/methods", None, "see how one may log in", NONE),
    Right("POST", "/api/session/provider", None, "begin a login by the provider", NONE),
    Right("POST", "/api/session/provider/answer", None, "log in by the provider", NONE),
    Right("DELETE", "/api/session", VIEWER, "log out", NONE),
    Right("PUT", "/api/session/password", VIEWER, "change one's password", NONE),
    # --- watch and read
    Right("GET", "/api/videos", VIEWER, "list videos", LISTED),
    Right("GET", "/api/video-count", VIEWER, "count videos", LISTED),
    Right("GET", "/api/analyses", VIEWER, "list queued analyses", LISTED),
    Right("GET", "/api/folders", VIEWER, "list folders", LISTED),
    Right("GET", f"{VIDEO}/folder", VIEWER, "read which folder a video is in"),
    Right("GET", f"{VIDEO}/neighbours", VIEWER, "list the videos beside it", LISTED),
    Right("GET", VIDEO, VIEWER, "read a video"),
    Right("GET", f"{VIDEO}/file", VIEWER, "read what a file is"),
    Right("GET", f"{VIDEO}/thumbnail", VIEWER, "see a thumbnail"),
    Right("GET", f"{VIDEO}/picture", VIEWER, "see a picture of a moment"),
    Right("GET", f"{VIDEO}/content", VIEWER, "watch a recording"),
    Right("GET", f"{VIDEO}/site", VIEWER, "read zones and gates"),
    Right("GET", f"{VIDEO}/recording", VIEWER, "read when a video was recorded"),
    Right("GET", f"{VIDEO}/zones", VIEWER, "list zones"),
    Right("GET", f"{VIDEO}/zones/{{zone_id}}", VIEWER, "read a zone"),
    Right("GET", f"{VIDEO}/gates", VIEWER, "list gates"),
    Right("GET", f"{VIDEO}/gates/{{gate_id}}", VIEWER, "read a gate"),
    Right("GET", f"{VIDEO}/movements", VIEWER, "list movements"),
    Right("GET", f"{VIDEO}/movements/{{movement_id}}", VIEWER, "read a movement"),
    Right("GET", f"{VIDEO}/metrics", VIEWER, "read numbers"),
    Right("GET", f"{VIDEO}/vehicles", VIEWER, "read vehicles"),
    Right("GET", f"{VIDEO}/evidence", VIEWER, "read how sure numbers are"),
    Right("GET", f"{VIDEO}/runs", VIEWER, "list runs"),
    Right("GET", f"{VIDEO}/results", VIEWER, "read results"),
    Right("GET", f"{VIDEO}/flows", VIEWER, "read flows"),
    Right("GET", f"{VIDEO}/visits", VIEWER, "read visits"),
    Right("GET", f"{VIDEO}/crossings", VIEWER, "read crossings"),
    Right("GET", f"{VIDEO}/counts", VIEWER, "read counts"),
    Right("GET", f"{VIDEO}/detections", VIEWER, "read detections"),
    Right("GET", f"{VIDEO}/detections/visits", VIEWER, "read the visits of detections"),
    Right("GET", f"{VIDEO}/runs/{{run_id}}/marks", VIEWER, "read marks"),
    Right("GET", f"{VIDEO}/recount", VIEWER, "see how a recount goes on"),
    Right("GET", f"{VIDEO}/alerts", VIEWER, "list alerts"),
    Right("GET", f"{VIDEO}/alerts/{{alert_id}}", VIEWER, "read an alert"),
    Right("GET", f"{VIDEO}/alert-rules", VIEWER, "list alert rules"),
    Right("GET", f"{VIDEO}/alert-rules/{{rule_id}}", VIEWER, "read an alert rule"),
    Right("GET", "/api/alerts", VIEWER, "list alerts of all videos", ALL),
    Right("GET", "/api/counts", VIEWER, "read counts of several videos", ALL),
    Right("GET", "/api/joins/{join_id}", VIEWER, "see how a join goes on", ALL),
    Right("GET", "/api/openapi.json", VIEWER, "read the description of the API", NONE),
    Right("GET", "/api/docs", None, "go to the page of the API", NONE),
    # --- work on videos
    Right("POST", "/api/videos", OPERATOR, "upload a video", FOLDER),
    Right("POST", "/api/downloads", OPERATOR, "fetch a video from an address", FOLDER),
    Right("GET DELETE", "/api/downloads/{video_id}", OPERATOR, "follow or cancel a download"),
    Right("OPTIONS", "/api/uploads", OPERATOR, "ask how to upload", NONE),
    Right("POST", "/api/uploads", OPERATOR, "upload a video in parts", FOLDER),
    Right("GET PATCH DELETE", "/api/uploads/{video_id}", OPERATOR, "go on with an upload"),
    Right("POST", "/api/joins", OPERATOR, "join recordings", ALL),
    Right("DELETE", "/api/joins/{join_id}", OPERATOR, "cancel a join", ALL),
    Right("POST", "/api/folders", OPERATOR, "add a folder", ALL),
    Right("PATCH", "/api/folders/{folder_id}", OPERATOR, "rename a folder", ALL),
    Right("DELETE", "/api/folders/{folder_id}", OPERATOR, "delete a folder", ALL),
    # The service also checks the folders that videos are moved from, and that of a single video, which is in the body.
    Right("PUT", "/api/folders/{folder_id}/videos", OPERATOR, "move videos", FOLDER),
    Right("PUT", f"{VIDEO}/folder", OPERATOR, "move a video"),
    Right("PATCH", VIDEO, OPERATOR, "edit a video"),
    Right("PATCH", f"{VIDEO}/file", OPERATOR, "set the rate of a file"),
    Right("POST DELETE", f"{VIDEO}/analysis", OPERATOR, "request or cancel an analysis"),
    Right("PUT", f"{VIDEO}/site", OPERATOR, "replace zones and gates"),
    # Of another video, which the sender might not be allowed to see.
    Right("POST", f"{VIDEO}/site/copy", OPERATOR, "copy zones and gates", ALL),
    Right("PATCH", f"{VIDEO}/recording", OPERATOR, "set when a video was recorded"),
    Right("POST", f"{VIDEO}/zones", OPERATOR, "add a zone"),
    Right("PATCH DELETE", f"{VIDEO}/zones/{{zone_id}}", OPERATOR, "change a zone"),
    Right("POST", f"{VIDEO}/gates", OPERATOR, "add a gate"),
    Right("PATCH DELETE", f"{VIDEO}/gates/{{gate_id}}", OPERATOR, "change a gate"),
    Right("POST", f"{VIDEO}/movements", OPERATOR, "add a movement"),
    Right("PATCH DELETE", f"{VIDEO}/movements/{{movement_id}}", OPERATOR, "change a movement"),
    Right("POST DELETE", f"{VIDEO}/recount", OPERATOR, "count a video again"),
    Right(
        "PUT DELETE",
        f"{VIDEO}/runs/{{run_id}}/marks/{{vehicle_id}}/{{visit_no}}",
        OPERATOR,
        "mark a vehicle right or wrong",
    ),
    Right("POST", f"{VIDEO}/runs/{{run_id}}/missed", OPERATOR, "mark a missed vehicle"),
    Right("DELETE", f"{VIDEO}/runs/{{run_id}}/missed/{{missed_id}}", OPERATOR, "unmark a missed vehicle"),
    Right("POST", f"{VIDEO}/alerts/{{alert_id}}/acknowledge", OPERATOR, "acknowledge an alert"),
    Right("POST", f"{VIDEO}/alert-rules", OPERATOR, "add an alert rule"),
    Right("POST", f"{VIDEO}/alert-replay", OPERATOR, "try an alert rule"),
    Right("PATCH DELETE", f"{VIDEO}/alert-rules/{{rule_id}}", OPERATOR, "change an alert rule"),
    Right("GET", "/api/links", OPERATOR, "list shared links", NONE),
    # Who may see some videos only could share others: the video is in the body.
    Right("POST", "/api/links", OPERATOR, "share a video", ALL),
    Right("DELETE", "/api/links/{link_id}", OPERATOR, "revoke a shared link", NONE),
    # --- administration
    Right("DELETE", VIDEO, ADMINISTRATOR, "delete a video"),
    Right("GET", "/api/storage", ADMINISTRATOR, "see how much storage is used", ALL),
    Right("GET", "/api/status", ADMINISTRATOR, "see the state of the system", ALL),
    Right("GET", "/api/users", ADMINISTRATOR, "list accounts", ALL),
    Right("POST", "/api/users", ADMINISTRATOR, "add an account", ALL),
    Right("PATCH DELETE", "/api/users/{user_id}", ADMINISTRATOR, "change an account", ALL),
    Right("GET", "/api/tokens", ADMINISTRATOR, "list tokens", ALL),
    Right("POST", "/api/tokens", ADMINISTRATOR, "add a token", ALL),
    Right("DELETE", "/api/tokens/{token_id}", ADMINISTRATOR, "revoke a token", ALL),
    Right("GET", "/api/audit", ADMINISTRATOR, "read the audit log", ALL),
    Right("GET", "/api/audit.jsonl", ADMINISTRATOR, "export the audit log", ALL),
    Right("GET", "/api/webhooks", ADMINISTRATOR, "list webhooks", ALL),
    Right("POST", "/api/webhooks", ADMINISTRATOR, "add a webhook", ALL),
    Right("PATCH DELETE", "/api/webhooks/{webhook_id}", ADMINISTRATOR, "change a webhook", ALL),
    Right("POST", "/api/webhooks/{webhook_id}/secret", ADMINISTRATOR, "replace the secret of a webhook", ALL),
    Right("POST", "/api/webhooks/{webhook_id}/test", ADMINISTRATOR, "test a webhook", ALL),
    Right("GET", "/api/webhooks/{webhook_id}/deliveries", ADMINISTRATOR, "list deliveries of a webhook", ALL),
    Right("POST", "/api/webhooks/{webhook_id}/deliveries/{delivery_id}/retry", ADMINISTRATOR, "deliver again", ALL),
    # --- the channel
    Right("GET", "/ws", VIEWER, "open the channel", NONE),
)

MESSAGES = {
    "subscribe": (VIEWER, "watch a video"),
    "unsubscribe": (VIEWER, "leave a video"),
    "start": (OPERATOR, "start a video"),
    "stop": (OPERATOR, "stop a video"),
    "frames": (VIEWER, "choose frames of a video"),
}
"""For each message from a viewer: the least role, and what it does."""

# Without a login: the page itself, which shows the login. It contains nothing of this installation.
NEEDS_RIGHT = re.compile(r"^/+(api|ws|internal)([/.]|$)", re.IGNORECASE)
THE_PAGE = Right("GET", "/", None, "load the page", NONE)
NOT_LISTED = Right("", "", ADMINISTRATOR, "use an address without a right of its own", ALL)


@dataclass(frozen=True)
class Requested:
    """What a request wants to do, and to which video or folder."""

    right: Right
    video_id: str | None = None
    folder_id: str | None = None

    def is_allowed_to(self, identity: Identity | None) -> bool:
        """Whether the role suffices; which videos are seen is another question (`is_visible_to`)."""
        return self.right.role is None or (identity is not None and identity.role.rank >= self.right.role.rank)

    def is_visible_to(self, identity: Identity | None, folder_of_video: str | None = None) -> bool:
        """Whether it concerns only videos and folders that the sender may see."""
        if identity is None or identity.video_ids is None:
            return True
        if self.video_id is not None and not identity.may_see(self.video_id, folder_of_video):
            return False
        match self.right.reach:
            case Reach.ONE:
                return self.video_id is not None
            case Reach.FOLDER:
                return self.folder_id is not None and identity.may_see_folder(self.folder_id)
            case reach:
                return reach in (Reach.NONE, Reach.LISTED)


def requested(method: str, path: str, query: bytes = b"") -> Requested:
    """What a request wants; HEAD wants what GET does."""
    if not NEEDS_RIGHT.match(path):
        return Requested(THE_PAGE)
    method = "GET" if method == "HEAD" else method
    for right in RIGHTS:
        found = right.pattern.fullmatch(path)
        if found and method in right.methods.split():
            named = found.groupdict()
            return Requested(right, named.get("video_id"), named.get("folder_id") or _folder_in(right, query))
    return Requested(NOT_LISTED)


def _folder_in(right: Right, query: bytes) -> str | None:
    """As the services read it, which take the last of several."""
    return QueryParams(query).get("folder") if right.reach is Reach.FOLDER else None


def is_message_allowed(identity: Identity, kind: str, video_id: str, folder_of_video: str | None = None) -> bool:
    role, _ = MESSAGES.get(kind, (ADMINISTRATOR, ""))
    return identity.role.rank >= role.rank and identity.may_see(video_id, folder_of_video)
