"""An SMTP server."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from onwatch_runtime.tls import TlsFiles


@dataclass(frozen=True)
class MailServer:
    """An SMTP server, and the mails that it is given."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "off"]
    sender: str
    recipients: Sequence[str]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    page_url: str = ""
    """Before the path of a moment."""
    ca_file: Path | None = None
    """Certificates that its own is verified with; None: those that the system trusts."""

    def __str__(self) -> str:
        return f"the mail server {self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """None: as the library does it. Reads the file anew, which may change; blocks; raises `UnusableTlsFiles`."""
        return None if self.tls == "off" or self.ca_file is None else TlsFiles(self.ca_file).context()
