"""Prints the README of the chart: every value of values.yaml with its default, and the comment above it.

chart_readme.py > deploy/k8s/chart/README.md
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

VALUES = Path(__file__).parent / "chart" / "values.yaml"
KEY = re.compile(r"( *)([A-Za-z]\w*):")
COMMENT = re.compile(r" *# ?(.*)")
HEAD = """\
# The Onwatch chart

Five services, and as a demo their servers. Needs Helm 3 or 4 and Kubernetes 1.28 or newer.
[deploy.md](../../../docs/deploy.md#kubernetes) tells how to install it, [scaling.md](../../../docs/scaling.md) how
detectors and gateways are scaled.

```sh
helm upgrade --install onwatch deploy/k8s/chart --namespace onwatch --create-namespace \\
  --set secrets.existing= --set secrets.generate=true
helm test onwatch --namespace onwatch
```

`values.schema.json` refuses unknown names and invalid values. `make manifests` generates this file from `values.yaml`.
"""
TABLE_HEAD = "| value | default | meaning |\n| --- | --- | --- |\n"


@dataclass
class Value:
    """A key of values.yaml: a section if it has children."""

    path: tuple[str, ...]
    comment: list[str]
    children: list[Value] = field(default_factory=list)

    @property
    def name(self) -> str:
        return ".".join(self.path)

    def leaves(self) -> Iterator[Value]:
        for child in self.children:
            yield from child.leaves() if child.children else (child,)


def values_in(text: str) -> Value:
    """The keys of the file as a tree, each with the lines of the comment directly above it."""
    root = Value((), [])
    parents, comment = [root], []
    for line in text.splitlines():
        if found := COMMENT.fullmatch(line):
            comment.append(found[1])
        elif key := KEY.match(line):
            depth = len(key[1]) // 2
            value = Value((*parents[depth].path, key[2]), comment)
            parents[depth].children.append(value)
            parents[depth + 1 :] = [value]
            comment = []
        else:
            comment = []
    return root


def in_flow(lines: list[str]) -> str:
    """A comment as one paragraph; indented lines, which are lists, stay lines."""
    is_item = [line.startswith(" ") for line in lines]
    breaks = [now or before for before, now in zip([False, *is_item], is_item, strict=False)]
    text = "".join(("\n" if broken else " ") + line.strip() for broken, line in zip(breaks, lines, strict=True))
    return text.strip().replace("<", "&lt;").replace("|", "\\|").replace("\n", "<br>")


def default_of(value: Value, values: Any) -> str:
    for key in value.path:
        values = values[key]
    return json.dumps(values)


def table(values: list[Value], defaults: Any) -> str:
    rows = (f"| `{value.name}` | `{default_of(value, defaults)}` | {in_flow(value.comment)} |\n" for value in values)
    return TABLE_HEAD + "".join(rows)


def readme() -> str:
    text = VALUES.read_text(encoding="utf-8")
    root, defaults = values_in(text), yaml.safe_load(text)
    single = [value for value in root.children if not value.children]
    parts = [HEAD, "## General\n", table(single, defaults)]
    for section in (value for value in root.children if value.children):
        parts += [f"## {section.name}\n", *([f"{in_flow(section.comment)}\n"] if section.comment else [])]
        parts.append(table(list(section.leaves()), defaults))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(readme())
