"""The metrics: their list in `docs/metrics.md`, and that dashboard and alert rules use no other.

`ONWATCH_REGENERATE_GOLDEN=1` rewrites the list; review the difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric

from onwatch.all_in_one import build
from onwatch.configuration import configure
from onwatch_runtime.http import check_metrics
from onwatch_testkit.golden import Golden

ROOT = Path(__file__).parents[1]
MONITORING = ROOT / "deploy" / "monitoring"
NAME = re.compile(r"\b(?:onwatch|process)_[a-z_]+\b")
HEAD = """# Metrics

Each service answers `/metrics` in the format of Prometheus. The names are part of the product: dashboards and alerts
use them. [alerts.yml](../deploy/monitoring/alerts.yml) and, for Grafana,
[dashboard.json](../deploy/monitoring/dashboard.json) are examples that work as they are;
[runbooks.md](runbooks.md) says what to do about each alert. Depths of queues are metrics of RabbitMQ itself (its plugin
`rabbitmq_prometheus`). This list is generated.

| metric | kind | labels | meaning |
| --- | --- | --- | --- |
"""


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Metric]:
    onwatch = build(configure(tmp_path_factory.mktemp("data"), environ={"ONWATCH_AUTH": "off"}))
    found = [metric for service in onwatch.services for metric in service.registry.collect()]
    found += check_metrics({}).collect()
    names = [metric.name for metric in found]
    assert len(names) == len(set(names)), "one /metrics of all services has each metric once"
    return {metric.name: metric for metric in found if metric.name.startswith("onwatch_")}


@pytest.fixture(scope="module")
def labels(metrics: dict[str, Metric], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, ...]]:
    """Also of metrics without a sample yet."""
    onwatch = build(configure(tmp_path_factory.mktemp("data"), environ={"ONWATCH_AUTH": "off"}))
    return {
        metric.name: getattr(collector, "_labelnames", ()) or getattr(metric, "_labelnames", ())
        for registry in (*(service.registry for service in onwatch.services), check_metrics({}))
        for collector in registry._collector_to_names
        for metric in collector.collect()
    }


def test_the_documented_metrics_are_those_that_exist(metrics: dict[str, Metric], labels: dict[str, tuple[str, ...]]):
    lines = [
        f"| `{name}{'_total' if metric.type == 'counter' else ''}` | {metric.type} "
        f"| {', '.join(f'`{label}`' for label in labels[name])} | {metric.documentation} |\n"
        for name, metric in sorted(metrics.items())
    ]
    Golden(ROOT / "docs").check("metrics.md", HEAD + "".join(lines))


def series_of(metrics: dict[str, Metric]) -> set[str]:
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return {f"{name}{suffix}" for name, metric in metrics.items() for suffix in suffixes.get(metric.type, ("",))} | {
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_start_time_seconds",
    }


def rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"][0]["rules"]
    return found


def queries() -> list[str]:
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]


def test_dashboard_and_alerts_use_series_that_exist(metrics: dict[str, Metric]):
    used = {name for query in [*queries(), *(rule["expr"] for rule in rules())] for name in NAME.findall(query)}
    assert len(used) > 20
    assert used <= series_of(metrics)


def test_each_alert_has_a_runbook_and_each_runbook_an_alert():
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs" / "runbooks.md").read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in rules()]
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{rule['alert'].lower()}"
