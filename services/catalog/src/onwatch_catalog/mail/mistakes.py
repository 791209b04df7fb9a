"""Tells mistakes in the settings from faults of an SMTP server."""

from __future__ import annotations

import aiosmtplib

from onwatch_catalog.mail.server import MailServer
from onwatch_runtime.tls import UnusableTlsFiles, tls_failure

FIRST_PERMANENT = 500
"""From this code on, the server refuses for good."""


def mistake_in_settings(server: MailServer, error: Exception) -> str | None:
    """What is wrong in the settings, and what was expected; None: trying again may help."""
    if isinstance(error, UnusableTlsFiles):
        return f"ONWATCH_CATALOG_MAIL_CA_FILE: {error}; expected certificates of authorities (PEM)"
    if (failure := tls_failure(error)) is not None:
        remedy = failure.replace("ONWATCH_TLS_CA_FILE", "ONWATCH_CATALOG_MAIL_CA_FILE")
        return f"{server}: {remedy}; ONWATCH_CATALOG_MAIL_TLS is {server.tls}"
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return _missing_ability(server, error)
    if error.code < FIRST_PERMANENT:
        return None
    said = f"{error.code} {error.message}"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return (
            f"{server} refuses the login of {server.user} ({said}); expected a user and a password that it knows as "
            "ONWATCH_CATALOG_MAIL_USER and _MAIL_PASSWORD"
        )
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        login = f"who logs in as {server.user}" if server.user else "who does not log in (ONWATCH_CATALOG_MAIL_USER)"
        return (
            f"{server} refuses the sender {server.sender} ({said}); expected an address as "
            f"ONWATCH_CATALOG_MAIL_SENDER that it takes from {login}"
        )
    return f"{server} refuses this machine ({said}); expected a server that takes mails from it"


def _missing_ability(server: MailServer, error: Exception) -> str | None:
    """STARTTLS and logins are extensions, which the library misses with an error of the base class."""
    if type(error) not in (aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported):
        return None
    return f"{server}: {error}; expected one for ONWATCH_CATALOG_MAIL_TLS={server.tls} and the login of {server.user}"
