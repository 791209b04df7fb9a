from __future__ import annotations

import pytest

from onwatch_catalog.errors import (
    FilesTakenOver,
    InspectionLimitExceeded,
    NoRoomToJoin,
    PictureTooLarge,
    RecordingsNotJoined,
    StillBusy,
    StorageFull,
    StoreFull,
    StoreUnavailable,
    TooManyItems,
    TooManyJoins,
    UploadInterrupted,
    UploadTooLarge,
)
from onwatch_runtime.http import ProblemError


@pytest.mark.parametrize(
    ("error", "status", "code", "says"),
    [
        (StoreUnavailable(OSError("gone")), 503, "store_unavailable", "OSError: gone"),
        (StoreFull(OSError("gone")), 507, "disk_full", "The disk is full"),
        (StorageFull(), 507, "storage_full", "no room"),
        (UploadInterrupted(), 400, "upload_interrupted", "disconnected"),
        (FilesTakenOver("v"), 503, "files_taken_over", "interrupted while it received v"),
        (StillBusy("join", "v"), 503, "still_busy", "with the join v"),
        (UploadTooLarge(1000), 413, "upload_too_large", "1000 bytes"),
        (PictureTooLarge("its pictures are"), 422, "picture_too_large", "not accepted: its pictures are"),
        (
            InspectionLimitExceeded("reading it took"),
            422,
            "inspection_limit_exceeded",
            "the limit of this installation",
        ),
        (TooManyJoins(100), 429, "too_many_joins", "100 joins are waiting"),
        (NoRoomToJoin(7, 5), 507, "storage_full", "7 bytes, and 5 are free"),
        (TooManyItems("gate", 64), 409, "too_many_items", "64 gates, the most that it may have"),
        (RecordingsNotJoined("it took long"), 422, "recordings_not_joined", "cannot be joined: it took long"),
    ],
)
def test_an_error_has_a_status_a_code_and_a_detail(error: ProblemError, status: int, code: str, says: str) -> None:
    assert (error.status, error.code) == (status, code)
    assert says in error.detail


def test_an_unavailable_store_says_when_to_retry() -> None:
    assert StoreUnavailable(OSError()).headers == {"retry-after": "1"}
