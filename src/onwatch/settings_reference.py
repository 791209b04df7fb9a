"""Generates `docs/settings.md`: `python -m onwatch.settings_reference > docs/settings.md`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from onwatch.cli import app
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_dashboard.settings import DashboardSettings
from onwatch_detector.settings import DetectorSettings
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.settings import SHARED, ServiceSettings

SERVICES: Mapping[str, type[ServiceSettings]] = {
    "Gateway": GatewaySettings,
    "Catalog": CatalogSettings,
    "Detector": DetectorSettings,
    "Aggregator": AggregatorSettings,
    "Dashboard": DashboardSettings,
}

INTRODUCTION = """\
# Settings

All settings of the program `onwatch` and of the five services. This list is generated (`make docs`); `onwatch config`
prints the settings in force.

A setting is an environment variable. `onwatch up` also reads a file of such lines (`--settings my.env`, a copy of
`src/onwatch/all_in_one.env`); the environment comes before the file. An empty variable counts as unset, and a variable
with the prefix of a service that is no setting of it is refused. Names tell units: `_S` seconds, `_MIN` minutes, `_H`
hours, `_BYTES` bytes. The values of a list are separated by commas.

docker-compose takes the variables of [.env.example](../.env.example) from `.env`; the
[chart](../deploy/k8s/chart/values.yaml) takes settings from `settings` and passwords from its Secret. Traces have the
standard variables of OpenTelemetry ([observability.md](observability.md)).
"""

COMMANDS = """\
## The program

Variables that options of `onwatch` are read from; the option comes first.

| variable | option | commands | meaning |
| --- | --- | --- | --- |
"""

SHARED_SETTINGS = """\
## Of several services

One variable for every service with such a setting; one with the prefix of a service comes before it.

| variable | as |
| --- | --- |
"""

COMMON_SETTINGS = """\
## Of every service

`<NAME>` is `GATEWAY`, `CATALOG`, `DETECTOR`, `AGGREGATOR` or `DASHBOARD`. Other defaults of a service are below.
"""

TABLE = "| variable | values | default | meaning |\n| --- | --- | --- | --- |\n"


def reference() -> str:
    """The whole document, as Markdown."""
    services = (_service(title, settings) for title, settings in SERVICES.items())
    common = COMMON_SETTINGS + "\n" + TABLE + _rows(ServiceSettings, "ONWATCH_<NAME>_", ServiceSettings.model_fields)
    return "\n".join([INTRODUCTION, COMMANDS + _options(), SHARED_SETTINGS + _shared(), common, *services])


@dataclass
class _Option:
    """A variable of the command line, and the commands that read it."""

    names: str
    help: str
    commands: list[str]


def _options() -> str:
    found: dict[str, _Option] = {}
    for name, command in _commands(typer.main.get_command(app)):
        for option in command.params:
            if option.param_type_name == "option" and option.envvar:
                entry = _Option(", ".join(f"`{each}`" for each in option.opts), option.help or "", [])
                found.setdefault(option.envvar, entry).commands.append(f"`{name}`")
    return "".join(
        f"| `{variable}` | {option.names} | {', '.join(option.commands)} | {_cell(option.help)} |\n"
        for variable, option in sorted(found.items())
    )


def _commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its name, groups replaced by what is in them; typer does not publish their types."""
    if commands := getattr(command, "commands", None):
        for part, each in commands.items():
            yield from _commands(each, f"{name} {part}".strip())
    else:
        yield name, command


def _shared() -> str:
    return "".join(f"| `{variable}` | `ONWATCH_<NAME>_{field.upper()}` |\n" for variable, field in SHARED.items())


def _service(title: str, settings: type[ServiceSettings]) -> str:
    own = {
        name: field
        for name, field in settings.model_fields.items()
        if name not in ServiceSettings.model_fields or _differs(field, ServiceSettings.model_fields[name])
    }
    return f"## {title}\n\n{TABLE}{_rows(settings, settings.model_config['env_prefix'], own)}"


def _differs(field: FieldInfo, common: FieldInfo) -> bool:
    return (field.default, field.description) != (common.default, common.description)


def _rows(settings: type[ServiceSettings], prefix: str, fields: Mapping[str, FieldInfo]) -> str:
    schema = settings.model_json_schema()
    kinds = {name: _kind(schema["properties"][name], schema.get("$defs", {})) for name in fields}
    return "".join(
        f"| `{prefix}{name.upper()}` | {kinds[name]} | {_default(name, field.default)} | {_cell(field.description)} |\n"
        for name, field in fields.items()
    )


def _kind(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What may be set, in a few words."""
    match schema:
        case {"$ref": str(reference)}:
            return _kind(definitions[reference.rpartition("/")[2]], definitions)
        case {"anyOf": [given, {"type": "null"}]}:
            return _kind(given, definitions)
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"type": "boolean"}:
            return "`true`, `false`"
        case {"type": "array"}:
            return "list"
        case {"format": "password"}:
            return "secret"
        case {"type": "string", "format": str(kind)}:
            return kind
        case {"type": "string"}:
            return "text"
        case {"type": str(kind)}:
            return kind + _limits(schema)
    raise ValueError(f"cannot describe the schema {schema}")


def _limits(schema: Mapping[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return "".join(f", {sign} {schema[key]}" for key, sign in signs.items() if key in schema)


def _default(name: str, value: object) -> str:
    match value:
        case None | "" | ():
            return ""
        case SecretStr():
            return f"`{value.get_secret_value()}`"
        case bool():
            return f"`{json.dumps(value)}`"
        case _ if name == "static_dir":
            return "in the package"
        case _:
            return f"`{value}`"


def _cell(text: str | None) -> str:
    """Text as it is: without the signs that Markdown takes for its own."""
    return re.sub(r"([|*<\[])", r"\\\1", " ".join((text or "").split()))


if __name__ == "__main__":
    sys.stdout.write(reference())
