from __future__ import annotations

from onwatch_gateway.door.errors import HostRefused, TooManyOpen, TooManyRequests
from onwatch_runtime.http import to_response


def test_a_refused_host_is_told_which_setting_lists_it() -> None:
    refusal = HostRefused("nvr.example")
    assert (refusal.status, refusal.code) == (421, "host_refused")
    assert "'nvr.example'" in refusal.detail
    assert "ONWATCH_GATEWAY_ALLOWED_HOSTS" in refusal.detail
    assert len(HostRefused("x" * 10_000).detail) < 400


def test_a_client_beyond_its_limits_is_told_when_to_come_back() -> None:
    waits, closes = to_response(TooManyRequests(60, 0.2), "/"), to_response(TooManyOpen(5), "/")
    assert (waits.status_code, waits.headers["retry-after"]) == (429, "1")
    assert (closes.status_code, closes.headers["retry-after"]) == (429, "1")
    assert to_response(TooManyRequests(60, 12.1), "/").headers["retry-after"] == "13"
