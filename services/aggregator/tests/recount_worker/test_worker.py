from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from onwatch_aggregator.recount_worker import worker
from onwatch_contracts.site import Site
from onwatch_counting.log import LoggedBox, LoggedPicture, pack, unpack_columns


def test_progress_is_told_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    times: Iterator[float] = iter([0.0, 0.1, 0.2, 0.2, 0.3, 0.5, 0.5])
    monkeypatch.setattr(worker.time, "monotonic", lambda: next(times))
    target = io.BytesIO()
    tell = worker._progress(target)

    for share in (0.1, 0.2, 0.3, 0.4):
        tell(share)

    assert [json.loads(line)["progress"] for line in target.getvalue().splitlines()] == [0.2, 0.4]


@pytest.mark.parametrize(("parked_s", "is_parked"), [(7.0, True), (20.0, False)])
def test_how_long_a_vehicle_stands_until_it_is_parked_is_a_setting(parked_s: float, is_parked: bool) -> None:
    """It comes in the third second, stands for ten and drives on."""
    places = [(0.1, 3.0), *[(0.5, 3.5 + n / 2) for n in range(20)], (0.9, 14.0)]
    steps = [(round(x * 32768), at_s) for x, at_s in places]
    pictures = [LoggedPicture(at_s, (LoggedBox(1, x, 9000, x + 2000, 11000, 200, "car", ()),)) for x, at_s in steps]

    rules = worker.rules_of({"parked_s": parked_s})
    found = worker.recount_by_picture(Site(), [unpack_columns(pack(pictures))], 20.0, lambda share: None, rules)

    assert [vehicle.is_parked for vehicle in found.vehicles] == [is_parked]
