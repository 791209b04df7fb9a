"""The tus protocol 1.0: what its headers say. Pure rules."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from onwatch_catalog.errors import InvalidUploadRequest, UnsupportedTusVersion, UploadMediaType

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
MEDIA_TYPE = "application/offset+octet-stream"
MAX_METADATA_CHARS = 8 * 1024
MAX_DIGITS = 18


def check_version(headers: Mapping[str, str]) -> None:
    """`UnsupportedTusVersion` unless the client speaks this version."""
    if headers.get("tus-resumable") != VERSION:
        raise UnsupportedTusVersion(VERSION)


def check_media_type(headers: Mapping[str, str]) -> None:
    if headers.get("content-type") != MEDIA_TYPE:
        raise UploadMediaType(MEDIA_TYPE)


def number_in(headers: Mapping[str, str], name: str) -> int:
    """A number of bytes; `InvalidUploadRequest` if the header is missing or no number."""
    value = headers.get(name.lower(), "")
    if not value.isascii() or not value.isdecimal() or len(value) > MAX_DIGITS:
        raise InvalidUploadRequest(f"`{name}` is {value[:100]!r}; expected a number of bytes")
    return int(value)


def metadata_in(headers: Mapping[str, str]) -> dict[str, str]:
    """`Upload-Metadata`: keys, each with a text in Base64, separated by commas."""
    header = headers.get("upload-metadata", "")
    if len(header) > MAX_METADATA_CHARS:
        raise InvalidUploadRequest(f"`Upload-Metadata` has more than {MAX_METADATA_CHARS} characters")
    pairs = [pair.split() for pair in header.split(",") if pair.strip()]
    try:
        return {key: base64.b64decode("".join(value), validate=True).decode() for key, *value in pairs}
    except (ValueError, binascii.Error) as error:
        raise InvalidUploadRequest("`Upload-Metadata` has a value that is no UTF-8 text in Base64") from error


def http_date(time: datetime) -> str:
    return format_datetime(time, usegmt=True)
