"""The base of every service's settings: environment variables, one optional file, unknown names refused."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from onwatch_runtime.tls import TlsFiles


def _split(value: Any) -> Any:
    """Split `a, b` from the environment into two values."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A setting of several values, separated by commas."""


def _is_store(url: str) -> str:
    if not STORE_URL.fullmatch(url):
        raise ValueError(f"{url!r} is no object store; expected s3://BUCKET/PREFIX, gs:// or az://")
    return url


STORE_URL = re.compile(r"(s3|gs|az)://[^/\s?#]+(/[^\s?#]*)?")
StoreUrl = Annotated[str, AfterValidator(_is_store)]
"""Where objects are stored. Endpoint and credentials are not in it."""


def _is_origin(url: str) -> str:
    if not ORIGIN.fullmatch(url):
        raise ValueError(f"{url!r} is no address of a store for browsers; expected https://HOST or with :PORT")
    return url


# A path would be part of what is signed, and no proxy could take it away.
ORIGIN = re.compile(r"https?://([A-Za-z0-9_.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
PublicStoreUrl = Annotated[str, AfterValidator(_is_origin)]
"""Where browsers reach an object store: scheme, host and perhaps port."""


def secret_in(given: SecretStr | None, file: Path | None) -> str | None:
    """A secret that is set, or the content of its file, which comes first; None without both. `OSError`. Blocks."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    return given.get_secret_value() if given else None


SHARED = {
    "ONWATCH_AUTH": "auth",
    "ONWATCH_MEDIA_PUBLIC_URL": "media_public_url",
    "ONWATCH_MEDIA_URL": "media_url",
    "ONWATCH_SERVICE_SECRET": "service_secret",
    "ONWATCH_SERVICE_SECRET_PREVIOUS": "service_secret_previous",
    "ONWATCH_TLS_CA_FILE": "tls_ca_file",
    "ONWATCH_TLS_CERTIFICATE_FILE": "tls_certificate_file",
    "ONWATCH_TLS_KEY_FILE": "tls_key_file",
}
"""Variables for every service with such a setting; one with the service's prefix comes before them."""


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

    host: str = Field(default="127.0.0.1", description="address to listen at; the images set 0.0.0.0")
    port: int = Field(default=0, ge=0, le=65535, description="0: any free port")
    ops_host: str = Field(default="127.0.0.1", description="address of ops_port; the images set 0.0.0.0")
    ops_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="of health and metrics, for operators alone; 0: any free port",
    )
    request_head_timeout_s: float = Field(
        default=10.0, gt=0, description="for the request line and headers; a slower connection is closed"
    )
    request_body_timeout_s: float = Field(
        default=60.0, gt=0, description="without a byte of a request's body; then the connection is closed"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least severe messages that are logged"
    )
    log_format: Literal["text", "json"] = Field(default="text", description="json: an object per line, for collectors")
    data_dir: Path = Field(default=Path("data"), description="what has no setting of its own; of `onwatch`: --data-dir")
    bus_url: SecretStr = Field(
        default=SecretStr("amqp://guest:guest@127.0.0.1:5672/"),
        description="RabbitMQ, of a cluster the addresses of several nodes, separated by commas: the next is tried "
        "when one is lost; not used by onwatch up",
    )
    service_secret: SecretStr | None = Field(
        default=None,
        description="of all services, at best as ONWATCH_SERVICE_SECRET: catalog and aggregator answer no one without",
    )
    service_secret_previous: SecretStr | None = Field(
        default=None, description="still answered by catalog and aggregator, while the secret is being changed"
    )
    tls_ca_file: Path | None = Field(
        default=None,
        description="PEM, authorities that sign the certificates of servers at amqps://, rediss://, https:// and "
        "postgresql://...?sslmode=verify-full, at best as ONWATCH_TLS_CA_FILE; default: those of the machine",
    )
    tls_certificate_file: Path | None = Field(
        default=None, description="PEM, of this service, for servers that ask their clients for one"
    )
    tls_key_file: Path | None = Field(default=None, description="PEM, of that certificate, not encrypted")
    grace_s: float = Field(default=10.0, gt=0, description="for work in flight when the process stops")
    drain_s: float = Field(default=0.0, ge=0, description="not ready, but still serving, before the stop")

    @property
    def tls(self) -> TlsFiles:
        return TlsFiles(self.tls_ca_file, self.tls_certificate_file, self.tls_key_file)

    @model_validator(mode="after")
    def _previous_secret_has_a_successor(self) -> Self:
        if self.service_secret_previous is not None and self.service_secret is None:
            raise ValueError(
                "service_secret_previous is set without service_secret: everybody would be answered. Set the new "
                "secret as ONWATCH_SERVICE_SECRET"
            )
        return self

    @model_validator(mode="after")
    def _has_usable_tls_files(self) -> Self:
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_certificate_file and tls_key_file belong together: set both or none")
        if self.tls.are_given:
            self.tls.context()
        return self

    @model_validator(mode="after")
    def _has_two_ports(self) -> Self:
        if self.port and self.ops_port == self.port:
            raise ValueError(f"ops_port and port are both {self.port}: operators' endpoints have a port of their own")
        return self

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
        shared = {
            field: written[name] for name, field in SHARED.items() if name in written and field in cls.model_fields
        }
        return cls(**{**shared, **fields, **given})
