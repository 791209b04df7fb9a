"""The two services with tables, and how each database is named to a person."""

from __future__ import annotations

from dataclasses import dataclass

import onwatch_aggregator.backup
import onwatch_catalog.backup
from onwatch.doctor import Stores
from onwatch_sql.database import Database
from onwatch_sql.dump import Owned
from onwatch_sql.settings import DatabaseSettings

CATALOG, AGGREGATOR = onwatch_catalog.backup.DATABASE, onwatch_aggregator.backup.DATABASE
DATABASES = (CATALOG, AGGREGATOR)
"""The catalog first: what the aggregator knows later does no harm, a video without its results would."""

APPLICATION = "onwatch-backup"


@dataclass(frozen=True)
class Owner:
    """A database and where it is."""

    database: Database
    settings: DatabaseSettings

    @property
    def name(self) -> str:
        return self.database.owner

    @property
    def owned(self) -> Owned:
        return self.database, self.settings


def owners_of(stores: Stores) -> tuple[Owner, Owner]:
    return Owner(CATALOG, stores.catalog), Owner(AGGREGATOR, stores.aggregator)
