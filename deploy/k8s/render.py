"""Renders the chart as Helm installs it and validates the objects, without a cluster.

Helm itself (`helm-sdkpy`) installs the chart on a small fake of the Kubernetes API. Before it creates any object, Helm
stores a record of the release that contains everything it rendered. The fake returns that record and refuses all later
requests. `setup` creates the environment that this runs in.

    render.py --kubectl                           the content of deploy/k8s/onwatch.yaml: the demo
    render.py --lint --check 1.28 --check latest  the manifests, after linting the chart and checking every object
    render.py --values FILE.json --objects        every object as a line of JSON, with other values
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gzip
import json
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from helm_sdkpy import Configuration, Install, Lint
from helm_sdkpy.exceptions import HelmError

CHART = Path(__file__).parent / "chart"
DEMO = CHART / "values-demo.yaml"
WARNING = 2  # severity of Helm's linter; 1 is a remark

# Kinds that the chart may use, by API group and version: (resource, kind).
RESOURCES = {
    "v1": [
        ("configmaps", "ConfigMap"),
        ("persistentvolumeclaims", "PersistentVolumeClaim"),
        ("pods", "Pod"),
        ("secrets", "Secret"),
        ("serviceaccounts", "ServiceAccount"),
        ("services", "Service"),
    ],
    "apps/v1": [("deployments", "Deployment"), ("statefulsets", "StatefulSet")],
    "autoscaling/v2": [("horizontalpodautoscalers", "HorizontalPodAutoscaler")],
    "batch/v1": [("jobs", "Job")],
    "gateway.networking.k8s.io/v1": [("httproutes", "HTTPRoute")],
    "keda.sh/v1alpha1": [("scaledobjects", "ScaledObject")],
    "monitoring.coreos.com/v1": [("podmonitors", "PodMonitor")],
    "networking.k8s.io/v1": [("ingresses", "Ingress"), ("networkpolicies", "NetworkPolicy")],
    "policy/v1": [("poddisruptionbudgets", "PodDisruptionBudget")],
}
CUSTOM = ("HTTPRoute", "PodMonitor", "ScaledObject")  # their schemas are not part of Kubernetes
PACKED = re.compile(rb"H4sI[A-Za-z0-9+/]+=*")  # Base64 of a gzip header
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


KUBECTL_HEADER = """\
# Onwatch for kubectl: the chart with the values of its demo. Do not edit: `make manifests` generates it.
#
#   kubectl create namespace onwatch
#   kubectl --namespace onwatch create secret generic onwatch-secrets \\
#     --from-literal=rabbitmq-password=$(openssl rand -hex 24) \\
#     --from-literal=redis-password=$(openssl rand -hex 24) \\
#     --from-literal=postgresql-password=$(openssl rand -hex 24)
#   kubectl --namespace onwatch apply --filename deploy/k8s/onwatch.yaml
#   kubectl --namespace onwatch port-forward service/onwatch-gateway 8000
"""


class RenderFailed(Exception):
    """Helm's reason why the chart cannot be rendered with these values."""


def _resource_list(version: str) -> dict[str, Any]:
    resources = [
        {"name": name, "singularName": kind.lower(), "namespaced": True, "kind": kind, "verbs": VERBS}
        for name, kind in RESOURCES[version]
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}


def _group_list() -> dict[str, Any]:
    groups = []
    for version in RESOURCES:
        if "/" in version:
            group, number = version.split("/")
            named = {"groupVersion": version, "version": number}
            groups.append({"name": group, "versions": [named], "preferredVersion": named})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _status(code: int, reason: str) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "reason": reason,
        "message": reason,
        "code": code,
    }


def _path_of(thing: dict[str, Any]) -> str:
    """Where the API has an object."""
    version = thing["apiVersion"]
    (resource,) = [name for name, kind in RESOURCES[version] if kind == thing["kind"]]
    group = "api" if version == "v1" else "apis"
    return f"/{group}/{version}/namespaces/{thing['metadata']['namespace']}/{resource}/{thing['metadata']['name']}"


class FakeKubernetesApi:
    """The part of the Kubernetes API that Helm requests before it creates the first object."""

    def __init__(self, kubernetes: str, existing: Iterable[dict[str, Any]] = ()) -> None:
        major, minor = kubernetes.split(".")[:2]
        self._existing = {_path_of(thing): thing for thing in existing}
        self.release: dict[str, Any] | None = None
        self._version = {"major": major, "minor": minor, "gitVersion": f"v{major}.{minor}.0", "platform": "linux/amd64"}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if method == "GET" and (known := self._known(path)):
            return 200, known
        if method == "POST" and path.endswith("/secrets") and self.release is None:
            self.release = _release_in(body)
            return 201, {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "release"}}
        if method == "GET" and self.release is None:
            return 404, _status(404, "NotFound")
        return 403, _status(403, "Forbidden")

    def _known(self, path: str) -> dict[str, Any] | None:
        if path == "/version":
            return self._version
        if path == "/api":
            return {"kind": "APIVersions", "versions": ["v1"]}
        if path == "/apis":
            return _group_list()
        version = path.removeprefix("/apis/").removeprefix("/api/")
        if version in RESOURCES:
            return _resource_list(version)
        if path in self._existing:
            return self._existing[path]
        if path.endswith("/secrets"):
            return {"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": []}
        return None


