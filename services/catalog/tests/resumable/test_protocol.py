from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from onwatch_catalog.errors import InvalidUploadRequest, UnsupportedTusVersion, UploadMediaType
from onwatch_catalog.resumable.protocol import check_media_type, check_version, http_date, metadata_in, number_in


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_metadata_are_keys_with_texts_in_base64():
    header = f"filename {encoded('Straße, 1.mp4')},name {encoded('Elm')} , is_quick"

    assert metadata_in({"upload-metadata": header}) == {"filename": "Straße, 1.mp4", "name": "Elm", "is_quick": ""}
    assert metadata_in({}) == {}


@pytest.mark.parametrize("header", ["name ???", "name /w==", "name YQ", "x" * 9000])
def test_other_metadata_are_refused(header: str):
    with pytest.raises(InvalidUploadRequest):
        metadata_in({"upload-metadata": header})


@pytest.mark.parametrize("value", ["", "-1", "1.5", "many", "٣", "9" * 19])
def test_what_is_no_number_of_bytes_is_refused(value: str):
    with pytest.raises(InvalidUploadRequest, match="`Upload-Length`"):
        number_in({"upload-length": value}, "Upload-Length")


def test_another_version_or_media_type_is_refused():
    check_version({"tus-resumable": "1.0.0"})
    check_media_type({"content-type": "application/offset+octet-stream"})
    for headers in ({}, {"tus-resumable": "0.2.2"}):
        with pytest.raises(UnsupportedTusVersion):
            check_version(headers)
    with pytest.raises(UploadMediaType):
        check_media_type({"content-type": "application/json"})


def test_a_date_is_written_as_http_does():
    assert http_date(datetime(2026, 3, 2, 8, 15, tzinfo=UTC)) == "Mon, 02 Mar 2026 08:15:00 GMT"
