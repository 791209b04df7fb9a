"""What e-mails about alerts say."""

from __future__ import annotations

from onwatch_catalog.mail.texts import alert_mail
from onwatch_contracts.messages import AlertChangedV1
from onwatch_contracts.samples import MESSAGES

CLEARED = next(sample for sample in MESSAGES if isinstance(sample, AlertChangedV1))
RAISED = CLEARED.model_copy(update={"change": "raised", "clear_reason": None, "at_s": CLEARED.raised_at_s})


def test_both_mails_of_an_alert_belong_together():
    raised, cleared = (
        alert_mail(
            message, "Main street", "Onwatch <o@example.org>", ("a@example.org", "b@example.org"), "https://o.example/"
        )
        for message in (RAISED, CLEARED)
    )
    assert (raised["Subject"], cleared["Subject"]) == (
        "Alert: Queue at the light (Main street)",
        "Cleared: Queue at the light (Main street)",
    )
    assert cleared["In-Reply-To"] == raised["Message-ID"] != cleared["Message-ID"]
    assert raised["To"] == "a@example.org, b@example.org"
    body = cleared.get_content()
    assert "Where: Stop line" in body
    assert "Cleared at: 61.8 s of the video, because it is over" in body
    assert f"https://o.example{CLEARED.link}" in body


def test_a_name_of_several_lines_adds_no_header():
    mail = alert_mail(RAISED, "Main\r\nBcc: x@example.org", "o@example.org", ("a@example.org",), "")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Alert: Queue at the light (Main Bcc: x@example.org)"
