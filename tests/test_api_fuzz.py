"""The HTTP APIs answer generated requests as documented; `make fuzz-api` sends 20,000."""

from __future__ import annotations

from pathlib import Path

import pytest
from api_fuzz.campaign import run_round
from api_fuzz.services import services_on_free_ports

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("is_administrator", [True, False], ids=["administrator", "stranger"])
async def test_generated_requests_find_no_answer_that_is_not_documented(tmp_path: Path, is_administrator: bool) -> None:
    async with services_on_free_ports(tmp_path) as (addresses, administrator):
        sender = administrator if is_administrator else None
        outcomes = await run_round(addresses, sender, tmp_path, seed=1, max_examples=3)

    assert all(outcome.found_nothing for outcome in outcomes), "\n".join(outcome.output for outcome in outcomes)
    assert sum(outcome.requests for outcome in outcomes) > 300
