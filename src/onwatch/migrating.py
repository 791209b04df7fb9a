"""The databases of catalog and aggregator, brought up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import onwatch_aggregator.results.database
import onwatch_catalog.videos.database
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings


def migrate_all() -> Iterator[str]:
    """Migrate one after the other, each under its own lock; yields the names of those that are done.

    `ValueError` for settings that make no sense, `StoreUnavailable` for a database that is not reached.
    """
    asyncio.run(onwatch_catalog.videos.database.migrate(CatalogSettings.load()))
    yield "catalog"
    asyncio.run(onwatch_aggregator.results.database.migrate(AggregatorSettings.load()))
    yield "aggregator"
