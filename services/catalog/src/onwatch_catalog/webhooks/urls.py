"""The address of a webhook: checked as far as that is possible without looking up its host."""

from __future__ import annotations

from ipaddress import ip_address

from pydantic import AnyHttpUrl, TypeAdapter, ValidationError

from onwatch_catalog.webhook_targets import Address, WebhookTargets
from onwatch_catalog.webhooks.errors import InvalidWebhookUrl
from onwatch_contracts.webhooks import MAX_URL_CHARS

_URL: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl)


def checked_url(text: str, targets: WebhookTargets) -> str:
    """As a browser would write it: ASCII, and an address of IPv4 as four numbers. `InvalidWebhookUrl` if refused."""
    try:
        url = _URL.validate_python(text)
    except ValidationError as error:
        raise InvalidWebhookUrl(error.errors(include_url=False)[0]["msg"]) from error
    if url.username is not None or url.password is not None:
        raise InvalidWebhookUrl("it contains a user name or a password; deliveries are signed instead")
    if url.fragment is not None:
        raise InvalidWebhookUrl("what is after a # is sent to nobody")
    written = str(url)
    if len(written) > MAX_URL_CHARS:
        raise InvalidWebhookUrl(f"it is longer than {MAX_URL_CHARS} characters")
    host = (url.host or "").strip("[]")
    if (address := literal_address(host)) is not None and not targets.allows(host, address):
        raise InvalidWebhookUrl(targets.why_refused(str(address)))
    return written


def literal_address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
