"""No password, key or token is shown by the `repr` of what carries it, and so by no log and no traceback."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Callable, Iterator

import pytest
from pydantic import BaseModel, SecretStr

from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.mail import MailServer
from onwatch_catalog.openid import Client
from onwatch_catalog.settings import CatalogSettings
from onwatch_dashboard.settings import DashboardSettings
from onwatch_detector.settings import DetectorSettings
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.settings import ServiceSettings

SECRETS = re.compile(r"(^|_)(password|secret|token|hash|verifier|nonce)$")
"""Names of fields. Those of paths and of other objects end otherwise, or are no texts."""
RUN_WHEN_IMPORTED = re.compile(r"__main__$|\.migrations\.")
SETTINGS = (AggregatorSettings, CatalogSettings, DashboardSettings, DetectorSettings, GatewaySettings)
SHOWN = "correct horse battery"


def classes() -> Iterator[type]:
    """Of all modules of this repository."""
    for package in pkgutil.iter_modules():
        if not package.name.startswith("onwatch"):
            continue
        folder = importlib.import_module(package.name).__path__
        for module in pkgutil.walk_packages(folder, f"{package.name}."):
            if not RUN_WHEN_IMPORTED.search(module.name):
                members = inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
                yield from (found for _, found in members if found.__module__ == module.name)


def secret_fields(found: type) -> Iterator[tuple[str, bool]]:
    """Names of its fields that hold a secret as a text, and whether `repr` shows them."""
    if issubclass(found, BaseModel):
        fields = [(name, field.annotation, field.repr) for name, field in found.model_fields.items()]
    elif dataclasses.is_dataclass(found):
        hints = typing.get_type_hints(found, vars(importlib.import_module(found.__module__)))
        fields = [(field.name, hints[field.name], field.repr) for field in dataclasses.fields(found)]
    else:
        return
    yield from ((name, is_shown) for name, kind, is_shown in fields if SECRETS.search(name) and _is_text(kind))


def _is_text(kind: object) -> bool:
    """Whether it is a text, or may be one; what a function returns is not shown."""
    if typing.get_origin(kind) is Callable:
        return False
    return kind in (str, bytes) or any(map(_is_text, typing.get_args(kind)))


def test_no_record_shows_its_secrets() -> None:
    fields = {
        f"{found.__module__}.{found.__qualname__}.{name}": is_shown
        for found in classes()
        for name, is_shown in secret_fields(found)
    }
    assert "onwatch_catalog.mail.server.MailServer.password" in fields
    assert "onwatch_contracts.accounts.Login.password" in fields
    shown = [name for name, is_shown in fields.items() if is_shown]
    assert not shown, "give these fields repr=False, or make them a SecretStr"


@pytest.mark.parametrize("settings", SETTINGS)
def test_no_settings_show_their_secrets(settings: type[ServiceSettings]) -> None:
    secrets = [name for name, field in settings.model_fields.items() if _is_secret(field.annotation)]
    assert {"bus_url", "service_secret"} <= set(secrets)
    given = settings.model_construct(**{name: SecretStr(SHOWN) for name in secrets})
    assert SHOWN not in repr(given)
    texts = [name for name, field in settings.model_fields.items() if SECRETS.search(name) and name not in secrets]
    assert not texts, "make these settings a SecretStr"


def _is_secret(kind: object) -> bool:
    return kind is SecretStr or any(map(_is_secret, typing.get_args(kind)))


def test_no_client_of_a_server_shows_its_password() -> None:
    mail = MailServer("mail.example", 587, "starttls", "o@example.org", ("a@example.org",), "onwatch", SHOWN)
    provider = Client("https://sso.example", "onwatch", SHOWN, "openid", "Traffic SSO")
    assert SHOWN not in f"{mail!r} {provider!r}"
