"""Which stores `onwatch doctor` examines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import environ as process_environ
from pathlib import Path

from onwatch.configuration import SETTINGS_FILE, configure
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_runtime.observe import ExaminationFailed

SERVER_URLS = (
    "ONWATCH_CATALOG_DATABASE_URL",
    "ONWATCH_CATALOG_BUS_URL",
    "ONWATCH_AGGREGATOR_DATABASE_URL",
    "ONWATCH_AGGREGATOR_REDIS_URL",
    "ONWATCH_AGGREGATOR_BUS_URL",
)


@dataclass(frozen=True)
class Stores:
    """The databases, the files of videos, and the servers if there are any."""

    catalog: CatalogSettings
    aggregator: AggregatorSettings
    has_servers: bool
    """RabbitMQ and Redis; otherwise both are in the memory of `onwatch up`."""
    management_url: str | None = field(default=None, repr=False)
    """With a user and a password."""

    @property
    def description(self) -> str:
        files = "the media folder" if self.catalog.media_url is None else f"the videos in {self.catalog.media_url}"
        if self.has_servers:
            unlisted = "" if self.management_url else " (its queues are not listed: no --management-url)"
            return f"the servers in the environment: both databases, {files}, Redis, RabbitMQ{unlisted}"
        return f"the data folder {self.catalog.data_dir}: both databases and {files}"


def locate_stores(
    data_dir: Path,
    file: Path = SETTINGS_FILE,
    environ: Mapping[str, str] = process_environ,
    management_url: str | None = None,
    *,
    must_exist: bool = True,
) -> Stores:
    """The servers that the environment names; if it names none, the data folder of the one-process mode.

    Raises `ExaminationFailed` when that folder has to exist and does not.
    """
    if any(environ.get(name) for name in SERVER_URLS):
        catalog, aggregator = CatalogSettings.load(None, environ), AggregatorSettings.load(None, environ)
        return Stores(catalog, aggregator, has_servers=True, management_url=management_url)
    if must_exist and not data_dir.is_dir():
        raise ExaminationFailed("data folder", f"{data_dir} does not exist, and the environment names no server")
    configuration = configure(data_dir, file, environ)
    return Stores(configuration.catalog, configuration.aggregator, has_servers=False)
