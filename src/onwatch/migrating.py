"""Migrates the databases of catalog and aggregator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import onwatch_aggregator.results
import onwatch_catalog.records
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings


def migrate_all() -> Iterator[str]:
    """Migrate one after the other, each under its own lock; yields the name of each that is done.

    Raises `ValueError` for invalid settings, `StoreUnavailable` when a database is unavailable.
    """
    asyncio.run(onwatch_catalog.records.migrate(CatalogSettings.load()))
    yield "catalog"
    asyncio.run(onwatch_aggregator.results.migrate(AggregatorSettings.load()))
    yield "aggregator"
