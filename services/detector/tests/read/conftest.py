from __future__ import annotations

from collections.abc import Iterator

import pytest

from onwatch_detector.read import SERVING
from onwatch_media.sandbox import ProcessStarter


@pytest.fixture(scope="session")
def starter() -> Iterator[ProcessStarter]:
    """Starts decoders for all tests of a session, as for all runs of a service."""
    starter = ProcessStarter(SERVING)
    yield starter
    starter.close()
