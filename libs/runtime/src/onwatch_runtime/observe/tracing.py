"""Traces: the context that messages and requests carry (W3C `traceparent`), and spans, exported where it is set up.

The standard variables of OpenTelemetry say where spans are sent; without them they only give log lines their trace.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_SAMPLED, _UNSAMPLED = "01", "00"

_propagator = TraceContextTextMapPropagator()
_provider = TracerProvider()
_fields: ContextVar[Mapping[str, str]] = ContextVar("fields", default=MappingProxyType({}))


def current_traceparent() -> str | None:
    """The context of the current work, for the messages it publishes; None outside of a span."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get(TRACEPARENT)


def current_fields() -> Mapping[str, str]:
    """What the current work is about, for its log lines: `video_id`, `run_id`, `trace_id`."""
    trace_id = trace.get_current_span().get_span_context().trace_id
    return {**_fields.get(), "trace_id": trace.format_trace_id(trace_id)} if trace_id else _fields.get()


@contextmanager
def span(name: str, traceparent: str | None = None, **fields: str | None) -> Iterator[trace.Span]:
    """Work inside the context is a part of this trace, else of the current one, else of a new one.

    The fields (`video_id`, `run_id`) are attributes of the span, and of the log lines written inside.
    """
    known = {field: value for field, value in fields.items() if value is not None}
    parent = _propagator.extract({TRACEPARENT: traceparent}) if traceparent else None
    attributes = {f"onwatch.{field}": value for field, value in known.items()}
    token = _fields.set({**_fields.get(), **known})
    try:
        with _provider.get_tracer("onwatch").start_as_current_span(name, parent, attributes=attributes) as started:
            yield started
    finally:
        _fields.reset(token)


@contextmanager
def continued(traceparent: str | None, *, sampled: bool = True) -> Iterator[None]:
    """What is published inside continues the trace, without a span of its own.

    Not sampled: the spans that follow from it are not exported. For what is repeated all the time.
    """
    if traceparent is None:
        yield
        return
    flags = _SAMPLED if sampled else _UNSAMPLED
    token = otel_context.attach(_propagator.extract({TRACEPARENT: traceparent[:-2] + flags}))
    try:
        yield
    finally:
        otel_context.detach(token)


@contextmanager
def exporting_spans(service: str, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Send the spans of this process to the OTLP endpoint of the environment, if it names one.

    The exporter itself reads headers, certificates and time limits, by their standard names
    (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
    """
    if not any(environ.get(name) for name in ENDPOINTS):
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    with spans_given_to(BatchSpanProcessor(OTLPSpanExporter()), service):
        yield


@contextmanager
def spans_given_to(processor: SpanProcessor, service: str) -> Iterator[None]:
    """Give the spans that begin inside to the processor."""
    global _provider  # like logging, tracing belongs to the process
    before = _provider
    exporting = _provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"onwatch-{service}"}))
    exporting.add_span_processor(processor)
    try:
        yield
    finally:
        _provider = before
        exporting.shutdown()
