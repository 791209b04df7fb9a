"""Settings of the five services in the one-process mode.

Imports only settings classes, so that `onwatch config` starts fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from os import environ as process_environ
from pathlib import Path
from typing import Any

from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_dashboard.settings import DashboardSettings
from onwatch_detector.settings import DetectorSettings
from onwatch_gateway.settings import GatewaySettings

SETTINGS_FILE = Path(__file__).with_name("all_in_one.env")


@dataclass(frozen=True)
class Configuration:
    """Settings of the five services, and the file they were read from."""

    file: Path
    aggregator: AggregatorSettings
    catalog: CatalogSettings
    dashboard: DashboardSettings
    detector: DetectorSettings
    gateway: GatewaySettings

    def without_logins(self) -> Configuration:
        """For services that no other program can reach."""
        off = {"auth": "off"}
        return replace(self, catalog=self.catalog.model_copy(update=off), gateway=self.gateway.model_copy(update=off))


def configure(
    data_dir: Path, file: Path = SETTINGS_FILE, environ: Mapping[str, str] = process_environ, **detector: Any
) -> Configuration:
    """Settings from the environment, else the file; `detector` overrides single settings of the detector."""
    media_dir = data_dir / "media"
    return Configuration(
        file=file,
        aggregator=AggregatorSettings.load(file, environ, data_dir=data_dir),
        catalog=CatalogSettings.load(file, environ, data_dir=data_dir, media_dir=media_dir),
        dashboard=DashboardSettings.load(file, environ, data_dir=data_dir),
        detector=DetectorSettings.load(file, environ, data_dir=data_dir, media_dir=media_dir, **detector),
        gateway=GatewaySettings.load(file, environ, data_dir=data_dir),
    )


def lines_of(configuration: Configuration) -> Iterator[str]:
    """Every setting in force, as lines of a settings file."""
    services = (
        configuration.aggregator,
        configuration.catalog,
        configuration.dashboard,
        configuration.detector,
        configuration.gateway,
    )
    for settings in services:
        for name, value in settings:
            yield f"{settings.model_config['env_prefix']}{name.upper()}={_as_text(value)}"


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)
