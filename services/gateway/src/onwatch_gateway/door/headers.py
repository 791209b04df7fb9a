"""The security headers of every answer."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

CROSS_ORIGIN = "cross-origin-resource-policy"
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers without frame-ancestors
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    CROSS_ORIGIN: "same-origin",
    # What may be kept says so itself: the page, pictures and videos. The rest is for whoever asks, and for this moment.
    "cache-control": "no-store",
    # Of what is no page: nothing runs. A browser shows a video or picture by its address with its own style.
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
}
STRICT_TRANSPORT = "max-age=31536000"  # a year; without other names of the domain, which may have no TLS
STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


def securing(send: Send, scope: Scope, *, is_read_by_other_sites: bool = False) -> Send:
    """Sends, with these headers added unless the answer has its own, and HSTS over TLS.

    `is_read_by_other_sites`: pages of other origins may show videos and pictures.
    """
    added = dict(SECURITY_HEADERS)
    if is_read_by_other_sites:
        added[CROSS_ORIGIN] = "cross-origin"
    if scope["scheme"] in ("https", "wss"):
        added["strict-transport-security"] = STRICT_TRANSPORT

    async def send_secured(message: Message) -> None:
        if message["type"] in STARTS:
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            for name, value in added.items():
                headers.setdefault(name, value)
            message = {**message, "headers": headers.raw}
        await send(message)

    return send_secured
