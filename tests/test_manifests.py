"""The chart, rendered by Helm itself without a cluster, and the compose file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.settings import CatalogSettings
from onwatch_dashboard.settings import DashboardSettings
from onwatch_detector.settings import DetectorSettings
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.settings import ServiceSettings

ROOT = Path(__file__).parent.parent
K8S = ROOT / "deploy/k8s"
ENVIRONMENT = ROOT / ".cache/manifests"
NO_PYTHON = 3  # exit status of deploy/k8s/setup
HELM_PYTHON = (3, 12)
SETTINGS: dict[str, type[ServiceSettings]] = {
    "catalog": CatalogSettings,
    "gateway": GatewaySettings,
    "detector": DetectorSettings,
    "aggregator": AggregatorSettings,
    "dashboard": DashboardSettings,
}
PORTS = {"gateway": 8000, "catalog": 8001, "aggregator": 8002, "dashboard": 8003, "detector": 8004}
URLS = {
    "busUrl": "amqp://user:password@broker:5672/",
    "redisUrl": "redis://:password@redis:6379/0",
    "catalogDatabaseUrl": "postgresql+psycopg://user:password@sql:5432/catalog",
    "aggregatorDatabaseUrl": "postgresql+psycopg://user:password@sql:5432/analytics",
}
PASSWORDS = {"rabbitmqPassword": "one", "redisPassword": "two", "postgresqlPassword": "three"}
OWN_SERVERS = {"bundled": {"enabled": False}, "secrets": {"existing": "", **URLS}}
CHANGED = {
    "own servers": OWN_SERVERS,
    "own servers, own secret": {"bundled": {"enabled": False}, "secrets": {"existing": "mine"}},
    "passwords as values": {"secrets": {"existing": "", **PASSWORDS}},
    "everything else": {
        "fullnameOverride": "traffic",
        "image": {"prefix": "example/onwatch", "tag": "1.2.3", "pullPolicy": "Always", "pullSecrets": ["pull"]},
        "media": {"accessMode": "ReadWriteMany", "storageClass": "nfs", "size": "1Ti"},
        "bundled": {"storageClass": "fast", "redis": {"storage": "2Gi"}},
        "settings": {"ONWATCH_DETECTOR_SLOTS": 4, "ONWATCH_GATEWAY_ALLOWED_ORIGINS": "https://a.example"},
        "logs": {"level": "debug", "format": "text"},
        "gateway": {"replicas": 2, "podAnnotations": {"example/a": "b"}},
        "detector": {
            "replicas": 0,
            "nodeSelector": {"example/gpu": "yes"},
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        },
        "ingress": {"enabled": True, "className": "nginx", "host": "onwatch.example", "tlsSecret": "tls"},
    },
    "an existing claim, any host, no job": {
        "media": {"existingClaim": "videos"},
        "ingress": {"enabled": True, "annotations": {}},
        "migrations": {"enabled": False},
    },
}

Object = dict[str, Any]
Render = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def python() -> Path:
    """A Python in which Helm runs."""
    made = subprocess.run([K8S / "setup", ENVIRONMENT], capture_output=True, text=True, timeout=170, check=False)
    # The set-up installs no Python, so one newer than the tests' own cannot be required.
    is_required = os.environ.get("ONWATCH_REQUIRE_REAL") == "1" and sys.version_info >= HELM_PYTHON
    if made.returncode == NO_PYTHON and not is_required:
        pytest.skip(made.stderr.strip())
    assert made.returncode == 0, made.stderr
    return ENVIRONMENT / "bin/python"


@pytest.fixture(scope="session")
def render(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Runs the renderer."""

    def run(values: Object | None = None, *options: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path_factory.mktemp("values") / "values.json"
        file.write_text(json.dumps(values or {}))
        command: list[str | Path] = [python, K8S / "render.py", "--values", file, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


def objects(ran: subprocess.CompletedProcess[str]) -> list[Object]:
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture(scope="session")
def default(render: Render) -> list[Object]:
    return objects(render(None, "--objects"))


def named(things: list[Object], kind: str, name: str) -> Object:
    return next(thing for thing in things if thing["kind"] == kind and thing["metadata"]["name"] == name)


def of_kind(things: list[Object], *kinds: str) -> list[Object]:
    return [thing for thing in things if thing["kind"] in kinds]


def pods(things: list[Object]) -> Iterator[tuple[str, Object]]:
    """Name and pod specification of every workload."""
    for thing in of_kind(things, "Deployment", "StatefulSet", "Job"):
        yield thing["metadata"]["name"], thing["spec"]["template"]["spec"]


def test_the_kubectl_manifests_are_the_chart_with_its_defaults_and_valid(render: Render) -> None:
    ran = render(None, "--lint", "--kubectl", "--check", "1.28", "--check", "latest")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == (K8S / "onwatch.yaml").read_text(), "run `make manifests` and review what changed"


@pytest.mark.parametrize("values", CHANGED.values(), ids=CHANGED)
def test_changed_values_render_to_valid_objects(render: Render, values: Object) -> None:
    things = objects(render(values, "--objects", "--check", "1.28", "--check", "latest"))
    names = [(thing["kind"], thing["metadata"]["name"]) for thing in things]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"secrets": {"existing": ""}}, "secrets.rabbitmqPassword is empty"),
        ({"secrets": {"existing": "", "rabbitmqPassword": "a"}}, "secrets.redisPassword is empty"),
        ({"bundled": {"enabled": False}, "secrets": {"existing": ""}}, "secrets.busUrl is empty"),
    ],
)
def test_a_missing_password_is_named(render: Render, values: Object, missing: str) -> None:
    ran = render(values)
    assert ran.returncode == 1
    assert missing in ran.stderr
    assert "secrets.existing" in ran.stderr


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"gatway": {"replicas": 2}}, "gatway"),
        ({"catalog": {"replicas": 2}}, "replicas"),  # it owns the media folder: one process
        ({"media": {"accessMode": "ReadOnlyMany"}}, "/media/accessMode"),
        ({"settings": {"ONWATCH_GATWAY_PORT": 1}}, "ONWATCH_GATWAY_PORT"),
        ({"secrets": {"existing": "", **PASSWORDS, "redisPassword": "a@b"}}, "/secrets/redisPassword"),
    ],
)
def test_a_wrong_value_is_refused_by_name(render: Render, values: Object, complaint: str) -> None:
    ran = render(values)
    assert ran.returncode == 1
    assert complaint in ran.stderr


