"""A private Prometheus, which reads metrics and judges the rules of alerts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from onwatch_testkit.servers.ports import HOST
from onwatch_testkit.servers.programs import first_program
from onwatch_testkit.servers.server import Server

INTERVAL_S = 1


@dataclass(frozen=True)
class Alert:
    """One that fires, with its labels."""

    name: str
    labels: Mapping[str, str]


class PrometheusServer(Server):
    """Prometheus without targets and rules, until `watch` names them."""

    name = "prometheus"
    debian_package = "prometheus"

    @classmethod
    def program(cls) -> Path | None:
        return first_program("prometheus")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def _configuration(self) -> Path:
        return self.folder / "prometheus.yml"

    def _prepare(self) -> None:
        self._configuration.write_text("{}\n")

    def _command(self) -> Sequence[str | Path]:
        return [
            self.installed(),
            f"--config.file={self._configuration}",
            f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address={HOST}:{self.port}",
            "--web.enable-lifecycle",
        ]

    def _is_ready(self, pid: int) -> bool:
        try:
            found = httpx.get(f"{self.url}/api/v1/query", params={"query": "process_start_time_seconds"})
            return self.is_running and found.status_code == 200
        except httpx.TransportError:
            return False

    def watch(self, targets: Mapping[str, str], rules: Mapping[str, Any]) -> None:
        """Read the targets, `host:port` by the name that is their label `instance`; judge the rules."""
        (self.folder / "rules.yml").write_text(json.dumps(rules))  # JSON is YAML
        jobs = [
            {
                "job_name": "onwatch",
                "static_configs": [
                    {"targets": [address], "labels": {"instance": name}} for name, address in targets.items()
                ],
            }
        ]
        every = {"scrape_interval": f"{INTERVAL_S}s", "evaluation_interval": f"{INTERVAL_S}s"}
        self._configuration.write_text(
            json.dumps({"global": every, "rule_files": ["rules.yml"], "scrape_configs": jobs})
        )
        httpx.post(f"{self.url}/-/reload", timeout=60).raise_for_status()

    def firing(self) -> list[Alert]:
        """Now."""
        alerts = self._get("alerts")["alerts"]
        return [
            Alert(alert["labels"]["alertname"], {k: v for k, v in alert["labels"].items() if k != "alertname"})
            for alert in alerts
            if alert["state"] == "firing"
        ]

    def query(self, expression: str) -> dict[str, float]:
        """The values now, by the labels as Prometheus writes them."""
        found = self._get("query", query=expression)["result"]
        return {
            ", ".join(f"{name}={value}" for name, value in sorted(series["metric"].items())): float(series["value"][1])
            for series in found
        }

    def _get(self, path: str, **parameters: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=60)
        answer.raise_for_status()
        return answer.json()["data"]
