"""Parses a streamed multipart form with one file and short fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from onwatch_catalog.errors import FormTooLarge, MalformedUpload

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # a name for type checkers only

FILE_FIELD = "file"
MAX_FIELDS = 32
MAX_FIELD_BYTES = 64 * 1024


@dataclass
class UploadForm:
    """Feed it the body; it returns the bytes of the file and collects the other fields."""

    content_type: str
    filename: str | None = None
    """Of the file; None until its part starts."""
    fields: dict[str, bytes] = field(default_factory=dict)
    is_complete: bool = False

    def __post_init__(self) -> None:
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_end": self._on_end,
        }
        self._parser = _parser(_boundary(self.content_type), callbacks)
        self._headers: dict[bytes, bytes] = {}
        self._header_name, self._header_value = b"", b""
        self._field: str | None = None
        self._field_count = 0
        self._file_chunks: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Parse a chunk of the body; the chunks of the file in it.

        `MalformedUpload` when it is not such a form, `FormTooLarge` when it has too much besides the file.
        """
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise MalformedUpload(f"The form cannot be read: {error}") from error
        chunks, self._file_chunks = self._file_chunks, []
        yield from chunks

    def finish(self) -> None:
        """Check at the end of the body; `MalformedUpload` when the form is incomplete or has no file."""
        if not self.is_complete:
            raise MalformedUpload("The form ends before its last boundary")
        if self.filename is None:
            raise MalformedUpload("The form has no file")

    def text(self, name: str) -> str | None:
        """The text of a field; None if the form has no such field."""
        value = self.fields.get(name)
        try:
            return None if value is None else value.decode()
        except UnicodeDecodeError as error:
            raise MalformedUpload(f"The field `{name}` is not UTF-8") from error

    # --- called by the parser --------------------------------------------------------------------

    def _on_part_begin(self) -> None:
        self._headers = {}

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name, self._header_value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode(errors="replace")
        if name == FILE_FIELD:
            self._begin_file(options.get(b"filename", b""))
        else:
            self._begin_field(name)

    def _begin_field(self, name: str) -> None:
        self._field_count += 1
        if self._field_count > MAX_FIELDS:
            raise FormTooLarge(f"The form has more than {MAX_FIELDS} fields")
        self._field = name
        self.fields[name] = b""

    def _begin_file(self, filename: bytes) -> None:
        if self.filename is not None:
            raise MalformedUpload("The form has more than one file")
        self.filename, self._field = filename.decode(errors="replace"), None

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._file_chunks.append(data[start:end])
            return
        if len(self.fields[self._field]) + end - start > MAX_FIELD_BYTES:
            raise FormTooLarge(f"The field `{self._field[:100]}` has more than {MAX_FIELD_BYTES} bytes")
        self.fields[self._field] += data[start:end]

    def _on_end(self) -> None:
        self.is_complete = True


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise MalformedUpload(f"The content type is {content_type[:100] or 'missing'!r}")
    return boundary


def _parser(boundary: bytes, callbacks: MultipartCallbacks) -> MultipartParser:
    try:
        return MultipartParser(boundary, callbacks)
    except FormParserError as error:
        raise MalformedUpload(f"The boundary is no boundary: {error}") from error
