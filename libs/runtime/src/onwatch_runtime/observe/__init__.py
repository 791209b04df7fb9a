"""What people see of a running system: logs, trace context, and the findings of `onwatch doctor`."""

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
from onwatch_runtime.observe.tracing import current_traceparent, span

__all__ = [
    "ExaminationFailed",
    "Finding",
    "Key",
    "Repair",
    "age_text",
    "configure_logs",
    "confirmed",
    "current_traceparent",
    "expect_sqlite_file",
    "span",
]
