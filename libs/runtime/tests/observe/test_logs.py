import json
import logging
import re
from datetime import datetime, timedelta

import pytest

from onwatch_runtime.observe import span
from onwatch_runtime.observe.logs import configure_logs

log = logging.getLogger("onwatch.test")


def test_a_text_line_has_level_logger_and_message(capsys: pytest.CaptureFixture[str]):
    configure_logs("info", "text")
    log.info("video %s was uploaded", "a")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "INFO    onwatch.test: video a was uploaded" in printed.err


def test_a_json_line_is_one_object(capsys: pytest.CaptureFixture[str]):
    configure_logs("info", "json")
    log.warning("video %s\nis odd", "a")
    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert (fields["level"], fields["logger"], fields["message"]) == ("warning", "onwatch.test", "video a\nis odd")
    assert datetime.fromisoformat(fields["time"]).utcoffset() == timedelta(0)
    assert re.fullmatch(r".*:\d\d\.\d{3}\+00:00", fields["time"])
    assert "exception" not in fields
    assert "trace_id" not in fields


def test_a_json_line_names_the_service_and_what_the_work_is_about(capsys: pytest.CaptureFixture[str]):
    configure_logs("info", "json", "detector")
    with span("work", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", video_id="v1", run_id="r1"):
        log.info("begun")
    fields = json.loads(capsys.readouterr().err)
    assert (fields["service"], fields["video_id"], fields["run_id"]) == ("detector", "v1", "r1")
    assert fields["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_json_line_carries_the_traceback(capsys: pytest.CaptureFixture[str]):
    configure_logs("info", "json")
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError:
        log.exception("the sum failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: by zero" in json.loads(line)["exception"]


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]):
    configure_logs("warning", "text")
    log.info("quiet")
    assert capsys.readouterr().err == ""


def test_requests_are_not_logged(capsys: pytest.CaptureFixture[str]):
    configure_logs("debug", "text")
    logging.getLogger("uvicorn.access").info("GET / 200")
    logging.getLogger("uvicorn.error").info("Started server process [1]")
    logging.getLogger("uvicorn.websocket").info("WebSocket /ws 403")
    logging.getLogger("httpx").info("GET / 200")
    assert capsys.readouterr().err == ""


def test_a_request_cannot_forge_lines_or_send_escapes_to_the_terminal(capsys: pytest.CaptureFixture[str]):
    configure_logs("info", "text")
    log.info("GET /%s", "a\r\n12:00:00 ERROR\x1b[2J\u202e")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(r"GET /a\x0d\x0a12:00:00 ERROR\x1b[2J\x202e")


def test_configuring_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]):
    configure_logs("info", "text")
    configure_logs("info", "text")
    log.info("once")
    assert capsys.readouterr().err.count("once") == 1
