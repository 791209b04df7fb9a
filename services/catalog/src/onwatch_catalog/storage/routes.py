"""The HTTP API of storage."""

from __future__ import annotations

from fastapi import FastAPI

from onwatch_catalog.storage.quota import StorageQuota
from onwatch_contracts.http import StorageUsage


def add_storage(app: FastAPI, quota: StorageQuota) -> None:
    @app.get("/api/storage")
    async def get_storage() -> StorageUsage:
        """How many bytes the video files take, uploads in progress included, and how many they may."""
        return await quota.usage()
