"""Log lines on standard error, for people (text) or machines (JSON)."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

from onwatch_runtime.observe.tracing import current_fields

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class TextFormatter(logging.Formatter):
    """One line per record, a stack trace below it. Control characters of a request's path or header are escaped."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 the name in the standard library
        return CONTROL_CHARACTERS.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One JSON object per line, with the service, and with the ids of what the work in progress is about."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            **current_fields(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logs(level: str, log_format: Literal["text", "json"], service: str = "onwatch") -> None:
    """Replace all handlers of the root logger."""
    handler = logging.StreamHandler(sys.stderr)
    text = TextFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(JsonFormatter(service) if log_format == "json" else text)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Requests are counted by metrics, not logged one by one; that a process starts and ends is logged by `lifecycle`.
    quiet = ("httpx", "httpcore", "uvicorn.access", "uvicorn.error", "uvicorn.websocket", "alembic", "onwatch_sql.pool")
    for name in quiet:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The bus itself logs a lost connection, once and without a stack trace.
    for name in ("aiormq", "aio_pika"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
