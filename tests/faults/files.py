"""Where the files of the videos are: a folder that catalogs and detectors share, or an object store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import S3Store

from onwatch_testkit.servers import SeaweedServer

PREFIX = "system"


class Files(Protocol):
    @property
    def folder(self) -> Path:
        """That of the settings, also where no video is in it."""
        ...

    def environ_of(self, process: str) -> Mapping[str, str]:
        """More settings of a catalog or detector."""
        ...

    async def all(self) -> list[str]:
        """The paths of all files."""
        ...

    async def delete(self, path: str) -> None:
        """No matter whether there is such a file."""
        ...


@dataclass(frozen=True)
class MediaFolder:
    folder: Path
    is_limited: bool
    """Whether it is a file system of its own, which can be filled without affecting other programs."""

    def environ_of(self, process: str) -> Mapping[str, str]:
        return {}

    async def all(self) -> list[str]:
        return [str(path) for path in sorted(self.folder.rglob("*")) if path.is_file()]

    async def delete(self, path: str) -> None:
        await asyncio.to_thread((self.folder / path).unlink, missing_ok=True)


@dataclass(frozen=True)
class StoredFiles:
    folder: Path
    bucket: str
    server: SeaweedServer

    def environ_of(self, process: str) -> Mapping[str, str]:
        """Each process has a cache of its own, as on a node of its own."""
        service = process.partition("-")[0].upper()
        return {
            "ONWATCH_MEDIA_URL": f"s3://{self.bucket}/{PREFIX}",
            f"ONWATCH_{service}_MEDIA_CACHE_DIR": str(self.folder / process),
        }

    async def all(self) -> list[str]:
        pages = await asyncio.to_thread(list, obstore.list(self._store))
        return sorted(found["path"] for page in pages for found in page)

    async def delete(self, path: str) -> None:
        await obstore.delete_async(self._store, f"{PREFIX}/{path}")

    @property
    def _store(self) -> S3Store:
        return self.server.bucket(self.bucket)
