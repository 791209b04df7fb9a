"""E-mails through a real SMTP server."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from onwatch_catalog.mail.mailer import AlertMailer, MailServerUnavailable, WrongMailSettings
from onwatch_catalog.mail.server import MailServer
from onwatch_contracts.messages import AlertChangedV1
from onwatch_contracts.samples import MESSAGES
from onwatch_runtime.bus import Reject
from onwatch_testkit.servers.certificates import Authority
from onwatch_testkit.servers.ports import free_port

ALERT = next(sample for sample in MESSAGES if isinstance(sample, AlertChangedV1))


class Mailbox:
    """Keeps what is delivered; `answer` is what it says to a mail, `recipients` to each recipient."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.answer = "250 OK"
        self.to_recipients = "250 OK"
        self.to_sender = "250 OK"
        self.unknown: set[str] = set()

    async def handle_MAIL(  # noqa: N802 named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(  # noqa: N802 named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 no such user"
        if self.to_recipients.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipients

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 as above
        if self.answer.startswith("250"):
            self.received.append(envelope)
        return self.answer


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[MailServer]:
    def is_known(*given: Any) -> AuthResult:
        return AuthResult(success=(given[-1].login, given[-1].password) == (b"onwatch", b"secret"), handled=False)

    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), authenticator=is_known, auth_require_tls=False
    )
    controller.start()
    yield MailServer(
        "127.0.0.1", controller.port, "off", "o@example.org", ("a@example.org", "b@example.org"), "onwatch", "secret"
    )
    controller.stop()


async def test_an_alert_is_sent_to_all_recipients(mailbox: Mailbox, server: MailServer):
    await AlertMailer(server).send(ALERT, "Main street")
    (received,) = mailbox.received
    assert (received.mail_from, received.rcpt_tos) == ("o@example.org", ["a@example.org", "b@example.org"])
    assert isinstance(received.content, bytes)
    assert message_from_bytes(received.content)["Subject"] == "Cleared: Queue at the light (Main street)"


async def test_without_a_server_nothing_is_sent(mailbox: Mailbox):
    await AlertMailer(None).send(ALERT, "Main street")
    assert mailbox.received == []


async def test_a_server_that_is_away_is_tried_again(mailbox: Mailbox, server: MailServer):
    with pytest.raises(MailServerUnavailable, match=r"127\.0\.0\.1"):
        await AlertMailer(replace(server, port=free_port())).send(ALERT, "Main street")


@pytest.mark.parametrize("field", ["answer", "to_recipients"])
async def test_a_server_that_asks_for_patience_is_tried_again(mailbox: Mailbox, server: MailServer, field: str):
    setattr(mailbox, field, "451 later")
    with pytest.raises(MailServerUnavailable, match="later"):
        await AlertMailer(server).send(ALERT, "Main street")


@pytest.mark.parametrize("field", ["answer", "to_recipients"])
async def test_a_server_that_refuses_is_not_tried_again(mailbox: Mailbox, server: MailServer, field: str):
    setattr(mailbox, field, "554 no")
    with pytest.raises(Reject, match="no"):
        await AlertMailer(server).send(ALERT, "Main street")


async def test_who_is_refused_while_others_are_not_is_logged(
    mailbox: Mailbox, server: MailServer, caplog: pytest.LogCaptureFixture
):
    mailbox.unknown = {"b@example.org"}
    await AlertMailer(server).send(ALERT, "Main street")
    assert [received.rcpt_tos for received in mailbox.received] == [["a@example.org"]]
    (line,) = lines_in(caplog, logging.WARNING)
    assert "refuses the recipient b@example.org: 550 no such user" in line


async def test_mails_wait_for_the_right_password(
    mailbox: Mailbox, server: MailServer, caplog: pytest.LogCaptureFixture
):
    mailer = AlertMailer(replace(server, password="wrong"))
    for _ in range(2):
        with pytest.raises(WrongMailSettings, match="535"):
            await mailer.send(ALERT, "Main street")
    (line,) = errors_in(caplog)
    assert line.startswith(f"the mail server 127.0.0.1:{server.port} refuses the login of onwatch (535")
    assert "expected a user and a password that it knows as ONWATCH_CATALOG_MAIL_USER" in line
    assert "wrong" not in line


async def test_a_sender_that_the_server_does_not_take_is_a_mistake_in_the_settings(
    mailbox: Mailbox, server: MailServer, caplog: pytest.LogCaptureFixture
):
    mailbox.to_sender = "553 not yours"
    with pytest.raises(WrongMailSettings):
        await AlertMailer(server).send(ALERT, "Main street")
    assert "refuses the sender o@example.org (553 not yours); expected an address as" in errors_in(caplog)[0]
    mailbox.to_sender = "451 later"
    with pytest.raises(MailServerUnavailable, match="later"):
        await AlertMailer(server).send(ALERT, "Main street")
    assert len(errors_in(caplog)) == 1, "that is no mistake"


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return lines_in(caplog, logging.ERROR)


def lines_in(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Without those of the server."""
    ours = (record for record in caplog.records if record.name.startswith("onwatch"))
    return [record.getMessage() for record in ours if record.levelno == level]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def secure_server(mailbox: Mailbox, authority: Authority) -> Iterator[MailServer]:
    """Has a certificate of an authority that no machine trusts."""
    certificate = authority.issue("127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True)
    controller.start()
    yield MailServer("127.0.0.1", controller.port, "starttls", "o@example.org", ("a@example.org",))
    controller.stop()


async def test_a_server_with_a_certificate_of_a_private_authority_is_trusted_by_its_file(
    mailbox: Mailbox, secure_server: MailServer, authority: Authority
):
    await AlertMailer(replace(secure_server, ca_file=authority.file)).send(ALERT, "Main street")
    assert len(mailbox.received) == 1


async def test_an_unknown_authority_or_an_unusable_file_is_a_mistake_in_the_settings(
    mailbox: Mailbox, secure_server: MailServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    for ca_file in (None, tmp_path / "missing.pem"):
        with pytest.raises(WrongMailSettings):
            await AlertMailer(replace(secure_server, ca_file=ca_file)).send(ALERT, "Main street")
    unknown, missing = errors_in(caplog)
    assert "is not signed by a known authority: set ONWATCH_CATALOG_MAIL_CA_FILE" in unknown
    assert "missing.pem cannot be used: No such file" in missing
    assert mailbox.received == []


async def test_a_server_without_encryption_gets_nothing_unless_that_is_set(mailbox: Mailbox, server: MailServer):
    with pytest.raises(WrongMailSettings, match="STARTTLS"):
        await AlertMailer(replace(server, tls="starttls")).send(ALERT, "Main street")
    assert mailbox.received == []