def _release_in(secret: bytes) -> dict[str, Any]:
    """Decodes the release: Base64 of gzip of JSON, the one long text in a Secret that is sent as protocol buffers.

    It is followed by a field's tag, which is not Base64.
    """
    packed = PACKED.search(secret)
    if packed is None:
        raise RenderFailed("Helm stored a Secret in which there is no release")
    release: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[0])))
    return release


@contextmanager
def _serving(fake: FakeKubernetesApi) -> Iterator[str]:
    """The address of the fake, which listens on the loopback interface only."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code, answer = fake.answer(self.command, self.path.partition("?")[0], body)
            content = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 names that http.server requires

        def log_message(self, *_: object) -> None:
            """No access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _configuration(namespace: str, address: str) -> Configuration:
    named = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "fake", "cluster": {"server": address}}],
        "users": [{"name": "fake", "user": {}}],
        "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
        "current-context": "fake",
    }
    return Configuration(namespace=namespace, kubeconfig=yaml.safe_dump(named))


def render(
    values: dict[str, Any], *, release: str, namespace: str, kubernetes: str, existing: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The release as Helm records it: `manifest`, `hooks`, `info.notes`. `RenderFailed` carries Helm's reason.

    `existing`: objects that the cluster already has.
    """
    fake = FakeKubernetesApi(kubernetes, existing)
    with _serving(fake) as address:
        install = Install(_configuration(namespace, address))
        try:
            asyncio.run(install.run(release, str(CHART), values=values, wait=False, timeout=30))
        except HelmError as error:
            if fake.release is None:
                raise RenderFailed(str(error)) from error
    if fake.release is None:
        raise RenderFailed("Helm installed the chart and left no record of it")
    return fake.release


def manifests(release: dict[str, Any], *, with_tests: bool = True) -> str:
    """All objects as one YAML stream, in the order in which Helm creates them, hooks last."""
    hooks = [
        f"---\n# Source: {hook['path']}\n{hook['manifest'].strip()}"
        for hook in release.get("hooks", [])
        if with_tests or "test" not in hook["events"]
    ]
    return "\n".join([release["manifest"].strip(), *hooks]) + "\n"


def objects(release: dict[str, Any]) -> list[dict[str, Any]]:
    return [thing for thing in yaml.safe_load_all(manifests(release)) if thing]


def problems(things: list[dict[str, Any]], kubernetes: str) -> list[str]:
    """Validation errors for that version of Kubernetes; unknown fields are errors."""
    if kubernetes == "latest":
        kubernetes = kubernetes_validate.latest_version()
    found = []
    for thing in (each for each in things if each["kind"] not in CUSTOM):
        try:
            kubernetes_validate.validate(thing, kubernetes, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(part) for part in error.absolute_path)
            found.append(
                f"{thing['kind']} {thing['metadata']['name']}, Kubernetes {kubernetes}: {where}: {error.message}"
            )
    return found


def lint() -> list[str]:
    """Warnings of Helm's linter, as file names: the binding returns no more."""
    with _serving(FakeKubernetesApi("1.28")) as address:
        result = asyncio.run(Lint(_configuration("default", address)).run(str(CHART)))
    warnings = [message for message in result["Messages"] or [] if message["Severity"] >= WARNING]
    return [f"{message['Path']}: {message['Err']}" for message in warnings] + [str(e) for e in result["Errors"] or []]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render the chart without a cluster.")
    parser.add_argument("--values", type=Path, help="a JSON file of values")
    parser.add_argument("--existing", type=Path, help="a JSON file of the objects that the cluster already has")
    parser.add_argument("--release", default="onwatch")
    parser.add_argument("--namespace", default="onwatch")
    parser.add_argument("--kubernetes", default="1.28", help="the version that the fake API reports")
    parser.add_argument(
        "--check", action="append", default=[], metavar="VERSION", help="or `latest`; several may be given"
    )
    parser.add_argument("--lint", action="store_true")
    show = parser.add_mutually_exclusive_group()
    show.add_argument("--objects", action="store_true", help="JSON lines instead of YAML")
    show.add_argument("--kubectl", action="store_true", help="with a header of instructions")
    show.add_argument("--notes", action="store_true", help="the notes that Helm prints after an installation")
    return parser.parse_args()


def _shown(release: dict[str, Any], options: argparse.Namespace) -> str:
    if options.notes:
        return str(release["info"]["notes"])
    if options.kubectl:
        return KUBECTL_HEADER + manifests(release, with_tests=False)
    if options.objects:
        return "".join(json.dumps(thing) + "\n" for thing in objects(release))
    return manifests(release)


def main() -> int:
    options = _options()
    values = json.loads(options.values.read_text()) if options.values else {}
    if options.kubectl:
        values = yaml.safe_load(DEMO.read_text()) | values
    existing = json.loads(options.existing.read_text()) if options.existing else []
    found = lint() if options.lint else []
    try:
        release = render(
            values,
            release=options.release,
            namespace=options.namespace,
            kubernetes=options.kubernetes,
            existing=existing,
        )
    except RenderFailed as error:
        found.append(str(error))
    else:
        for version in options.check:
            found += problems(objects(release), version)
    if found:
        sys.stderr.write("\n".join(found) + "\n")
        return 1
    sys.stdout.write(_shown(release, options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
