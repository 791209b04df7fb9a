"""The base of every service's settings: environment variables, one optional file, unknown names refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


def _split(value: Any) -> Any:
    """Split `a, b` from the environment into two values."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A setting of several values, separated by commas."""


class UnknownSetting(ValueError):
    """A variable with a service's prefix but no such setting: most likely a typing error."""


def _values_in(file: Path) -> dict[str, str | None]:
    with file.open(encoding="utf-8") as lines:  # given a path, dotenv would treat a missing file as empty
        return dotenv_values(stream=lines)


def _not_empty(values: Mapping[str, str | None]) -> dict[str, str]:
    """Without empty variables, which count as unset."""
    return {name: value for name, value in values.items() if value}


class ServiceSettings(BaseSettings):
    """Settings of every service. A subclass sets `env_prefix`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True)

    host: str = "127.0.0.1"  # the Docker images set 0.0.0.0
    port: int = Field(default=0, ge=0, le=65535, description="0: any free port")
    request_head_timeout_s: float = Field(
        default=10.0, gt=0, description="for the request line and headers; a slower connection is closed"
    )
    request_body_timeout_s: float = Field(
        default=60.0, gt=0, description="without a byte of a request's body; then the connection is closed"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    data_dir: Path = Path("data")
    bus_url: SecretStr = Field(
        default=SecretStr("amqp://guest:guest@127.0.0.1:5672/"), description="RabbitMQ; not used by onwatch up"
    )
    grace_s: float = Field(default=10.0, gt=0, description="for work in flight when the process stops")
    drain_s: float = Field(default=0.0, ge=0, description="not ready, but still serving, before the stop")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit values only: `load` alone reads the environment, so that tests can replace it."""
        return (init_settings,)

    @classmethod
    def load(cls, file: Path | None = None, environ: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """Settings from `given`, else the environment, else `file` (lines of NAME=value), else the defaults.

        `UnknownSetting` for a variable that starts with the service's prefix and is no setting; `OSError` if `file`
        cannot be read.
        """
        prefix = cls.model_config["env_prefix"]
        written = {**_not_empty(_values_in(file) if file else {}), **_not_empty(environ)}
        ours = {name: value for name, value in written.items() if name.startswith(prefix)}
        fields = {name.removeprefix(prefix).lower(): value for name, value in ours.items()}
        if unknown := sorted(set(fields) - set(cls.model_fields)):
            names = ", ".join(prefix + name.upper() for name in unknown)
            raise UnknownSetting(f"unknown setting {names}; `onwatch config` lists all settings")
        return cls(**{**fields, **given})
