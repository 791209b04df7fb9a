import asyncio
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from onwatch_runtime.observe import continued, current_traceparent, span
from onwatch_runtime.observe.tracing import ENDPOINTS, current_fields, exporting_spans

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
W3C = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]")


def test_a_child_has_its_parents_trace_and_its_own_id():
    with span("work", PARENT):
        child = current_traceparent()
    assert child
    assert W3C.fullmatch(child)
    assert child.split("-")[1] == TRACE_ID
    assert child != PARENT


@pytest.mark.parametrize("parent", [None, "", "nonsense", PARENT.upper(), f"ff-{TRACE_ID}-00f067aa0ba902b7-01"])
def test_without_a_valid_parent_a_new_trace_begins(parent: str | None):
    with span("work", parent):
        child = current_traceparent()
    assert child
    assert W3C.fullmatch(child)
    assert child.split("-")[1] != TRACE_ID


def test_the_context_is_set_inside_a_span_only():
    assert current_traceparent() is None
    with span("outer", PARENT):
        outer = current_traceparent()
        with span("inner"):
            assert (current_traceparent() or "").split("-")[1] == TRACE_ID
            assert current_traceparent() != outer
        assert current_traceparent() == outer
    assert current_traceparent() is None


def test_an_error_ends_the_context_too():
    with pytest.raises(RuntimeError), span("work", PARENT):
        raise RuntimeError
    assert current_traceparent() is None


async def test_concurrent_tasks_have_separate_contexts():
    async def work() -> bool:
        with span("work"):
            mine = current_traceparent()
            await asyncio.sleep(0)
            return current_traceparent() == mine

    assert all(await asyncio.gather(*(work() for _ in range(10))))


def test_the_fields_of_nested_spans_add_up_for_log_lines():
    assert current_fields() == {}
    with span("outer", PARENT, video_id="v1", run_id=None), span("inner", run_id="r1"):
        assert current_fields() == {"video_id": "v1", "run_id": "r1", "trace_id": TRACE_ID}
    assert current_fields() == {}


def test_spans_are_exported_with_their_fields_and_parents(exported_spans: InMemorySpanExporter):
    with span("outer", PARENT, video_id="v1"), span("inner"):
        pass
    inner, outer = exported_spans.get_finished_spans()
    assert (inner.name, outer.name) == ("inner", "outer")
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert outer.attributes == {"onwatch.video_id": "v1"}
    assert outer.resource.attributes["service.name"] == "onwatch-tests"


def test_what_is_not_sampled_keeps_its_trace_and_is_not_exported(exported_spans: InMemorySpanExporter):
    with continued(PARENT, sampled=False):
        published = current_traceparent()
    assert published == PARENT[:-2] + "00"
    with span("handle", published):
        assert (current_traceparent() or "").split("-")[1] == TRACE_ID
    assert exported_spans.get_finished_spans() == ()
    with continued(published), span("handle what follows"):
        pass
    assert [each.name for each in exported_spans.get_finished_spans()] == ["handle what follows"]


def test_without_a_trace_nothing_is_continued():
    with continued(None):
        assert current_traceparent() is None


def test_spans_are_sent_to_the_endpoint_of_the_environment(monkeypatch: pytest.MonkeyPatch):
    received: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        environ = {ENDPOINTS[1]: f"http://127.0.0.1:{collector.server_port}", "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)  # the exporter reads it
        with exporting_spans("gateway", environ), span("click", video_id="v1"):
            pass
        collector.shutdown()
    ((resource_spans,),) = (request.resource_spans for request in received)
    ((sent,),) = (scope.spans for scope in resource_spans.scope_spans)
    assert sent.name == "click"
    assert [each.value.string_value for each in resource_spans.resource.attributes if each.key == "service.name"] == [
        "onwatch-gateway"
    ]


def test_without_an_endpoint_nothing_is_exported():
    with exporting_spans("gateway", {}), span("click"):
        assert current_traceparent()
