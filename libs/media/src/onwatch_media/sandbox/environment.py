"""What a process that reads untrusted files gets of its parent's environment."""

from __future__ import annotations

import os

KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "TMPDIR")


def clean_environment() -> dict[str, str]:
    """Without secrets: what Python and its libraries need to start, and no threads of a library for linear algebra."""
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"}
