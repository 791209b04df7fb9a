import asyncio
import re

import pytest

from onwatch_runtime.observe.tracing import child_of, current_traceparent, span

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
W3C = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")


def test_a_child_has_its_parents_trace_and_its_own_id():
    child = child_of(PARENT)
    assert W3C.fullmatch(child)
    assert child.split("-")[1] == TRACE_ID
    assert child != PARENT


@pytest.mark.parametrize("parent", [None, "", "nonsense", PARENT.upper(), f"01-{TRACE_ID}-00f067aa0ba902b7-01"])
def test_without_a_valid_parent_a_new_trace_begins(parent: str | None):
    child = child_of(parent)
    assert W3C.fullmatch(child)
    assert child.split("-")[1] != TRACE_ID


def test_the_context_is_set_inside_a_span_only():
    assert current_traceparent() is None
    with span(PARENT) as outer:
        assert current_traceparent() == outer
        with span(outer) as inner:
            assert current_traceparent() == inner
        assert current_traceparent() == outer
    assert current_traceparent() is None


def test_an_error_ends_the_context_too():
    with pytest.raises(RuntimeError), span(PARENT):
        raise RuntimeError
    assert current_traceparent() is None


async def test_concurrent_tasks_have_separate_contexts():
    async def work() -> bool:
        with span(None) as mine:
            await asyncio.sleep(0)
            return current_traceparent() == mine

    assert all(await asyncio.gather(*(work() for _ in range(10))))
