from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from onwatch_aggregator.recount_worker import worker


def test_progress_is_told_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    times: Iterator[float] = iter([0.0, 0.1, 0.2, 0.2, 0.3, 0.5, 0.5])
    monkeypatch.setattr(worker.time, "monotonic", lambda: next(times))
    target = io.BytesIO()
    tell = worker._progress(target)

    for share in (0.1, 0.2, 0.3, 0.4):
        tell(share)

    assert [json.loads(line)["progress"] for line in target.getvalue().splitlines()] == [0.2, 0.4]
