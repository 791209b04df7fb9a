"""Trace context that travels with messages."""

import asyncio
import re

import pytest

from onwatch_runtime.observe.tracing import child_of, current_traceparent, span

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
W3C = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")


def test_a_child_is_in_its_parents_trace_with_an_id_of_its_own():
    child = child_of(PARENT)
    assert W3C.fullmatch(child)
    assert child.split("-")[1] == TRACE_ID
    assert child != PARENT


@pytest.mark.parametrize("parent", [None, "", "nonsense", PARENT.upper(), f"01-{TRACE_ID}-00f067aa0ba902b7-01"])
def test_without_a_usable_parent_a_new_trace_begins(parent: str | None):
    child = child_of(parent)
    assert W3C.fullmatch(child)
    assert child.split("-")[1] != TRACE_ID


def test_the_context_holds_inside_a_span_and_not_after():
    assert current_traceparent() is None
    with span(PARENT) as outer:
        assert current_traceparent() == outer
        with span(outer) as inner:
            assert current_traceparent() == inner
        assert current_traceparent() == outer
    assert current_traceparent() is None


def test_the_context_ends_with_a_failure_too():
    with pytest.raises(RuntimeError), span(PARENT):
        raise RuntimeError
    assert current_traceparent() is None


async def test_work_side_by_side_does_not_mix():
    async def work() -> bool:
        with span(None) as mine:
            await asyncio.sleep(0)
            return current_traceparent() == mine

    assert all(await asyncio.gather(*(work() for _ in range(10))))
