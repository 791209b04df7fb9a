"""The chart, rendered by Helm itself without a cluster, and the compose file."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from onwatch.doctor.stores import locate_stores
from onwatch.server_accounts import SUBSCRIPTIONS
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_catalog.demand import PEAK_WINDOW_S
from onwatch_catalog.settings import CatalogSettings
from onwatch_dashboard.settings import DashboardSettings
from onwatch_detector.settings import DetectorSettings
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.settings import ServiceSettings

pytestmark = pytest.mark.slow

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
OPS_PORTS = {service: port + 1000 for service, port in PORTS.items()}
# The detector has no other.
OPS_SERVICES = {service: f"onwatch-{service}-ops" for service in PORTS} | {"detector": "onwatch-detector"}
URLS = {
    "busUrl": "amqp://user:password@broker:5672/",
    "redisUrl": "redis://:password@redis:6379/0",
    "catalogDatabaseUrl": "postgresql+psycopg://user:password@sql:5432/catalog",
    "aggregatorDatabaseUrl": "postgresql+psycopg://user:password@sql:5432/analytics",
}
PASSWORDS = {"rabbitmqPassword": "one", "redisPassword": "two", "postgresqlPassword": "three"}
OWN_SERVERS = {"bundled": {"enabled": False}, "secrets": {"existing": "", **URLS}}
DEMO = {"bundled": {"enabled": True}}
SAMPLES = {file.stem: json.loads(file.read_text()) for file in sorted((K8S / "samples").glob("*.json"))}
GPU_POOL = SAMPLES["gpu"]["detector"]["pools"]["gpu"]
CHANGED = {
    **{f"sample {name}": values for name, values in SAMPLES.items() if values},
    "own servers": OWN_SERVERS,
    "own servers, own secret": {"bundled": {"enabled": False}, "secrets": {"existing": "mine"}},
    "own servers, an account for each service": {
        "bundled": {"enabled": False},
        "secrets": {"existing": "mine", "busUrlPerService": True},
        "migrations": {"ownUrls": True},
        "tls": {"caConfigMap": "ca"},
    },
    "own servers with certificates of an authority in a secret": {
        **OWN_SERVERS,
        "tls": {"caSecret": "ca", "caKey": "ca.pem"},
    },
    "passwords as values": {"secrets": {"existing": "", **PASSWORDS}},
    "everything else": {
        "fullnameOverride": "traffic",
        "image": {"prefix": "example/onwatch", "tag": "1.2.3", "pullPolicy": "Always", "pullSecrets": ["pull"]},
        "media": {"accessMode": "ReadWriteMany", "storageClass": "nfs", "size": "1Ti"},
        "bundled": {"storageClass": "fast", "redis": {"storage": "2Gi"}},
        "settings": {
            "ONWATCH_DETECTOR_SLOTS": 4,
            "ONWATCH_GATEWAY_ALLOWED_ORIGINS": "https://a.example",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318",
        },
        "logs": {"level": "debug", "format": "text"},
        "gateway": {"replicas": 2, "podAnnotations": {"example/a": "b"}},
        "detector": {
            "replicas": 0,
            "nodeSelector": {"example/gpu": "yes"},
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        },
        "ingress": {"enabled": True, "className": "nginx", "host": "onwatch.example", "tlsSecret": "tls"},
        "httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}], "hostnames": ["onwatch.example"]},
        "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "networkPolicies": {
            "metricsFrom": [{"namespaceSelector": {}}],
            "gatewayFrom": [{"podSelector": {}}],
            "egress": True,
            "egressTo": [{"ipBlock": {"cidr": "10.0.0.0/16"}}],
        },
        "aggregator": {
            "affinity": {"nodeAffinity": {}},
            "extraEnv": [{"name": "SSL_CERT_FILE", "value": "/ca/ca.pem"}],
            "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
            "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca"}],
        },
    },
    "autoscaling by KEDA": {
        "prometheus": {"url": "http://prometheus:9090"},
        "detector": {"autoscaling": {"kind": "keda"}},
        "gateway": {"autoscaling": {"kind": "keda", "maxReplicas": 3}},
        "media": {"accessMode": "ReadWriteMany"},
        "image": {"digests": {"catalog": f"sha256:{'a' * 64}"}},
    },
    "autoscaling by processor": {
        "detector": {"autoscaling": {"kind": "hpa"}},
        "gateway": {"autoscaling": {"kind": "hpa", "minReplicas": 2}},
    },
    "generated passwords": {"secrets": {"existing": "", "generate": True}},
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
    """Runs the renderer, with the bundled servers of the demo unless the values are of others."""

    def run(values: Object | None = None, *options: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path_factory.mktemp("values") / "values.json"
        bundled = {**DEMO["bundled"], **(values or {}).get("bundled", {})}
        file.write_text(json.dumps({**(values or {}), "bundled": bundled}))
        command: list[str | Path] = [python, K8S / "render.py", "--values", file, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)

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


def test_by_default_servers_are_your_own(python: Path) -> None:
    checks = [option for version in ("1.28", "latest") for option in ("--check", version)]
    command: list[str | Path] = [python, K8S / "render.py", "--objects", *checks]
    things = objects(subprocess.run(command, capture_output=True, text=True, timeout=170, check=False))
    assert of_kind(things, "StatefulSet") == []
    found = named(things, "Deployment", "onwatch-catalog")["spec"]["template"]["spec"]["containers"][0]["env"]
    (url,) = (each for each in found if each["name"] == "ONWATCH_CATALOG_DATABASE_URL")
    assert url["valueFrom"]["secretKeyRef"] == {"name": "onwatch-secrets", "key": "catalog-database-url"}


def test_the_demo_is_a_file_of_values() -> None:
    assert yaml.safe_load((K8S / "chart/values-demo.yaml").read_text()) == DEMO


def test_the_kubectl_manifests_are_the_demo_and_valid(render: Render) -> None:
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
        ({"httpRoute": {"enabled": True}}, "httpRoute.parentRefs is empty"),
        ({"catalog": {"replicas": 2}}, "media.accessMode has to be ReadWriteMany"),
        ({"catalog": {"replicas": 0}}, "/catalog/replicas"),
        ({"media": {"accessMode": "ReadOnlyMany"}}, "/media/accessMode"),
        ({**OWN_SERVERS, "networkPolicies": {"egress": True}}, "networkPolicies.egressTo is empty"),
        ({"secrets": {"generate": True}}, "secrets.generate and secrets.existing (onwatch-secrets) are both set"),
        ({"image": {"digests": {"catalog": "sha256:abc"}}}, "/image/digests/catalog"),
        ({"detector": {"autoscaling": {"kind": "knative"}}}, "/detector/autoscaling/kind"),
        ({"detector": {"autoscaling": {"kind": "keda"}}}, "prometheus.url is empty"),
        (
            {"gateway": {"autoscaling": {"kind": "hpa", "minReplicas": 5}}},
            "gateway.autoscaling.minReplicas is more than maxReplicas",
        ),
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
def test_each_service_is_probed_at_its_port_for_operators(default: list[Object], service: str) -> None:
    (container,) = named(default, "Deployment", f"onwatch-{service}")["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports.pop("ops") == OPS_PORTS[service]
    assert ports == ({} if service == "detector" else {"http": PORTS[service]}), "nobody calls a detector"
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "ops"}
    assert container["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "ops"}
    assert container["readinessProbe"]["httpGet"] == {
        "path": "/readyz?exclude=disk&exclude=mqtt&exclude=bus",
        "port": "ops",
    }


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


def test_no_update_waits_for_a_volume_on_another_node_or_for_room_for_one_more_pod(default: list[Object]) -> None:
    catalog, detector = (named(default, "Deployment", f"onwatch-{name}")["spec"] for name in ("catalog", "detector"))
    labels = [each["template"]["metadata"]["labels"] for each in (catalog, detector)]
    for each in (catalog, detector):
        (near,) = each["template"]["spec"]["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        # The first pod matches its own rule, which the scheduler accepts; all others follow it.
        assert all(near["labelSelector"]["matchLabels"].items() <= found.items() for found in labels)
    assert detector["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}


def test_an_update_starts_all_new_gateways_before_it_stops_one(default: list[Object]) -> None:
    gateway = named(default, "Deployment", "onwatch-gateway")["spec"]
    assert gateway["strategy"]["rollingUpdate"] == {"maxSurge": "100%", "maxUnavailable": 0}


def test_a_volume_for_many_nodes_lets_detectors_run_anywhere(render: Render) -> None:
    values = {"media": {"accessMode": "ReadWriteMany"}, "detector": {"replicas": 2}}
    things = objects(render(values, "--objects"))
    detector = named(things, "Deployment", "onwatch-detector")["spec"]
    assert "affinity" not in detector["template"]["spec"]
    assert "strategy" not in detector
    (spread,) = detector["template"]["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == detector["selector"]["matchLabels"]


def test_an_object_store_takes_the_place_of_the_volume(render: Render) -> None:
    s3 = {
        "url": "s3://videos/onwatch",
        "endpoint": "http://store:9000",
        "publicUrl": "https://s3.example",
        "existingSecret": "store",
    }
    things = objects(render({"media": {"s3": s3}, "detector": {"replicas": 2}}, "--objects"))
    assert "onwatch-media" not in {each["metadata"]["name"] for each in of_kind(things, "PersistentVolumeClaim")}
    for service in ("catalog", "detector"):
        pod = named(things, "Deployment", f"onwatch-{service}")["spec"]["template"]["spec"]
        assert "affinity" not in pod
        container = pod["containers"][0]
        found = {each["name"]: each.get("value") for each in container["env"]}
        assert found["ONWATCH_MEDIA_URL"] == s3["url"]
        assert found[f"ONWATCH_{service.upper()}_MEDIA_CACHE_DIR"] == "/media"
        assert (found["AWS_ENDPOINT_URL"], found["AWS_ALLOW_HTTP"]) == (s3["endpoint"], "true")
        assert {"secretRef": {"name": "store"}} in container["envFrom"]
        (mount,) = (each for each in container["volumeMounts"] if each["name"] == "media")
        (volume,) = (each for each in pod["volumes"] if each["name"] == "media")
        assert (mount.get("readOnly", False), volume["emptyDir"]) == (False, {"sizeLimit": "8Gi"})
    assert "ONWATCH_MEDIA_URL" not in str(named(things, "Deployment", "onwatch-gateway"))
    told = {
        service
        for service in SETTINGS
        for variable in named(things, "Deployment", f"onwatch-{service}")["spec"]["template"]["spec"]["containers"][
            0
        ].get("env", [])
        if variable == {"name": "ONWATCH_MEDIA_PUBLIC_URL", "value": s3["publicUrl"]}
    }
    assert told == {"catalog", "dashboard"}, "one sends browsers there, the page of the other may play from there"


def test_a_pool_of_detectors_differs_in_what_it_names(render: Render) -> None:
    things = objects(render(SAMPLES["gpu"], "--objects"))
    detector, pool = (named(things, "Deployment", f"onwatch-detector{end}")["spec"] for end in ("", "-gpu"))
    assert (detector["replicas"], pool["replicas"]) == (1, 2)
    assert pool["selector"]["matchLabels"] == {**detector["selector"]["matchLabels"], "onwatch/pool": "gpu"}
    assert pool["selector"]["matchLabels"].items() <= pool["template"]["metadata"]["labels"].items()

    pod, usual = pool["template"]["spec"], detector["template"]["spec"]
    container, usual_container = pod["containers"][0], usual["containers"][0]
    assert (pod["runtimeClassName"], pod["nodeSelector"], pod["tolerations"], container["image"]) == (
        GPU_POOL["runtimeClassName"],
        GPU_POOL["nodeSelector"],
        GPU_POOL["tolerations"],
        GPU_POOL["image"],
    )
    assert container["resources"]["limits"] == {**usual_container["resources"]["limits"], "nvidia.com/gpu": 1}
    assert container["env"] == [*usual_container["env"], *GPU_POOL["extraEnv"]]
    assert {volume["name"] for volume in pod["volumes"]} == {"models"} | {volume["name"] for volume in usual["volumes"]}
    assert "nodeSelector" not in usual
    assert usual_container["image"].partition(":")[0] == "onwatch/detector"

    budget = named(things, "PodDisruptionBudget", "onwatch-detector")["spec"]
    assert budget["selector"]["matchLabels"].items() <= pool["template"]["metadata"]["labels"].items()
    assert named(things, "NetworkPolicy", "onwatch-detector")["spec"]["podSelector"] == budget["selector"]


def test_scaling_by_processor_counts_no_pods_of_a_pool(render: Render) -> None:
    ran = render({"detector": {"pools": {"gpu": {}}, "autoscaling": {"kind": "hpa"}}})
    assert "hpa would measure the pods of detector.pools, too" in ran.stderr


def test_several_catalogs_share_a_volume_for_many_nodes_and_are_replaced_one_by_one(render: Render) -> None:
    values = {"media": {"accessMode": "ReadWriteMany"}, "catalog": {"replicas": 3}}
    catalog = named(objects(render(values, "--objects")), "Deployment", "onwatch-catalog")["spec"]
    assert catalog["replicas"] == 3
    assert "strategy" not in catalog
    (spread,) = catalog["template"]["spec"]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == catalog["selector"]["matchLabels"]


def test_a_drained_node_takes_one_pod_of_a_service_at_a_time(render: Render) -> None:
    several = {name: {"replicas": 2} for name in ("catalog", "gateway", "aggregator", "dashboard", "detector")}
    on_many_nodes = objects(render({**several, "media": {"accessMode": "ReadWriteMany"}}, "--objects"))
    budgets = of_kind(on_many_nodes, "PodDisruptionBudget")
    assert {each["metadata"]["name"].removeprefix("onwatch-") for each in budgets} == several.keys()
    assert all(each["spec"]["maxUnavailable"] == 1 for each in budgets)
    del several["catalog"]
    on_one_node = of_kind(objects(render(several, "--objects")), "PodDisruptionBudget")
    assert "onwatch-detector" not in {each["metadata"]["name"] for each in on_one_node}, (
        "the node would never be drained"
    )


def connections() -> dict[str, set[str]]:
    """Who connects to whom, by what is connected to: from the settings, and from who is on the bus."""
    fields = {service: settings.model_fields for service, settings in SETTINGS.items()}
    servers = {"redis": "redis_url", "postgresql": "database_url"} | {other: f"{other}_url" for other in SETTINGS}
    found = {name: {service for service in fields if field in fields[service]} for name, field in servers.items()}
    found["rabbitmq"] = set(SUBSCRIPTIONS)
    found["postgresql"].add("migrations")
    found["gateway"].add("everybody")
    for service in SETTINGS:
        found[service].add("gateway")  # asks every port for operators
    return found


def test_pods_accept_the_connections_of_the_architecture_only(default: list[Object]) -> None:
    component = "app.kubernetes.io/component"
    allowed: dict[str, set[str]] = {}
    for policy in of_kind(default, "NetworkPolicy"):
        assert policy["spec"]["policyTypes"] == ["Ingress"]
        peers = [peer for rule in policy["spec"].get("ingress", []) for peer in rule.get("from", [{}])]
        allowed[policy["spec"]["podSelector"]["matchLabels"][component]] = {
            peer["podSelector"]["matchLabels"][component] if peer else "everybody" for peer in peers
        }
    runs_once = {"migrations": set(), "test": set()}
    assert allowed == {**connections(), **runs_once}


def test_with_egress_pods_open_the_connections_of_the_architecture_only(render: Render) -> None:
    things = objects(render({"networkPolicies": {"egress": True}}, "--objects"))
    component = "app.kubernetes.io/component"
    opened: dict[str, set[str]] = {}
    for policy in of_kind(things, "NetworkPolicy"):
        if policy["spec"]["policyTypes"] == ["Egress"]:
            dns, *others = policy["spec"]["egress"]
            assert {(port["port"], port["protocol"]) for port in dns["ports"]} == {(53, "UDP"), (53, "TCP")}
            opened[policy["spec"]["podSelector"]["matchLabels"][component]] = {
                peer["podSelector"]["matchLabels"][component] for rule in others for peer in rule["to"]
            }
    arrows = connections()
    restricted = arrows.keys() - {"catalog"}  # it calls webhooks and more
    assert opened == {name: {server for server, clients in arrows.items() if name in clients} for name in restricted}


def test_egress_to_your_own_servers_is_for_services_alone(render: Render) -> None:
    ours = [{"ipBlock": {"cidr": "10.0.0.0/16"}}]
    things = objects(render({**OWN_SERVERS, "networkPolicies": {"egress": True, "egressTo": ours}}, "--objects"))
    for service in ("gateway", "detector", "aggregator", "dashboard"):
        policy = named(things, "NetworkPolicy", f"onwatch-{service}-egress")
        assert policy["spec"]["egress"][-1] == {"to": ours}


def test_nobody_connects_to_anything_new() -> None:
    assert connections() == {
        "catalog": {"gateway", "detector"},
        "aggregator": {"gateway", "detector", "catalog"},
        "dashboard": {"gateway"},
        "detector": {"gateway"},
        "gateway": {"everybody", "gateway"},
        "rabbitmq": {"catalog", "gateway", "detector", "aggregator"},
        "redis": {"aggregator"},
        "postgresql": {"catalog", "aggregator", "migrations"},
    }


def test_no_service_that_others_reach_offers_the_port_for_operators(default: list[Object]) -> None:
    ports = {
        service["metadata"]["name"]: [port["targetPort"] for port in service["spec"]["ports"]]
        for service in of_kind(default, "Service")
    }
    assert {name for name, offered in ports.items() if "ops" in offered} == set(OPS_SERVICES.values())
    for name in OPS_SERVICES.values():
        assert ports[name] == ["ops"], "a Service that somebody makes public must not offer it, too"
        assert named(default, "Service", name)["spec"]["clusterIP"] == "None"


def test_the_gateway_asks_every_pod_also_one_that_is_not_ready(default: list[Object], render: Render) -> None:
    (container,) = named(default, "Deployment", "onwatch-gateway")["spec"]["template"]["spec"]["containers"]
    given = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert set(given["ONWATCH_GATEWAY_OPS_URLS"].split(",")) == {
        f"http://{OPS_SERVICES[service]}:{port}" for service, port in OPS_PORTS.items()
    }
    for service, name in OPS_SERVICES.items():
        spec = named(default, "Service", name)["spec"]
        assert (spec["clusterIP"], spec["publishNotReadyAddresses"]) == ("None", True)
        assert [port["port"] for port in spec["ports"]] == [OPS_PORTS[service]]
        assert spec["selector"]["app.kubernetes.io/component"] == service
    ours = objects(render({"settings": {"ONWATCH_GATEWAY_OPS_URLS": "http://elsewhere:9000"}}, "--objects"))
    (container,) = named(ours, "Deployment", "onwatch-gateway")["spec"]["template"]["spec"]["containers"]
    assert "ONWATCH_GATEWAY_OPS_URLS" not in {variable["name"] for variable in container["env"]}
    assert named(ours, "ConfigMap", "onwatch-settings")["data"]["ONWATCH_GATEWAY_OPS_URLS"] == "http://elsewhere:9000"


def test_nobody_but_gateways_reaches_a_port_for_operators_by_default(default: list[Object]) -> None:
    for service in SETTINGS:
        rules = named(default, "NetworkPolicy", f"onwatch-{service}")["spec"]["ingress"]
        (rule,) = [rule for rule in rules if "ops" in {port["port"] for port in rule["ports"]}]
        (peer,) = rule["from"]
        assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "gateway", service
        assert [port["port"] for port in rule["ports"]] == ["ops"]


def test_whoever_may_read_metrics_reaches_the_port_for_operators_alone(render: Render) -> None:
    prometheus = [{"namespaceSelector": {}}]
    things = objects(render({"networkPolicies": {"metricsFrom": prometheus}}, "--objects"))
    for service in SETTINGS:
        *others, status, metrics = named(things, "NetworkPolicy", f"onwatch-{service}")["spec"]["ingress"]
        assert (metrics["from"], [port["port"] for port in metrics["ports"]]) == (prometheus, ["ops"])
        assert [port["port"] for port in status["ports"]] == ["ops"], "of the gateway"
        assert {port["port"] for rule in others for port in rule["ports"]} <= {"http"}, service


def test_each_image_checks_its_health_at_the_port_for_operators() -> None:
    text = (ROOT / "deploy/docker/Dockerfile").read_text()
    assert sorted(re.findall(r'healthcheck.py", "(\d+)"', text)) == sorted(map(str, OPS_PORTS.values()))


def test_every_policy_names_a_port_of_its_pods(default: list[Object]) -> None:
    workloads = of_kind(default, "Deployment", "StatefulSet")
    for policy in of_kind(default, "NetworkPolicy"):
        selected = policy["spec"]["podSelector"]["matchLabels"]
        (pod,) = [each["spec"]["template"] for each in workloads if each["spec"]["selector"]["matchLabels"] == selected]
        offered = {port["name"] for container in pod["spec"]["containers"] for port in container["ports"]}
        assert {port["port"] for rule in policy["spec"].get("ingress", []) for port in rule["ports"]} <= offered


def test_additions_of_the_values_reach_the_pod(render: Render) -> None:
    things = objects(render(CHANGED["everything else"], "--objects"))
    pod = named(things, "Deployment", "traffic-aggregator")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert {"name": "SSL_CERT_FILE", "value": "/ca/ca.pem"} in container["env"]
    assert {"name": "ca", "mountPath": "/ca"} in container["volumeMounts"]
    assert {"name": "ca", "configMap": {"name": "ca"}} in pod["volumes"]
    assert pod["affinity"] == {"nodeAffinity": {}}


def test_pods_have_the_time_to_drain_and_to_stop(default: list[Object]) -> None:
    given = named(default, "ConfigMap", "onwatch-settings")["data"]
    for service, settings_class in SETTINGS.items():
        settings = settings_class.load(environ=in_image(service) | given)
        pod = named(default, "Deployment", f"onwatch-{service}")["spec"]["template"]["spec"]
        assert settings.drain_s + settings.grace_s < pod["terminationGracePeriodSeconds"]
        assert (settings.drain_s > 0) == (service != "detector"), "until no new request can arrive"


def test_the_test_of_a_release_is_no_part_of_what_kubectl_applies(default: list[Object], render: Render) -> None:
    (test,) = of_kind(default, "Pod")
    assert test["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert "kind: Pod\n" not in render(None, "--kubectl").stdout


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
    assert (settings.ops_host, settings.ops_port) == ("0.0.0.0", OPS_PORTS[service])  # noqa: S104 it is in a container


def test_keda_adds_a_detector_for_each_slots_of_demanded_videos(render: Render) -> None:
    things = objects(render(CHANGED["autoscaling by KEDA"], "--objects"))
    assert {thing["metadata"]["name"] for thing in of_kind(things, "ScaledObject")} == {
        "onwatch-detector",
        "onwatch-gateway",
    }
    spec = named(things, "ScaledObject", "onwatch-detector")["spec"]
    assert spec["scaleTargetRef"] == {"name": "onwatch-detector"}
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (0, 4)
    (trigger,) = spec["triggers"]
    asked = trigger["metadata"]
    assert (trigger["type"], asked["serverAddress"]) == ("prometheus", "http://prometheus:9090")
    assert asked["query"] == (
        'max(onwatch_catalog_videos_demanded_peak{namespace="onwatch"})'
        ' + max(onwatch_catalog_analyses_waiting{namespace="onwatch"})'
    )
    assert asked["threshold"] == str(DetectorSettings.model_fields["slots"].default)
    assert asked["ignoreNullValues"] == "false", "a catalog that is away must not end runs"
    assert spec["pollingInterval"] < PEAK_WINDOW_S, "demand is remembered until it was read"
    gateways = named(things, "ScaledObject", "onwatch-gateway")["spec"]
    assert gateways["triggers"][0]["metadata"]["query"] == 'sum(onwatch_gateway_viewers{namespace="onwatch"})'
    assert (gateways["minReplicaCount"], gateways["maxReplicaCount"]) == (1, 3)


def test_keda_counts_with_the_slots_of_the_settings(render: Render) -> None:
    values = {**CHANGED["autoscaling by KEDA"], "settings": {"ONWATCH_DETECTOR_SLOTS": 4}}
    (trigger,) = named(objects(render(values, "--objects")), "ScaledObject", "onwatch-detector")["spec"]["triggers"]
    assert trigger["metadata"]["threshold"] == "4"


@pytest.mark.parametrize("kind", ["KEDA", "processor"])
def test_an_upgrade_leaves_the_number_of_pods_to_the_autoscaler(render: Render, kind: str) -> None:
    things = objects(render(CHANGED[f"autoscaling by {kind}"], "--objects"))
    scaled = {"onwatch-detector", "onwatch-gateway"}
    for deployment in of_kind(things, "Deployment"):
        assert ("replicas" in deployment["spec"]) == (deployment["metadata"]["name"] not in scaled)
    budgets = {budget["metadata"]["name"] for budget in of_kind(things, "PodDisruptionBudget")}
    # On one node detectors have none; see there.
    assert budgets == (scaled if kind == "KEDA" else {"onwatch-gateway"})


def test_scaling_by_processor_keeps_a_pod_to_measure(render: Render) -> None:
    things = objects(render(CHANGED["autoscaling by processor"], "--objects"))
    detectors, gateways = (
        named(things, "HorizontalPodAutoscaler", f"onwatch-{name}") for name in ("detector", "gateway")
    )
    assert (detectors["spec"]["minReplicas"], gateways["spec"]["minReplicas"]) == (1, 2)
    for scaler in (detectors, gateways):
        assert scaler["spec"]["scaleTargetRef"]["kind"] == "Deployment"
        assert named(things, "Deployment", scaler["spec"]["scaleTargetRef"]["name"])


def test_autoscaling_asks_for_metrics_that_are_documented(render: Render) -> None:
    documented = set(re.findall(r"^\| `(onwatch_\w+)`", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE))
    for scaler in of_kind(objects(render(CHANGED["autoscaling by KEDA"], "--objects")), "ScaledObject"):
        (trigger,) = scaler["spec"]["triggers"]
        assert set(re.findall(r"onwatch_\w+", trigger["metadata"]["query"])) <= documented


def test_a_digest_replaces_the_tag_of_its_image_alone(render: Render) -> None:
    things = objects(render(CHANGED["autoscaling by KEDA"], "--objects"))
    images = {container["image"] for _, pod in pods(things) for container in pod["containers"]}
    assert f"onwatch/catalog@sha256:{'a' * 64}" in images
    assert "onwatch/gateway:0.1.0" in images
    assert not [image for image in images if image.startswith("onwatch/catalog:")]


GENERATED = ("rabbitmq-password", "redis-password", "postgresql-password", "service-secret", "admin-password")


def test_generated_passwords_are_long_and_different(render: Render) -> None:
    values = CHANGED["generated passwords"]
    first, second = (
        named(objects(render(values, "--objects")), "Secret", "onwatch-secrets")["stringData"] for _ in range(2)
    )
    assert first.keys() == set(GENERATED)
    found = [*first.values(), *second.values()]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch("[A-Za-z0-9]{32}", password) for password in found)


def test_an_upgrade_keeps_the_passwords_that_the_cluster_has(render: Render, tmp_path: Path) -> None:
    kept = {key: f"{key}-before" for key in GENERATED if key != "service-secret"}
    ours = {"meta.helm.sh/release-name": "onwatch", "meta.helm.sh/release-namespace": "onwatch"}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "onwatch-secrets",
            "namespace": "onwatch",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": ours,
        },
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in kept.items()},
    }
    cluster = tmp_path / "cluster.json"
    cluster.write_text(json.dumps([secret]))
    things = objects(render(CHANGED["generated passwords"], "--objects", "--existing", str(cluster)))
    found = named(things, "Secret", "onwatch-secrets")
    assert found["stringData"].pop("service-secret"), "one that an older version did not have is added"
    assert found["stringData"] == kept
    assert found["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}, "as the volumes they open"
    pod = named(things, "Deployment", "onwatch-catalog")["spec"]["template"]["metadata"]["annotations"]
    assert "onwatch/secrets" not in pod, "the pods of the first installation are not replaced"


@pytest.mark.parametrize(
    ("given", "expected"),
    [("", "postgres:16-alpine"), ("postgres:18-alpine", "postgres:18-alpine")],
    ids=["kept", "given"],
)
def test_an_upgrade_keeps_the_image_that_can_read_the_volume_of_a_bundled_server(
    render: Render, tmp_path: Path, given: str, expected: str
) -> None:
    before = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {
            "name": "onwatch-postgresql",
            "namespace": "onwatch",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "onwatch", "meta.helm.sh/release-namespace": "onwatch"},
        },
        "spec": {"template": {"spec": {"containers": [{"name": "postgresql", "image": "postgres:16-alpine"}]}}},
    }
    cluster = tmp_path / "cluster.json"
    cluster.write_text(json.dumps([before]))
    values = {"bundled": {"postgresql": {"image": given}}}
    things = objects(render(values, "--objects", "--existing", str(cluster)))
    images = {
        name: pod["containers"][0]["image"]
        for name, pod in pods(things)
        if name in ("onwatch-postgresql", "onwatch-rabbitmq")
    }
    assert images == {"onwatch-postgresql": expected, "onwatch-rabbitmq": "rabbitmq:4.3-management-alpine"}


def test_every_image_and_every_volume_is_bounded_and_named(default: list[Object]) -> None:
    """What linters of manifests ask for, beside the privileges above."""
    for name, pod in pods(default):
        for container in pod["containers"]:
            assert not container["image"].endswith(":latest"), name
            assert ":" in container["image"], name
        for volume in pod["volumes"]:
            assert "hostPath" not in volume, name
            assert "sizeLimit" in volume.get("emptyDir", {"sizeLimit": ""}), name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name


def test_the_readme_of_the_chart_lists_its_values() -> None:
    made = subprocess.run(
        [sys.executable, K8S / "chart_readme.py"], capture_output=True, text=True, timeout=170, check=True
    ).stdout
    assert made == (K8S / "chart/README.md").read_text(), "run `make manifests` and review what changed"
    rows = dict(re.findall(r"^\| `([\w.]+)` \| `(.*?)` \|", made, re.MULTILINE))

    def check(values: Any, path: str) -> None:
        if isinstance(values, dict) and path not in rows:
            assert values, path
            for key, value in values.items():
                check(value, f"{path}.{key}" if path else key)
        else:
            assert json.loads(rows.pop(path)) == values, path

    check(yaml.safe_load((K8S / "chart/values.yaml").read_text()), "")
    assert not rows, "values that do not exist"


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
    assert (settings.ops_host, settings.ops_port) == ("0.0.0.0", OPS_PORTS[service])  # noqa: S104 it is in a container


GROUPS = ("oidc_", "mail_", "mqtt_")
"""Settings of the catalog about one other server, which installations need one and all."""


@pytest.mark.parametrize("group", GROUPS)
def test_compose_passes_on_every_setting_of_a_server(composed: dict[str, Object], group: str) -> None:
    given = composed["catalog"]["environment"]
    names = [name for name in CatalogSettings.model_fields if name.startswith(group)]
    assert len(names) > 5
    of_secrets = {f"{name}_file" for name in names}  # which are in .env themselves
    missing = [name for name in names if f"ONWATCH_CATALOG_{name.upper()}" not in given and name not in of_secrets]
    assert not missing


@pytest.mark.parametrize("service", SETTINGS)
def test_the_chart_takes_every_setting(service: str) -> None:
    schema = json.loads((K8S / "chart/values.schema.json").read_text())["properties"]["settings"]
    pattern = re.compile(schema["propertyNames"]["pattern"])
    assert all(pattern.search(f"ONWATCH_{service}_{name}".upper()) for name in SETTINGS[service].model_fields)


@pytest.mark.parametrize("service", ["catalog", "detector"])
def test_compose_with_an_object_store_passes_on_its_settings(service: str) -> None:
    given = yaml.safe_load((ROOT / "docker-compose.s3.yml").read_text())["services"][service]["environment"]
    filled = {"ONWATCH_MEDIA_URL": "s3://videos", "ONWATCH_MEDIA_PUBLIC_URL": "https://s3.example"}
    settings = SETTINGS[service].load(None, {name: filled.get(name, str(value)) for name, value in given.items()})
    assert (settings.media_url, settings.media_cache) == (  # type: ignore[attr-defined]
        "s3://videos",
        Path(given[f"ONWATCH_{service.upper()}_MEDIA_CACHE_DIR"]),
    )


def test_compose_with_a_public_object_store_tells_the_catalog_and_the_page() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.s3.yml").read_text())["services"]
    told = {name for name, service in services.items() if "ONWATCH_MEDIA_PUBLIC_URL" in service["environment"]}
    assert told == {"catalog", "dashboard"}
    reading = {name for name, service in services.items() if "ONWATCH_MEDIA_URL" in service["environment"]}
    assert reading == {"catalog", "detector", "onwatch"}


def test_only_the_gateway_publishes_a_port(composed: dict[str, Object]) -> None:
    assert [name for name, service in composed.items() if "ports" in service and "profiles" not in service] == [
        "gateway"
    ]


def test_profiles_add_services_and_open_no_port_but_that_of_tls_to_others(composed: dict[str, Object]) -> None:
    profiles = {name: service["profiles"] for name, service in composed.items() if "profiles" in service}
    assert profiles == {
        "tls": ["tls"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
        "onwatch": ["tools"],
    }
    for name in ("prometheus", "grafana"):
        assert all(port.startswith("127.0.0.1:") for port in composed[name]["ports"]), name
    needed = {name for service in composed.values() for name in service.get("depends_on", {})}
    assert needed & profiles.keys() == {"prometheus"}, "nothing depends on what another profile starts"


def test_the_command_has_the_account_of_operators(composed: dict[str, Object]) -> None:
    environ = {name: filled_in(value) for name, value in composed["onwatch"]["environment"].items()}
    stores = locate_stores(Path("nowhere"), environ=environ)
    assert stores.has_servers
    assert urlsplit(stores.catalog.bus_url.get_secret_value()).username == "onwatch"
    assert urlsplit(stores.catalog.database).username == "onwatch"
    assert len(environ["ONWATCH_OPS_URLS"].split()) == len(SETTINGS)


def test_the_images_of_servers_can_be_kept(composed: dict[str, Object]) -> None:
    names = [composed[name]["image"].partition(":-")[0] for name in ("rabbitmq", "redis", "postgresql")]
    assert names == ["${RABBITMQ_IMAGE", "${REDIS_IMAGE", "${POSTGRESQL_IMAGE"]


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
        "RABBITMQ_AGGREGATOR_PASSWORD=",
        "RABBITMQ_CATALOG_PASSWORD=",
        "RABBITMQ_DETECTOR_PASSWORD=",
        "RABBITMQ_GATEWAY_PASSWORD=",
        "REDIS_AGGREGATOR_PASSWORD=",
        "POSTGRESQL_AGGREGATOR_PASSWORD=",
        "POSTGRESQL_CATALOG_PASSWORD=",
        "SERVICE_PASSWORD=",
        "ADMIN_PASSWORD=",
        "GRAFANA_PASSWORD=",
    ]


def test_passwords_are_generated_once_and_readable_only_by_the_owner(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text((ROOT / ".env.example").read_text())
    made = []
    for _ in range(2):
        subprocess.run([ROOT / "scripts/compose-env", tmp_path], check=True, capture_output=True)
        made.append((tmp_path / ".env").read_text())
    assert made[0] == made[1]
    passwords = re.findall(r"^[A-Z_]+_PASSWORD=([0-9a-f]{48})$", made[0], re.MULTILINE)
    assert len(set(passwords)) == 13
    assert not re.search(r"^\w+_IMAGE=.", made[0], re.MULTILINE), "a new installation has the newest servers"
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_an_older_env_gets_the_passwords_that_it_lacks_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text((ROOT / ".env.example").read_text())
    older = "RABBITMQ_PASSWORD=a\nREDIS_PASSWORD=b\nPOSTGRESQL_PASSWORD=c\nSERVICE_PASSWORD=d\nADMIN_PASSWORD=e"
    (tmp_path / ".env").write_text(older)
    subprocess.run([ROOT / "scripts/compose-env", tmp_path], check=True, capture_output=True)
    text = (tmp_path / ".env").read_text()
    assert text.startswith(f"{older}\n")
    assert len(set(re.findall(r"^[A-Z]+(?:_[A-Z]+)?_PASSWORD=([0-9a-f]{48})$", text, re.MULTILINE))) == 8
    kept = re.findall(r"^(\w+_IMAGE)=(.*)$", text, re.MULTILINE)
    assert kept == [  # those that its version started: newer ones cannot read their volumes
        ("RABBITMQ_IMAGE", "rabbitmq:3.13-management-alpine"),
        ("POSTGRESQL_IMAGE", "postgres:16-alpine"),
    ]
    subprocess.run([ROOT / "scripts/compose-env", tmp_path], check=True, capture_output=True)
    assert (tmp_path / ".env").read_text() == text
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_no_service_has_the_account_of_another(composed: dict[str, Object]) -> None:
    for name in SETTINGS:
        text = " ".join(composed[name]["environment"].values())
        servers = re.findall(r"\$\{(?:RABBITMQ|REDIS|POSTGRESQL)_(\w*)PASSWORD", text)
        assert set(servers) <= {f"{name.upper()}_"}, name
