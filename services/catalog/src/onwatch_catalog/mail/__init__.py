"""E-mails about alerts, through an SMTP server."""

from onwatch_catalog.mail.mailer import AlertMailer
from onwatch_catalog.mail.server import MailServer

__all__ = ["AlertMailer", "MailServer"]
