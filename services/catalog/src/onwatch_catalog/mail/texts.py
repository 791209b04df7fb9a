"""What an e-mail about an alert says."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from onwatch_contracts.alerts import ClearReason
from onwatch_contracts.messages import AlertChangedV1

SECONDS = ("stay", "nothing_seen")
REASONS = {
    ClearReason.OVER: "it is over",
    ClearReason.END_OF_VIDEO: "the video ended",
    ClearReason.RULE_CHANGED: "the rule was changed",
    ClearReason.RUN_DISCARDED: "another run began",
}


def alert_mail(
    message: AlertChangedV1, video_name: str, sender: str, recipients: Sequence[str], page_url: str
) -> EmailMessage:
    """A repeat has the same `Message-ID`; the second mail about an alert refers to the first."""
    mail = EmailMessage()
    what = "Alert" if message.change == "raised" else "Cleared"
    mail["Subject"] = _one_line(f"{what}: {message.rule_name} ({video_name})")
    mail["From"], mail["To"] = sender, ", ".join(recipients)
    mail["Date"] = format_datetime(message.occurred_at)
    mail["Message-ID"] = _id_of(message.alert_id, message.change)
    if message.change == "cleared":
        mail["In-Reply-To"] = mail["References"] = _id_of(message.alert_id, "raised")
    mail.set_content("\n".join(_lines(message, video_name, page_url)) + "\n")
    return mail


def _lines(message: AlertChangedV1, video_name: str, page_url: str) -> Sequence[str]:
    unit = "s" if message.kind in SECONDS else "vehicles"
    lines = [
        f"Video: {video_name}",
        f"Rule: {message.rule_name}",
        f"Where: {message.place_name or 'whole picture'}",
        f"Raised at: {message.raised_at_s:.1f} s of the video",
    ]
    if message.change == "cleared":
        reason = REASONS[message.clear_reason] if message.clear_reason is not None else "it is over"
        lines.append(f"Cleared at: {message.at_s:.1f} s of the video, because {reason}")
    lines += [f"Value: {message.value:g} {unit}", "", f"{page_url.rstrip('/')}{message.link}"]
    return lines


def _id_of(alert_id: str, change: str) -> str:
    return f"<{alert_id}.{change}@onwatch.invalid>"


def _one_line(text: str) -> str:
    """A header has one line; names of videos may have others."""
    return " ".join(text.split())
