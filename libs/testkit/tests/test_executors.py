"""Work that would go to a thread, done at once."""

import threading

import pytest

from onwatch_testkit.executors import InlineExecutor


def test_a_call_is_done_before_submit_returns_in_the_same_thread():
    future = InlineExecutor().submit(threading.get_ident)
    assert future.done()
    assert future.result() == threading.get_ident()


def test_an_error_comes_out_where_the_result_would():
    future = InlineExecutor().submit(int, "seven")
    with pytest.raises(ValueError, match="seven"):
        future.result()
