"""The overlay of examples/kustomize changes what deploy/k8s/onwatch.yaml has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from onwatch.doctor.stores import locate_stores

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples/kustomize"
Object = dict[str, Any]


def documents(file: Path) -> list[Object]:
    return [found for found in yaml.safe_load_all(file.read_text()) if found]


@pytest.fixture(scope="module")
def base() -> list[Object]:
    return documents(ROOT / "deploy/k8s/onwatch.yaml")


@pytest.fixture(scope="module")
def overlay() -> Object:
    (found,) = documents(EXAMPLE / "kustomization.yaml")
    return found


@pytest.fixture(scope="module")
def doctor() -> tuple[Object, Object]:
    job, policy = documents(EXAMPLE / "doctor.yaml")
    return job, policy


def containers(things: list[Object]) -> list[Object]:
    specs = [thing["spec"]["template"]["spec"] for thing in things if "template" in thing.get("spec", {})]
    return [container for spec in specs for container in spec["containers"]]


def test_its_base_is_the_rendered_chart(overlay: Object) -> None:
    folder, *others = overlay["resources"]
    (found,) = documents(EXAMPLE / folder / "kustomization.yaml")
    assert found["resources"] == ["onwatch.yaml"]
    assert all((EXAMPLE / other).is_file() for other in others)


def test_every_image_of_ours_can_be_replaced(
    overlay: Object, base: list[Object], doctor: tuple[Object, Object]
) -> None:
    used = {container["image"].partition(":")[0] for container in containers([*base, doctor[0]])}
    ours = {image for image in used if image.startswith("onwatch/")}
    assert {image["name"] for image in overlay["images"]} == ours


def test_what_it_changes_exists(overlay: Object, base: list[Object]) -> None:
    there = {(thing["kind"], thing["metadata"]["name"]): thing for thing in base}
    for entry in overlay["replicas"]:
        assert ("Deployment", entry["name"]) in there
    for patch in overlay["patches"]:
        target = there[patch["target"]["kind"], patch["target"]["name"]]
        for operation in yaml.safe_load(patch["patch"]):
            *parents, last = operation["path"].strip("/").split("/")
            for name in parents:
                target = target[name]
            assert operation["op"] == "add" or last in target, operation
            target = there[patch["target"]["kind"], patch["target"]["name"]]


def test_the_job_names_what_the_chart_has(base: list[Object], doctor: tuple[Object, Object]) -> None:
    job, policy = doctor
    pod = job["spec"]["template"]["spec"]
    claims = {volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "emptyDir" not in volume}
    assert claims <= {thing["metadata"]["name"] for thing in base if thing["kind"] == "PersistentVolumeClaim"}
    variables = pod["containers"][0]["env"]
    secrets = [variable["valueFrom"]["secretKeyRef"] for variable in variables if "valueFrom" in variable]
    text = json.dumps(base)
    assert all(f'"key": "{secret["key"]}"' in text and f'"name": "{secret["name"]}"' in text for secret in secrets)
    components = policy["spec"]["podSelector"]["matchExpressions"][0]["values"]
    assert components == ["rabbitmq", "redis", "postgresql"]
    services = {thing["metadata"]["name"] for thing in base if thing["kind"] == "Service"}
    assert {f"onwatch-{component}" for component in components} <= services


def test_the_job_examines_servers(doctor: tuple[Object, Object]) -> None:
    variables = doctor[0]["spec"]["template"]["spec"]["containers"][0]["env"]
    environ = {variable["name"]: variable["value"] for variable in variables if "value" in variable}
    assert locate_stores(Path("nowhere"), environ=environ).has_servers


def test_the_pod_has_the_least_privileges(doctor: tuple[Object, Object]) -> None:
    pod = doctor[0]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
