"""The process that measures evidence: the same as in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from onwatch_aggregator.evidence.measuring import LoggedRun, ProcessEvidenceMeasurer
from onwatch_aggregator.recounts import RecountImpossible
from onwatch_contracts.site import Site
from onwatch_counting.log import LoggedPicture, pack, unpack_columns
from onwatch_counting.recount import recount


async def log(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.mark.parametrize("boxes_at_once", [250, 0], ids=["at once", "picture by picture"])
async def test_it_measures_as_this_process_does(site: Site, pictures: Sequence[LoggedPicture], boxes_at_once: int):
    chunks = [pack(pictures[:100]), pack(pictures[100:])]
    expected = recount(site, map(unpack_columns, chunks), 10.0, keep_evidence=True).evidence
    run = LoggedRun(site, 10.0, 0.04, 188)
    assert await ProcessEvidenceMeasurer(boxes_at_once).evidence(run, log(*chunks)) == expected


async def test_a_damaged_log_cannot_be_measured(site: Site):
    with pytest.raises(RecountImpossible, match="damaged"):
        await ProcessEvidenceMeasurer().evidence(LoggedRun(site, 10.0, 0.04, 1), log(b"no chunk"))
