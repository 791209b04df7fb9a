from __future__ import annotations

import pytest

from onwatch_aggregator.errors import ClaimRefused, RunFinished, RunFinishing, RunLeased, RunNotFound, VideoDeleted
from onwatch_contracts.http import ClaimRefusal


def test_every_refusal_has_its_error():
    assert {cls.code for cls in ClaimRefused.__subclasses__()} == set(ClaimRefusal)


@pytest.mark.parametrize(
    "error",
    [RunLeased("v7", "w", 1.0), RunFinished("v7"), RunFinishing("v7"), VideoDeleted("v7"), RunNotFound("v7", "run-1")],
)
def test_every_error_names_the_video(error: Exception):
    assert "v7" in str(error)
