from __future__ import annotations

import pytest

from onwatch_catalog.errors import FormTooLarge, MalformedUpload
from onwatch_catalog.uploads.multipart import MAX_FIELD_BYTES, MAX_FIELDS, UploadForm

TYPE = "multipart/form-data; boundary=b"


def part(disposition: str, content: bytes) -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


FILE = part('name="file"; filename="a.mp4"', b"pict\r\n--ures")
NAME = part('name="name"', "Straße".encode())
END = b"--b--\r\n"


def read(body: bytes, step: int = 10_000) -> tuple[UploadForm, bytes]:
    form = UploadForm(TYPE)
    content = b"".join(b"".join(form.feed(body[at : at + step])) for at in range(0, len(body), step))
    form.finish()
    return form, content


@pytest.mark.parametrize("step", [1, 2, 3, 7, 10_000])
@pytest.mark.parametrize("body", [FILE + NAME + END, NAME + FILE + END])
def test_the_file_and_the_name_are_found_however_the_body_is_chunked(body: bytes, step: int) -> None:
    form, content = read(body, step)

    assert (form.filename, form.text("name"), content) == ("a.mp4", "Straße", b"pict\r\n--ures")


def test_a_missing_field_has_no_text() -> None:
    form, _ = read(FILE + END)

    assert form.text("name") is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (FILE, "ends before its last boundary"),
        (NAME + END, "no file"),
        (FILE + FILE + END, "more than one file"),
        (b"nonsense", "cannot be read"),
    ],
)
def test_an_invalid_form_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(MalformedUpload, match=says):
        read(body)


@pytest.mark.parametrize("step", [1000, 1_000_000])
def test_a_field_and_a_number_of_fields_at_the_limit_are_read(step: int) -> None:
    form, _ = read(part('name="other"', b"x" * MAX_FIELD_BYTES) + NAME * (MAX_FIELDS - 1) + FILE + END, step)

    assert form.text("name") == "Straße"


@pytest.mark.parametrize("step", [1000, 1_000_000])
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (part('name="other"', b"x" * (MAX_FIELD_BYTES + 1)) + FILE + END, "`other` has more than"),
        (NAME * (MAX_FIELDS + 1) + FILE + END, "more than 32 fields"),
        (b"".join(part(f'name="{number}"', b"") for number in range(100_000)), "more than 32 fields"),
    ],
)
def test_a_form_with_too_much_besides_its_file_is_refused(body: bytes, says: str, step: int) -> None:
    with pytest.raises(FormTooLarge, match=says):
        read(body, step)


def test_a_part_with_endless_headers_is_refused() -> None:
    with pytest.raises(MalformedUpload, match="cannot be read"):
        read(b"--b\r\nX-Long: " + b"x" * 100_000, step=1000)


def test_a_name_that_is_not_utf_8_is_refused() -> None:
    form, _ = read(part('name="name"', b"\xff\xfe") + FILE + END)

    with pytest.raises(MalformedUpload, match="not UTF-8"):
        form.text("name")


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=" + "b" * 500]
)
def test_a_body_of_another_type_is_refused(content_type: str) -> None:
    with pytest.raises(MalformedUpload):
        UploadForm(content_type)
