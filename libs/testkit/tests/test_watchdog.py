"""A clean-up that hangs after a failure ends its worker, is named, and the other tests run."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

MODULE = """
    import threading

    import pytest

    @pytest.fixture
    def hanging_clean_up():
        yield
        threading.Event().wait()

    def test_before(): ...

    @pytest.mark.timeout(0.5)
    def test_hangs(hanging_clean_up):
        threading.Event().wait()  # until the timeout

    def test_after(): ...
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # importing all of them takes seconds
    pytester.makepyprojecttoml(
        """
        [tool.pytest.ini_options]
        addopts = "-p xdist.plugin -p pytest_timeout -p onwatch_testkit.watchdog"
        faulthandler_timeout = 10
        faulthandler_exit_on_timeout = true
        """
    )
    pytester.makepyfile(MODULE)
    return pytester


def test_a_clean_up_that_hangs_after_a_timeout_ends_its_worker_and_no_other_test(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-n", "1", "--dist", "loadfile")
    result.assert_outcomes(passed=2, failed=2)  # by its timeout, and as the end of its worker
    result.stdout.fnmatch_lines(
        ["*Failed: Timeout*from pytest-timeout.", "*worker 'gw0' crashed while running '*::test_hangs'"]
    )
    result.stderr.fnmatch_lines(["Timeout (0:00:10)!", "*in hanging_clean_up"])
