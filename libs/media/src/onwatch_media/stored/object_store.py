"""An object store, by obstore: what is needed of it, and its errors. Every method blocks."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import ObjectStore as AnyStore
from obstore.store import from_url

from onwatch_media.clock_file import SUFFIX
from onwatch_media.stored.block_cache import BlockCache

if TYPE_CHECKING:
    from obstore import SignCapableStore

ALLOW_HTTP = ("AWS_ALLOW_HTTP", "AZURE_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP")
"""Read here: obstore does not, where it is given other options of its client."""
CONNECT_S = 3
REQUEST_S = 60  # a part of 8 MiB at 1.1 Mbit/s
PROBE_S = 2
RETRY_S = 10.0
"""How long a request is repeated while the store is away; whoever waits then tries again later."""
MIB = 1 << 20
DELETED_AT_ONCE = 1_000
MAX_PARTS = 9_000  # a multipart upload may have 10,000
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

Unavailable = Callable[[Exception], Exception]
"""The service's own error for a store that is away, from what obstore raised."""


class Listed(NamedTuple):
    path: str
    size_bytes: int
    modified_at: datetime


def store_at(
    url: str, ca_file: Path | None = None, *, is_patient: bool = True, endpoint: str | None = None
) -> AnyStore:
    """Endpoint, region and credentials are in the environment, by the usual names: AWS_..., GOOGLE_..., AZURE_...

    `endpoint`: of S3, in place of that of the environment.

    `OSError` for a file that cannot be read, `ValueError` for what is not usable.
    """
    client: dict[str, Any] = {
        "connect_timeout": timedelta(seconds=CONNECT_S if is_patient else PROBE_S),
        "timeout": timedelta(seconds=REQUEST_S if is_patient else PROBE_S),
        "user_agent": "Onwatch",
        "allow_http": any(os.environ.get(name, "").lower() == "true" for name in ALLOW_HTTP),
    }
    if ca_file is not None:
        client["root_certificate"] = ca_file.read_bytes()
    retry: Any = {
        "max_retries": 100 if is_patient else 0,
        "retry_timeout": timedelta(seconds=RETRY_S),
        "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
    }
    try:
        any_url: Any = from_url  # its type says what each kind of store may be given
        given = {} if endpoint is None else {"endpoint": endpoint}
        return cast("AnyStore", any_url(url, client_options=client, retry_config=retry, **given))
    except BaseError as error:
        raise ValueError(f"the object store {url} cannot be used: {_without_debugging(error)}") from error


