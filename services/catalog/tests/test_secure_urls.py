from __future__ import annotations

import pytest

from onwatch_catalog.secure_urls import is_secure_url


@pytest.mark.parametrize(
    ("url", "is_secure"),
    [
        ("https://sso.example/realms/a", True),
        ("http://127.0.0.1:8080", True),
        ("http://127.0.1.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://keycloak.localhost:8080", True),
        ("http://sso.example", False),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.example", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("https://[", False),
        ("sso.example", False),
        ("", False),
    ],
)
def test_addresses_with_tls_and_of_this_machine_are_secure(url: str, is_secure: bool) -> None:
    assert is_secure_url(url) == is_secure
