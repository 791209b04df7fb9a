from __future__ import annotations

import pytest

from onwatch_catalog.errors import StorageFull, StoreUnavailable, UploadInterrupted, UploadTooLarge
from onwatch_runtime.http.problems import ProblemError


@pytest.mark.parametrize(
    ("error", "status", "code", "says"),
    [
        (StoreUnavailable(OSError("gone")), 503, "store_unavailable", "OSError: gone"),
        (StorageFull(), 507, "storage_full", "no room"),
        (UploadInterrupted(), 400, "upload_interrupted", "went away"),
        (UploadTooLarge(1000), 413, "upload_too_large", "1000 bytes"),
    ],
)
def test_a_failure_has_its_status_its_code_and_says_what_was_wrong(
    error: ProblemError, status: int, code: str, says: str
) -> None:
    assert (error.status, error.code) == (status, code)
    assert says in error.detail


def test_a_store_that_is_away_may_be_asked_again() -> None:
    assert StoreUnavailable(OSError()).headers == {"retry-after": "1"}
