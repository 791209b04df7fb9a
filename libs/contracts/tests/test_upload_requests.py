import pytest

from onwatch_contracts.upload_requests import is_upload


@pytest.mark.parametrize(
    ("method", "path", "is_one"),
    [
        ("POST", "/api/videos", True),
        ("PATCH", "/api/uploads/v-1", True),
        ("PATCH", "/api/videos/v-1", False),
        ("POST", "/api/uploads", False),
        ("POST", "/api/uploads/v-1", False),
        ("PATCH", "/api/uploads/v-1/x", False),
        ("PUT", "/api/videos", False),
    ],
)
def test_only_files_are_streamed(method: str, path: str, is_one: bool):
    assert is_upload(method, path) is is_one
