"""Downloads the detection model during the build of an image.   usage: fetch_model.py FOLDER --url ... --sha256 ..."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from onwatch_detector.detect.models import YOLOX_TINY, DownloadFailed, ModelDownload, ModelSource

log = logging.getLogger(__name__)

SUFFIXES = (".onnx", ".pt")  # an OpenVINO model is two files
MAX_BYTES = 1 << 30
RULE = "!" * 100


def source(url: str, sha256: str) -> ModelSource:
    """The requested model, or the default one. Exits when a required option is missing."""
    if not url:
        return YOLOX_TINY
    name = PurePosixPath(urlsplit(url).path).name
    if PurePosixPath(name).suffix.lower() not in SUFFIXES:
        sys.exit(f"MODEL_URL must end in one of {', '.join(SUFFIXES)}: {url}")
    if not sha256:
        sys.exit("MODEL_URL needs MODEL_SHA256: the file is checked before it is used")
    return ModelSource(file_name=name, url=url, sha256=sha256.lower(), size_bytes=MAX_BYTES, licence="see its source")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--sha256", default="")
    parser.add_argument("--required", choices=["true", "false"], default="false")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    given.folder.mkdir(parents=True, exist_ok=True)
    try:
        model = ModelDownload(source(given.url, given.sha256)).fetch(given.folder)
    except DownloadFailed as error:
        if given.required == "true":
            sys.exit(f"no model: {error}")
        for line in (
            RULE,
            "THIS IMAGE HAS ONLY THE DEMO MODEL, WHICH DETECTS VEHICLES IN SYNTHETIC CLIPS ONLY.",
            f"The model could not be downloaded: {error}",
            "Set MODEL_URL and MODEL_SHA256 for another one, or mount one on /models.",
            RULE,
        ):
            log.warning(line)
    else:
        model.chmod(0o444)
        log.info("the model of this image: %s", model.name)


if __name__ == "__main__":
    main()
