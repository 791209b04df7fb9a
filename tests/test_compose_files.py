"""The compose file for people without the sources is made of the one in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deploy/compose"
GENERATOR = "deploy/compose/generate.py"
SOURCES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOWNLOADED = yaml.safe_load((FOLDER / "docker-compose.yml").read_text())
OTHER = {"build", "configs", "image", "volumes"}
"""What the two may differ in."""


def test_it_is_current() -> None:
    made = subprocess.run([sys.executable, ROOT / GENERATOR], capture_output=True, text=True, timeout=60, check=True)
    current = (FOLDER / "docker-compose.yml").read_text()
    assert current == made.stdout, f"python {GENERATOR} > deploy/compose/docker-compose.yml"


def as_filled_in(content: str) -> str:
    """What the container gets: compose takes two dollars for one."""
    assert not re.search(r"(?<!\$)\$(?:\$\$)*(?!\$)", content), "a variable of compose in a mounted file"
    return content.replace("$$", "$")


@pytest.mark.parametrize("name", SOURCES["services"])
def test_a_service_is_the_same_but_for_where_it_comes_from(name: str) -> None:
    def kept(service: dict[str, Any]) -> str:
        text = json.dumps({key: value for key, value in service.items() if key not in OTHER}, sort_keys=True)
        return re.sub(r":\?[^}]*\}", ":?}", text)  # how a missing password is told

    assert kept(DOWNLOADED["services"][name]) == kept(SOURCES["services"][name])


@pytest.mark.parametrize("name", SOURCES["services"])
def test_one_download_is_enough(name: str) -> None:
    service = DOWNLOADED["services"][name]
    assert "build" not in service
    assert not [volume for volume in service.get("volumes", ()) if volume.startswith(("./", "/"))]
    before = {volume for volume in SOURCES["services"][name].get("volumes", ()) if not volume.startswith("./")}
    assert set(service.get("volumes", ())) == before


def test_configs_have_the_content_of_the_mounted_files() -> None:
    found: set[str] = set()
    for name, service in SOURCES["services"].items():
        configs = {config["target"]: config["source"] for config in DOWNLOADED["services"][name].get("configs", ())}
        for source, target, *_ in (volume.split(":") for volume in service.get("volumes", ())):
            if not source.startswith("./"):
                continue
            files = {target: ROOT / source}
            if (ROOT / source).is_dir():
                files = {path: ROOT / source / Path(path).name for path in configs if path.startswith(f"{target}/")}
                assert service["entrypoint"][-1] in files
            for path, file in files.items():
                content = as_filled_in(DOWNLOADED["configs"][configs[path]]["content"])
                lines = [line.rstrip() for line in file.read_text().expandtabs(4).splitlines()]
                assert content.splitlines() == lines, file
                found.add(configs[path])
    assert found == DOWNLOADED["configs"].keys()


def test_a_script_finds_the_files_beside_it() -> None:
    for name in ("rabbitmq", "redis", "postgresql"):
        targets = {config["target"] for config in DOWNLOADED["services"][name]["configs"]}
        script = (ROOT / "deploy/servers" / f"start-{name}").read_text()
        assert {f"/onwatch/{read}" for read in re.findall(r"\$folder/([\w.-]+)", script)} <= targets


def test_each_image_can_be_replaced_by_another_or_by_a_digest() -> None:
    for name, service in DOWNLOADED["services"].items():
        variable, _, default = service["image"].removeprefix("${").removesuffix("}").partition(":-")
        assert re.fullmatch(r"(ONWATCH_)?[A-Z]+_IMAGE", variable), name
        assert ":" in default, name
        assert not default.endswith(":latest"), name


def test_its_head_names_every_password() -> None:
    head = (FOLDER / "docker-compose.yml").read_text().partition("\nname:")[0]
    names = re.search(r"for name in ([A-Z_ ]+);", head)
    assert names is not None
    required = re.findall(r"^([A-Z_]+)_PASSWORD=$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert names[1].split() == required
    text = (FOLDER / "docker-compose.yml").read_text()
    assert {f"{name}_PASSWORD" for name in required} == set(re.findall(r"\$\{(\w+_PASSWORD):\?", text))


def test_the_detector_of_the_override_reserves_a_gpu() -> None:
    override = yaml.safe_load((FOLDER / "gpu.yml").read_text())["services"]
    (device,) = override["detector"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]
    assert override.keys() == {"detector"}


def test_prometheus_reads_every_service_at_its_port_for_operators() -> None:
    jobs = yaml.safe_load((ROOT / "deploy/monitoring/prometheus.yml").read_text())["scrape_configs"]
    found = {name: entry["port"] for entry in jobs[0]["dns_sd_configs"] for name in entry["names"]}
    urls = re.findall(r"http://(\w+):(\d+)", SOURCES["services"]["gateway"]["environment"]["ONWATCH_GATEWAY_OPS_URLS"])
    assert found == {name: int(port) for name, port in urls}
