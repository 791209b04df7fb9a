from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from onwatch_catalog.webhooks.records import new_secret, next_attempt_at

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_attempts_are_made_less_and_less_often_until_there_is_none() -> None:
    delays = [next_attempt_at(NOON, attempts) for attempts in range(1, 10)]
    seconds = [5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600]
    assert delays == [*(NOON + timedelta(seconds=each) for each in seconds), None, None]


def test_a_secret_has_256_random_bits() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert new_secret() != secret
