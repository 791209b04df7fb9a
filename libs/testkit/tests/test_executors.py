"""An executor without threads."""

import threading

import pytest

from onwatch_testkit.executors import InlineExecutor


def test_submit_runs_the_call_in_the_same_thread():
    future = InlineExecutor().submit(threading.get_ident)
    assert future.done()
    assert future.result() == threading.get_ident()


def test_the_future_carries_an_error():
    future = InlineExecutor().submit(int, "seven")
    with pytest.raises(ValueError, match="seven"):
        future.result()
