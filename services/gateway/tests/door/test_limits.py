from __future__ import annotations

from contextlib import ExitStack

import pytest

from onwatch_gateway.door import limits as module
from onwatch_gateway.door.errors import TooManyOpen, TooManyRequests
from onwatch_gateway.door.limits import ClientLimits, client_of
from onwatch_testkit.clock import FakeClock

from .conftest import request_of

HERE, THERE = request_of("203.0.113.9"), request_of("203.0.113.10")


def send(limits: ClientLimits, count: int, client: str = "203.0.113.9") -> None:
    for _ in range(count):
        with limits.admitted(request_of(client)):
            pass


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("testclient", None),
        (None, None),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(address: str | None, client: str | None) -> None:
    assert client_of(request_of(address)) == client


async def test_requests_of_a_minute_may_come_at_once_and_then_one_by_one(clock: FakeClock) -> None:
    limits = ClientLimits(clock, requests_per_minute=30, max_open=0)
    send(limits, 30)
    with pytest.raises(TooManyRequests) as refused:
        send(limits, 1)
    assert refused.value.headers == {"retry-after": "2"}
    await clock.advance(1.0)
    with pytest.raises(TooManyRequests) as refused:
        send(limits, 1)
    assert refused.value.headers == {"retry-after": "1"}
    await clock.advance(1.0)
    send(limits, 1)
    with pytest.raises(TooManyRequests):
        send(limits, 1)
    await clock.advance(3600.0)
    send(limits, 30)
    with pytest.raises(TooManyRequests):
        send(limits, 1)


async def test_each_client_has_its_own_limit(clock: FakeClock) -> None:
    limits = ClientLimits(clock, requests_per_minute=1, max_open=1)
    with limits.admitted(HERE), limits.admitted(THERE):
        pass
    with pytest.raises(TooManyRequests):
        send(limits, 1)
    send(limits, 1, "2001:db8::1")
    with pytest.raises(TooManyRequests):
        send(limits, 1, "2001:db8::2")  # of the same network


async def test_only_so_many_are_open_at_a_time(clock: FakeClock) -> None:
    limits = ClientLimits(clock, requests_per_minute=0, max_open=2)
    with ExitStack() as opened:
        for _ in range(2):
            opened.enter_context(limits.admitted(HERE))
        with pytest.raises(TooManyOpen), limits.admitted(HERE):
            pass
        with limits.admitted(THERE):
            pass
    with limits.admitted(HERE), limits.admitted(HERE):
        pass


async def test_an_error_while_open_closes(clock: FakeClock) -> None:
    limits = ClientLimits(clock, requests_per_minute=0, max_open=1)
    for _ in range(3):
        with pytest.raises(LookupError), limits.admitted(HERE):
            raise LookupError
    assert not limits._open


async def test_zero_is_no_limit_and_this_machine_has_none(clock: FakeClock) -> None:
    unlimited, limited = ClientLimits(clock, 0, 0), ClientLimits(clock, 1, 1)
    with ExitStack() as opened:
        for _ in range(500):
            opened.enter_context(unlimited.admitted(HERE))
            opened.enter_context(limited.admitted(request_of("127.0.0.1")))
            opened.enter_context(limited.admitted(request_of(None)))


async def test_only_so_many_clients_are_remembered(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CLIENTS", 3)
    limits = ClientLimits(clock, requests_per_minute=2, max_open=2)
    for last in range(1, 5):
        send(limits, 1, f"203.0.113.{last}")
    send(limits, 1, "203.0.113.2")
    send(limits, 1, "203.0.113.5")
    assert list(limits._buckets) == ["203.0.113.4", "203.0.113.2", "203.0.113.5"]
    assert not limits._open
    with pytest.raises(TooManyRequests):
        send(limits, 1, "203.0.113.2")  # remembered since it is recent
