"""Which sites' pages are allowed."""

from __future__ import annotations

import pytest

from onwatch_gateway.origins import origin_allowed


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "cam.example"),
        ("http://cam.example", "cam.example"),
        ("https://cam.example", "cam.example"),
        ("http://CAM.example", "cam.example"),
        ("http://cam.example:80", "cam.example"),
        ("https://cam.example", "cam.example:443"),
        ("http://localhost:8000", "localhost:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_a_page_of_the_same_host_and_a_program_are_allowed(origin: str | None, host: str) -> None:
    assert origin_allowed(origin, host, ())


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "cam.example"),
        ("http://cam.example.evil.example", "cam.example"),
        ("http://localhost:5173", "localhost:8000"),
        ("https://cam.example:8443", "cam.example"),
        ("null", "cam.example"),
        ("", "cam.example"),
        ("http://cam.example:port", "cam.example"),
        ("http://cam.example", None),
    ],
)
def test_a_page_of_another_site_is_refused(origin: str, host: str | None) -> None:
    assert not origin_allowed(origin, host, ())


def test_a_listed_site_is_allowed() -> None:
    assert origin_allowed("http://localhost:5173", "localhost:8000", ["http://localhost:5173"])
