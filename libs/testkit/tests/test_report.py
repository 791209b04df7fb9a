"""What the end of a test report says, also when several workers ran the tests."""

import pytest

from onwatch_testkit.report import deselected_lines, excluded_markers

pytest_plugins = ["pytester"]

DESCRIPTIONS = ["slow: takes an hour; `make test-slow` runs them", "other: something else"]
MODULE = """
    import pytest

    @pytest.mark.slow
    def test_slow(): ...

    @pytest.mark.slow
    def test_slow_too(): ...

    def test_quick(): ...

    @pytest.mark.skip(reason="no clip here")
    def test_without_a_clip(): ...
"""


def test_the_markers_that_a_selection_excludes():
    assert excluded_markers("not docker and not orders") == ["docker", "orders"]
    assert excluded_markers("docker") == []


def test_a_line_says_how_many_are_left_out_and_which_command_runs_them():
    assert deselected_lines({"slow": 2}, DESCRIPTIONS) == [
        "deselected: 2 marked `slow`: takes an hour; `make test-slow` runs them"
    ]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # importing all of them takes seconds
    pytester.makepyprojecttoml(
        f"""
        [tool.pytest.ini_options]
        addopts = "-ra -m 'not slow' -p xdist.plugin -p onwatch_testkit.report"
        markers = {DESCRIPTIONS}
        """
    )
    pytester.makepyfile(MODULE)
    return pytester


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_the_end_of_the_report_names_what_was_left_out(project: pytest.Pytester, options: list[str]):
    result = project.runpytest_subprocess(*options)
    result.assert_outcomes(passed=1, skipped=1, deselected=None if options else 2)
    result.stdout.fnmatch_lines_random(
        ["deselected: 2 marked `slow`: takes an hour; `make test-slow` runs them", "SKIPPED*no clip here"]
    )
