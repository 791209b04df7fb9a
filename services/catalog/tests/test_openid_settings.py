from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from onwatch_catalog.settings import CatalogSettings
from onwatch_contracts.accounts import Role

PROVIDER = {"oidc_issuer": "https://sso.example", "oidc_client_id": "onwatch", "oidc_viewers": "guests"}


def test_there_is_no_provider_by_default() -> None:
    settings = CatalogSettings.load(None, {})
    assert settings.oidc_issuer is None
    assert not settings.oidc_only


def test_the_environment_names_a_provider_and_the_groups_of_its_roles(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2\n")
    environ = {
        "ONWATCH_CATALOG_OIDC_ISSUER": "https://sso.example/",
        "ONWATCH_CATALOG_OIDC_CLIENT_ID": "onwatch",
        "ONWATCH_CATALOG_OIDC_CLIENT_SECRET_FILE": str(file),
        "ONWATCH_CATALOG_OIDC_ADMINISTRATORS": "/it, onwatch-admins",
        "ONWATCH_CATALOG_OIDC_PUBLIC_URL": "https://nvr.example/",
    }
    settings = CatalogSettings.load(None, environ)
    assert settings.oidc_secret == "hunter2"
    assert settings.oidc_groups[Role.ADMINISTRATOR] == {"/it", "onwatch-admins"}
    assert (settings.oidc_issuer, settings.oidc_public_url) == ("https://sso.example/", "https://nvr.example")


def test_the_secret_is_not_shown() -> None:
    settings = CatalogSettings.load(None, {}, **PROVIDER, oidc_client_secret="hunter2")
    assert settings.oidc_secret == "hunter2"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"oidc_issuer": "http://sso.example"}, "without which anybody in between could log in"),
        ({"oidc_issuer": None}, "oidc_issuer is missing"),
        ({"oidc_client_id": ""}, "oidc_client_id is missing"),
        ({"oidc_viewers": ""}, "nobody could log in"),
        ({"oidc_scopes": "profile"}, "lacks the scope openid"),
        ({"oidc_public_url": "nvr.example"}, "like https://nvr.example"),
        ({"oidc_public_url": "https://nvr.example/onwatch"}, "without a path"),
        ({"oidc_default_role": "root"}, "oidc_default_role"),
    ],
)
def test_settings_with_which_nobody_could_log_in_stop_the_start(changed: dict[str, str | None], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CatalogSettings.load(None, {}, **{**PROVIDER, **changed})


def test_passwords_are_not_switched_off_without_a_provider() -> None:
    with pytest.raises(ValidationError, match="oidc_issuer is missing"):
        CatalogSettings.load(None, {}, oidc_only=True)
