"""Prints docker-compose.yml for people without the sources: nothing is built, no file of this repository is mounted.

The content of each mounted file becomes a `config` (Docker Compose 2.23.1 or newer).

    python deploy/compose/generate.py > deploy/compose/docker-compose.yml
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
SCRIPTS = "./deploy/servers:/onwatch:ro"
"""The mounted folder of the scripts that start servers; each names the files that it reads as `$folder/NAME`."""

HEADER = """\
# Onwatch on one machine, without its sources: this file, and `.env` beside it with passwords, which may have letters,
# digits and . _ ~ - only:
#
#   umask 077; for name in {names}; do
#     echo "${{name}}_PASSWORD=$(openssl rand -hex 24)"; done > .env
#   docker compose up --detach --wait            # the page: http://127.0.0.1:8000/, account `admin` with ADMIN_PASSWORD
#   docker compose run --rm onwatch doctor
#
# ONWATCH_CATALOG_IMAGE=registry.example/onwatch/catalog@sha256:..., and so on for each image, in .env replaces it. The
# comments of .env.example in the sources tell of all variables, and docs/deploy.md of the profiles tls and monitoring.
# Do not edit: deploy/compose/generate.py makes it of the docker-compose.yml of the sources, which has the comments.
"""

Service = dict[str, Any]


class Text(str):
    """Shown as a block."""

    __slots__ = ()


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


Dumper.add_representer(
    Text, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)


def generated() -> str:
    project = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    services = {name: _pulled(name, service) for name, service in project["services"].items()}
    files = {source for service in services.values() for source in _sources(service)}
    configs = {_config_name(file): {"content": _content(file)} for file in sorted(files)}
    for service in services.values():
        _mount_configs(service)
    body = {"name": project["name"], "services": services, "configs": configs, "volumes": project["volumes"]}
    text = yaml.dump(body, Dumper=Dumper, sort_keys=False, width=1000, allow_unicode=True)
    text = re.sub(r":\?[^}]*\}", ":?is missing in .env}", text)
    names = " ".join(name.removesuffix("_PASSWORD") for name in _passwords())
    return HEADER.format(names=names) + text


def _passwords() -> list[str]:
    return re.findall(r"^([A-Z_]+_PASSWORD)=$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


def _pulled(name: str, service: Service) -> Service:
    """The image of a service of ours is pulled, and can be replaced as those of servers can."""
    if service.pop("build", None) is None:
        return service
    image = f"${{ONWATCH_{name.upper()}_IMAGE:-onwatch/{name}:${{ONWATCH_VERSION:-{_version(service['image'])}}}}}"
    return service | {"image": image}


def _version(image: str) -> str:
    return image.rpartition(":-")[2].removesuffix("}")


def _sources(service: Service) -> list[str]:
    """The files of this repository that it mounts, those of the mounted folder by what its script reads."""
    return [source for source, _ in _files(service)]


def _files(service: Service) -> list[tuple[str, str]]:
    """Files of this repository, and where the container has them."""
    found = []
    for volume in service.get("volumes", ()):
        source, target, *_ = volume.removeprefix("./").split(":")
        if volume == SCRIPTS:
            script = Path(service["entrypoint"][-1]).name
            reads = re.findall(r"\$folder/([\w.-]+)", (ROOT / source / script).read_text(encoding="utf-8"))
            found += [(f"{source}/{name}", f"{target}/{name}") for name in dict.fromkeys([script, *reads])]
        elif volume.startswith("./"):
            found.append((source, target))
    return found


def _mount_configs(service: Service) -> None:
    if mounted := _files(service):
        service["volumes"] = [volume for volume in service["volumes"] if not volume.startswith("./")]
        service["configs"] = [{"source": _config_name(file), "target": target} for file, target in mounted]


def _config_name(file: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", Path(file).name.lower())


def _content(file: str) -> Text:
    """Its dollars are doubled, because compose fills in variables. No line ends with a space, or YAML would quote the
    whole text."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("$", "$$").replace("\t", "    ")
    return Text("\n".join(line.rstrip() for line in text.splitlines()) + "\n")


if __name__ == "__main__":
    sys.stdout.write(generated())