def test_no_password_is_rendered_by_default(default: list[Object]) -> None:
    assert not of_kind(default, "Secret")


def test_pods_run_with_least_privileges(default: list[Object]) -> None:
    for name, pod in pods(default):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert "memory" in container["resources"]["limits"], name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name


def test_kubernetes_adds_no_service_variables_to_the_settings(default: list[Object]) -> None:
    # A Service onwatch-catalog would give each pod ONWATCH_CATALOG_PORT=tcp://...
    assert all(pod["enableServiceLinks"] is False for _, pod in pods(default))


@pytest.mark.parametrize("service", SETTINGS)
def test_each_service_is_probed_at_its_own_port(default: list[Object], service: str) -> None:
    (container,) = named(default, "Deployment", f"onwatch-{service}")["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": PORTS[service]}]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert container["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz?exclude=disk", "port": "http"}


def test_every_service_finds_pods_that_have_its_port(default: list[Object]) -> None:
    running = [thing["spec"]["template"] for thing in of_kind(default, "Deployment", "StatefulSet")]
    for service in of_kind(default, "Service"):
        wanted = service["spec"]["selector"].items()
        (found,) = [template for template in running if wanted <= template["metadata"]["labels"].items()]
        offered = {port["name"] for container in found["spec"]["containers"] for port in container["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= offered


def test_one_catalog_writes_the_videos_and_detectors_on_its_node_read_them(default: list[Object]) -> None:
    mounts = {
        name: mount.get("readOnly", False)
        for name, pod in pods(default)
        for mount in pod["containers"][0].get("volumeMounts", [])
        if mount["name"] == "media"
    }
    assert mounts == {"onwatch-catalog": False, "onwatch-detector": True}
    catalog = named(default, "Deployment", "onwatch-catalog")["spec"]
    assert (catalog["replicas"], catalog["strategy"]) == (1, {"type": "Recreate"})
    detector = named(default, "Deployment", "onwatch-detector")["spec"]["template"]["spec"]
    (near,) = detector["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert near["labelSelector"]["matchLabels"].items() <= catalog["template"]["metadata"]["labels"].items()


def test_a_volume_for_many_nodes_lets_detectors_run_anywhere(render: Render) -> None:
    things = objects(render({"media": {"accessMode": "ReadWriteMany"}}, "--objects"))
    assert "affinity" not in named(things, "Deployment", "onwatch-detector")["spec"]["template"]["spec"]


@pytest.mark.parametrize(
    ("values", "hook"),
    [({}, "post-install,pre-upgrade"), (OWN_SERVERS, "pre-install,pre-upgrade")],
    ids=["bundled", "own servers"],
)
def test_migrations_run_before_an_upgrade_and_never_before_their_database(
    render: Render, values: Object, hook: str
) -> None:
    things = objects(render(values, "--objects"))
    (job,) = of_kind(things, "Job")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == hook
    pod = job["spec"]["template"]["spec"]
    assert {container["name"]: container["args"] for container in pod["containers"]} == {
        "catalog": ["migrate"],
        "aggregator": ["migrate"],
    }


def test_the_job_before_a_release_has_a_secret_created_before_it(render: Render) -> None:
    things = objects(render(OWN_SERVERS, "--objects"))
    (job,) = of_kind(things, "Job")
    containers = job["spec"]["template"]["spec"]["containers"]
    sources = {variable["valueFrom"]["secretKeyRef"]["name"] for one in containers for variable in one["env"]}
    assert sources == {"onwatch-migrations"}
    early = named(things, "Secret", "onwatch-migrations")["metadata"]["annotations"]
    assert early["helm.sh/hook"] == job["metadata"]["annotations"]["helm.sh/hook"]
    assert int(early["helm.sh/hook-weight"]) < int(job["metadata"]["annotations"]["helm.sh/hook-weight"])


def test_another_image_makes_another_job(render: Render) -> None:
    names = {
        of_kind(objects(render({"image": {"tag": tag}}, "--objects")), "Job")[0]["metadata"]["name"]
        for tag in ("0.1.0", "0.2.0")
    }
    assert len(names) == 2  # a job cannot be changed: `kubectl apply` would fail


def test_the_notes_say_how_to_make_the_secret(render: Render) -> None:
    ran = render({"secrets": {"existing": "mine"}}, "--notes")
    assert "create secret generic mine" in ran.stdout
    for key in ("rabbitmq-password", "redis-password", "postgresql-password"):
        assert key in ran.stdout


def in_image(service: str) -> dict[str, str]:
    """The settings in the image of a service."""
    prefix = f"ONWATCH_{service.upper()}_"
    text = (ROOT / "deploy/docker/Dockerfile").read_text()
    return {name: value for name, value in re.findall(r"(ONWATCH_[A-Z0-9_]+)=(\S+)", text) if name.startswith(prefix)}


@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_accepts_what_the_chart_sets(default: list[Object], service: str) -> None:
    environ = in_image(service) | named(default, "ConfigMap", "onwatch-settings")["data"]
    (container,) = named(default, "Deployment", f"onwatch-{service}")["spec"]["template"]["spec"]["containers"]
    given = {variable["name"]: variable.get("value", "password") for variable in container.get("env", [])}
    settings = SETTINGS[service].load(environ=environ | given)
    assert (settings.host, settings.port) == ("0.0.0.0", PORTS[service])  # noqa: S104 it is in a container


COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def composed() -> dict[str, Object]:
    services: dict[str, Object] = yaml.safe_load(COMPOSE.read_text())["services"]
    return services


def filled_in(value: str) -> str:
    """Resolve as compose does, from defaults; only passwords have none."""
    return re.sub(
        r"\$\{[A-Z0-9_]+(?::-([^}]*)|:\?[^}]*)?\}", lambda match: match[1] if match[1] is not None else "pw", value
    )


@pytest.mark.parametrize("service", SETTINGS)
def test_a_service_accepts_what_compose_sets(composed: dict[str, Object], service: str) -> None:
    given = {name: filled_in(value) for name, value in composed[service]["environment"].items()}
    settings = SETTINGS[service].load(environ=in_image(service) | given)
    assert (settings.host, settings.port) == ("0.0.0.0", PORTS[service])  # noqa: S104 it is in a container


def test_only_the_gateway_publishes_a_port(composed: dict[str, Object]) -> None:
    assert [name for name, service in composed.items() if "ports" in service] == ["gateway"]


def test_every_container_has_a_memory_limit_and_none_a_name(composed: dict[str, Object]) -> None:
    for name, service in composed.items():
        assert "mem_limit" in service, name
        assert "container_name" not in service, name


def test_every_dependency_has_a_health_check(composed: dict[str, Object]) -> None:
    for name, service in composed.items():
        assert "healthcheck" in service or "build" in service, name  # an image of ours brings its own
        for condition in service.get("depends_on", {}).values():
            assert condition == {"condition": "service_healthy"}, name


def test_the_five_services_run_with_least_privileges(composed: dict[str, Object]) -> None:
    for name in SETTINGS:
        assert composed[name]["read_only"] is True, name
        assert composed[name]["cap_drop"] == ["ALL"], name
    assert composed["detector"]["volumes"] == ["media:/media:ro"]


def test_no_password_has_a_default() -> None:
    text = COMPOSE.read_text()
    used, required = (set(re.findall(r"\$\{(\w*PASSWORD)" + end, text)) for end in ("", r":\?"))
    assert used == required  # compose stops where one is missing
    assert not re.findall(r"\$\{\w*PASSWORD:?-", text)
    written = (ROOT / ".env.example").read_text()
    assert re.findall(r"^[A-Z_]+_PASSWORD=.*$", written, re.MULTILINE) == [
        "RABBITMQ_PASSWORD=",
        "REDIS_PASSWORD=",
        "POSTGRESQL_PASSWORD=",
    ]


def test_passwords_are_generated_once_and_readable_only_by_the_owner(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text((ROOT / ".env.example").read_text())
    made = []
    for _ in range(2):
        subprocess.run([ROOT / "scripts/compose-env", tmp_path], check=True, capture_output=True)
        made.append((tmp_path / ".env").read_text())
    assert made[0] == made[1]
    passwords = re.findall(r"^[A-Z_]+_PASSWORD=([0-9a-f]{48})$", made[0], re.MULTILINE)
    assert len(set(passwords)) == 3
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
