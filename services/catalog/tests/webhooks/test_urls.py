from __future__ import annotations

import pytest

from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_catalog.webhooks.errors import InvalidWebhookUrl
from onwatch_catalog.webhooks.urls import checked_url


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://a.example/hook?a=1", "https://a.example/hook?a=1"),
        ("HTTP://A.Example", "http://a.example/"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://10.1.2.3:8080/", "http://10.1.2.3:8080/"),
        ("http://localhost/", "http://localhost/"),  # refused at each attempt
        ("https://[2606:2800:220:1::1]/", "https://[2606:2800:220:1::1]/"),
    ],
)
def test_an_address_is_written_as_a_browser_would(text: str, written: str) -> None:
    assert checked_url(text, WebhookTargets.of(("10.0.0.0/8",))) == written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ftp://a.example/", "scheme should be 'http' or 'https'"),
        ("a.example", "relative URL without a base"),
        ("http://a.example:99999/", "invalid port number"),
        ("https://user@a.example/", "user name or a password"),
        ("https://:secret@a.example/", "user name or a password"),
        ("https://a.example/#part", "what is after a #"),
        ("https://a.example/" + "ü" * 600, "longer than 2000 characters"),
        ("http://127.0.0.1/", "127.0.0.1 is not public"),
        ("http://2130706433/", "127.0.0.1 is not public"),
        ("http://0x7f.1/", "127.0.0.1 is not public"),
        ("http://169.254.169.254/latest", "169.254.169.254 is not public"),
        ("http://[::1]/", "::1 is not public"),
        ("http://[::ffff:10.0.0.1]/", "is not public"),
    ],
)
def test_an_address_that_can_never_be_used_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidWebhookUrl) as refused:
        checked_url(text, WebhookTargets())
    assert why in refused.value.detail
