"""Serves HTTP: the server of a process, its front end, health and metrics, and errors as problem documents."""

from onwatch_runtime.http.api import Api, documented
from onwatch_runtime.http.body_limit import BodyLimit, BodyTooLarge
from onwatch_runtime.http.connections import RequestTimeouts, send_now_of
from onwatch_runtime.http.front_end import FrontEnd, Phase
from onwatch_runtime.http.health import Check, check_metrics, failure_of_check, ops_app
from onwatch_runtime.http.metrics import RegistryCollector
from onwatch_runtime.http.moments import Moment
from onwatch_runtime.http.problems import (
    InvalidRequest,
    ProblemError,
    install_problem_handlers,
    problem_response,
    to_response,
)
from onwatch_runtime.http.request_metrics import RequestMetrics
from onwatch_runtime.http.server import UNUSED_CONNECTION_S, HttpServer, http_server, serving
from onwatch_runtime.http.service_secret import service_headers, services_only

__all__ = [
    "UNUSED_CONNECTION_S",
    "Api",
    "BodyLimit",
    "BodyTooLarge",
    "Check",
    "FrontEnd",
    "HttpServer",
    "InvalidRequest",
    "Moment",
    "Phase",
    "ProblemError",
    "RegistryCollector",
    "RequestMetrics",
    "RequestTimeouts",
    "check_metrics",
    "documented",
    "failure_of_check",
    "http_server",
    "install_problem_handlers",
    "ops_app",
    "problem_response",
    "send_now_of",
    "service_headers",
    "services_only",
    "serving",
    "to_response",
]
