"""Sends an e-mail for each change of an alert. Retrying is the bus's: a message is handled again until it is sent."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from email.message import EmailMessage

import aiosmtplib

from onwatch_catalog.mail.mistakes import FIRST_PERMANENT, mistake_in_settings
from onwatch_catalog.mail.server import MailServer
from onwatch_catalog.mail.texts import alert_mail
from onwatch_contracts.messages import AlertChangedV1
from onwatch_runtime.bus import Reject
from onwatch_runtime.errors import Unavailable
from onwatch_runtime.tls import UnusableTlsFiles

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
"""For connecting, and for each answer."""


class MailServerUnavailable(Unavailable):
    """The SMTP server cannot be reached, or asks to try again later."""


class WrongMailSettings(MailServerUnavailable):
    """The SMTP server works, and the settings do not fit to it: mails wait for other settings."""


@dataclass
class AlertMailer:
    """Off without a server."""

    server: MailServer | None
    _problem: str | None = field(default=None, init=False)
    """The mistake in the settings that was logged last."""

    async def send(self, message: AlertChangedV1, video_name: str) -> None:
        """May be repeated: then the recipients get a mail of the same id.

        Raises `MailServerUnavailable`, after which it is tried again without limit, or `Reject` if the server refuses
        this mail for good.
        """
        if self.server is None:
            return
        mail = alert_mail(message, video_name, self.server.sender, self.server.recipients, self.server.page_url)
        try:
            await _send(self.server, mail)
        except WrongMailSettings as error:
            self._tell(str(error))
            raise
        self._problem = None

    def _tell(self, problem: str) -> None:
        """Once: each mail is tried again until the settings are right."""
        if problem != self._problem:
            self._problem = problem
            log.error("%s. E-mails wait until that is corrected", problem)


async def _send(server: MailServer, mail: EmailMessage) -> None:
    try:
        refused, _ = await aiosmtplib.send(
            mail,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=await asyncio.to_thread(server.tls_context),
            timeout=TIMEOUT_S,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusals = "; ".join(f"{one.recipient}: {one.code} {one.message}" for one in error.recipients)
        if all(one.code >= FIRST_PERMANENT for one in error.recipients):
            raise Reject(f"{server} refuses all recipients: {refusals}") from error
        raise MailServerUnavailable(f"{server}: {refusals}") from error
    except aiosmtplib.SMTPDataError as error:
        if error.code >= FIRST_PERMANENT:
            raise Reject(f"{server} refuses the mail: {error.code} {error.message}") from error
        raise MailServerUnavailable(f"{server}: {error.code} {error.message}") from error
    except (aiosmtplib.SMTPException, OSError, UnusableTlsFiles) as error:
        if (mistake := mistake_in_settings(server, error)) is not None:
            raise WrongMailSettings(mistake) from error
        raise MailServerUnavailable(f"{server}: {error}") from error
    for recipient, (code, reason) in refused.items():
        log.warning("%s refuses the recipient %s: %s %s; the others get the mail", server, recipient, code, reason)
