"""The same examples in every run, however busy the machine is: the settings of all Hypothesis tests (a pytest plug-in).

Other examples: `pytest --hypothesis-profile=default`.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

NAME = "onwatch"


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Before the command line is read, and before tests are imported: their `settings(max_examples=...)` add to it."""
    settings.register_profile(NAME, deadline=None, derandomize=True)
    settings.load_profile(NAME)
