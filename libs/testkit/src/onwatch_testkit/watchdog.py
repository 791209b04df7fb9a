"""Ends a test that hangs where its timeout cannot, and names it (a pytest plug-in).

pytest-timeout raises an exception in the test. That ends neither a call into C nor a clean-up that hangs after it: when
a test fails, pytest and pytest-timeout stop their timers, so that a debugger may take its time. So this plug-in starts
pytest's timer again: `faulthandler_timeout` later it writes the stack of every thread and ends the process. Under
pytest-xdist that is one worker, which is replaced; the test counts as failed and is not run again.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

STDERR = pytest.StashKey[int]()
"""A copy of the file descriptor, made before pytest captures what tests write there."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[STDERR] = os.dup((sys.__stderr__ or sys.stderr).fileno())


def pytest_unconfigure(config: pytest.Config) -> None:
    os.close(config.stash[STDERR])


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Called last: pytest and pytest-timeout have stopped their timers. pytest stops this one when the test ends."""
    limit_s = float(node.config.getini("faulthandler_timeout") or 0)
    if isinstance(node, pytest.Item) and limit_s > 0:
        faulthandler.dump_traceback_later(limit_s, file=node.config.stash[STDERR], exit=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Replace the scheduler of `--dist loadfile`, which gives a test that ended its worker to the next worker, again
    and again.
    """
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class EachTestOnce(LoadFileScheduling):  # type: ignore[misc]  # without types
        def remove_node(self, node: Any) -> str | None:
            for work_unit in self.assigned_work[node].values():
                for test, is_completed in work_unit.items():
                    if not is_completed:
                        work_unit[test] = True
                        super().remove_node(node)
                        return str(test)
            super().remove_node(node)
            return None

    return EachTestOnce(config, log)
