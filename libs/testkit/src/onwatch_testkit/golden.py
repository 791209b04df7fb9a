"""Expected output, stored in files that a person reviews."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class Golden:
    """Compares output with files; `ONWATCH_REGENERATE_GOLDEN=1` rewrites them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, name: str, text: str) -> None:
        file = self._folder / name
        if os.environ.get("ONWATCH_REGENERATE_GOLDEN") == "1":
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        assert file.is_file(), f"{file} does not exist; ONWATCH_REGENERATE_GOLDEN=1 writes it"
        assert text == file.read_bytes().decode(), f"{file} differs; if that is intended, regenerate it"

    def check_json(self, name: str, found: Any) -> None:
        self.check(name, json.dumps(found, indent=2, sort_keys=True) + "\n")
