"""What people see of a running system: logs, traces, and the findings of `onwatch doctor`."""

from onwatch_runtime.observe.findings import (
    ExaminationFailed,
    Finding,
    Key,
    Repair,
    age_text,
    confirmed,
    expect_sqlite_file,
)
from onwatch_runtime.observe.logs import configure_logs
from onwatch_runtime.observe.tracing import (
    TRACEPARENT,
    continued,
    current_traceparent,
    exporting_spans,
    span,
    spans_given_to,
)

__all__ = [
    "TRACEPARENT",
    "ExaminationFailed",
    "Finding",
    "Key",
    "Repair",
    "age_text",
    "configure_logs",
    "confirmed",
    "continued",
    "current_traceparent",
    "expect_sqlite_file",
    "exporting_spans",
    "span",
    "spans_given_to",
]
