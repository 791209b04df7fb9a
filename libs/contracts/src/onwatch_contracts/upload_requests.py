"""Which requests carry a file: their bodies are streamed, and the catalog limits them while they arrive."""

from __future__ import annotations

import re

_UNFINISHED_UPLOAD = re.compile(r"^/api/uploads/[^/]+$")


def is_upload(method: str, path: str) -> bool:
    return (method, path) == ("POST", "/api/videos") or (method == "PATCH" and bool(_UNFINISHED_UPLOAD.match(path)))