@dataclass(frozen=True, eq=False)  # those of obstore have no hash
class ObjectStore:
    """Below one prefix. A store that is away raises what `unavailable` makes of the error."""

    store: AnyStore
    cache: BlockCache
    unavailable: Unavailable
    probe: AnyStore | None = None
    """The same, asked once and for a short time; None: the store itself."""
    public: AnyStore | None = None
    """The same, at the address at which others reach it; None: they do not."""

    @classmethod
    def of(
        cls,
        url: str,
        cache: BlockCache,
        unavailable: Unavailable,
        ca_file: Path | None = None,
        public_url: str | None = None,
    ) -> ObjectStore:
        public = None if public_url is None else store_at(url, ca_file, endpoint=public_url)
        return cls(store_at(url, ca_file), cache, unavailable, store_at(url, ca_file, is_patient=False), public)

    def check(self, folder: str = "check") -> bool:
        """Raise unless objects can be listed; whether there is one in the folder."""
        with self._reached(), _nothing_missing():
            return bool(next(iter(obstore.list(self.probe or self.store, folder, chunk_size=1)), None))

    def size_bytes(self, path: str) -> int | None:
        """None: there is no such object."""
        with self._reached():
            try:
                return int(obstore.head(self.store, path)["size"])
            except FileNotFoundError:
                return None

    def file(self, path: str) -> StoredObject | None:
        """The video file at the path; None: there is none."""
        size_bytes = self.size_bytes(path)
        return None if size_bytes is None else StoredObject(self, path, size_bytes)

    def content(self, path: str) -> bytes | None:
        """All of a small object; None: there is none."""
        with self._reached():
            try:
                return bytes(obstore.get(self.store, path).bytes())
            except FileNotFoundError:
                return None

    def read(self, path: str, offset: int, size: int) -> bytes:
        """`FileNotFoundError`."""
        with self._reached():
            try:
                return bytes(obstore.get_range(self.store, path, start=offset, length=size)) if size > 0 else b""
            except FileNotFoundError:
                raise FileNotFoundError(errno.ENOENT, "no such object", path) from None

    def presigned_url(self, path: str, expiry_s: float) -> str | None:
        """Who has it may read the object until it expires; None: others do not reach the store."""
        if self.public is None:
            return None
        with self._reached():
            return obstore.sign(cast("SignCapableStore", self.public), "GET", path, timedelta(seconds=expiry_s))

    def put(self, path: str, content: bytes) -> None:
        with self._reached(), _nothing_missing():
            obstore.put(self.store, path, content, use_multipart=False)

    def put_new(self, path: str, content: bytes) -> None:
        """`FileExistsError` if there is such an object with another content: the same may be that of a first try."""
        with self._reached(), _nothing_missing():
            try:
                obstore.put(self.store, path, content, mode="create", use_multipart=False)
            except AlreadyExistsError as error:
                if self.content(path) != content:
                    raise FileExistsError(errno.EEXIST, "another writer was quicker", path) from error

    def put_all(
        self, path: str, chunks: Iterable[bytes], size_bytes: int, headers: Mapping[str, str] = NO_HEADERS
    ) -> None:
        """Write a large object, which is there once all of it is. What the chunks raise ends it.

        `headers`: those of the answer to whoever gets it from the store.
        """
        part_bytes = max(8 * MIB, -(-size_bytes // MAX_PARTS))
        with self._reached(), _nothing_missing(), closing(_read_ahead(iter(chunks))) as ahead:
            obstore.put(self.store, path, ahead, attributes=dict(headers), chunk_size=part_bytes, max_concurrency=4)

    def listed(self, prefix: str | None = None) -> Iterator[Listed]:
        """The objects in a folder, or all, by path."""
        with self._reached(), _nothing_missing():
            for page in obstore.list(self.store, prefix):
                for found in page:
                    yield Listed(found["path"], int(found["size"]), found["last_modified"])

    def delete(self, paths: Sequence[str]) -> None:
        """Idempotent."""
        for first in range(0, len(paths), DELETED_AT_ONCE):
            self._delete(paths[first : first + DELETED_AT_ONCE])

    def _delete(self, paths: Sequence[str]) -> None:
        with self._reached():
            try:
                obstore.delete(self.store, list(paths))
            except FileNotFoundError:  # of some kinds of store; the others are deleted all the same
                if len(paths) > 1:
                    for path in paths:
                        self._delete([path])

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except BaseError as error:
            raise self.unavailable(OSError(_without_debugging(error))) from error


def _read_ahead(chunks: Iterator[bytes]) -> Generator[bytes, None, None]:
    """In another thread: in that which obstore writes from, it cannot read."""
    with ThreadPoolExecutor(1, "reads to write") as thread:
        upcoming = thread.submit(next, chunks, None)
        while (chunk := upcoming.result()) is not None:
            upcoming = thread.submit(next, chunks, None)
            yield chunk


@contextmanager
def _nothing_missing() -> Iterator[None]:
    """Where nothing is read that could be missing, it is the bucket that is."""
    try:
        yield
    except FileNotFoundError as error:
        raise BaseError(_without_debugging(error)) from error


def _without_debugging(error: Exception) -> str:
    return " ".join(str(error).partition("\n\nDebug source")[0].split())[:500]


@dataclass(frozen=True)
class StoredObject:
    """A video file in a store, read through the cache: an `onwatch_media.StoredFile`."""

    store: ObjectStore
    key: str
    size_bytes: int

    @property
    def path(self) -> PurePosixPath:
        return PurePosixPath(self.key)

    def read(self, offset: int, size: int) -> bytes:
        wanted = max(0, min(size, self.size_bytes - offset))
        return self.store.cache.read(self.key, offset, wanted, self._fetched)

    def clock_file(self) -> bytes:
        return self.store.content(self.path.with_suffix(SUFFIX).as_posix()) or b""

    def _fetched(self, offset: int, size: int) -> bytes:
        return self.store.read(self.key, offset, min(size, self.size_bytes - offset))
