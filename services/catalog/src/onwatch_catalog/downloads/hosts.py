"""From which hosts videos may be fetched, and how an address is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pydantic import AnyHttpUrl, TypeAdapter, ValidationError

from onwatch_catalog.downloads.errors import InvalidDownloadUrl
from onwatch_catalog.webhook_targets import Address, WebhookTargets

_URL: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl)


@dataclass(frozen=True)
class DownloadHosts:
    """Only what is listed: a public address alone is not enough."""

    listed: WebhookTargets

    @classmethod
    def of(cls, entries: Iterable[str]) -> Self:
        return cls(WebhookTargets.of(entries))

    @property
    def are_any(self) -> bool:
        return bool(self.listed.hosts or self.listed.networks)

    def allows(self, host: str, address: Address) -> bool:
        return self.listed.lists(host, address)

    def why_refused(self, addresses: str) -> str:
        return f"ONWATCH_CATALOG_DOWNLOAD_HOSTS lists neither it nor {addresses}"


def checked_url(text: str) -> str:
    """ASCII, without what follows a #; `InvalidDownloadUrl`. Its host is checked when it is connected to."""
    try:
        url = _URL.validate_python(text)
    except ValidationError as error:
        raise InvalidDownloadUrl(error.errors(include_url=False)[0]["msg"]) from error
    if url.username is not None or url.password is not None:
        raise InvalidDownloadUrl("it contains a user name or a password")
    return str(url).partition("#")[0]
