"""Serves HTTP: the server of a process, its front end, health and metrics, and errors as problem documents."""

from onwatch_runtime.http.api import Api, documented
from onwatch_runtime.http.body_limit import BodyLimit, BodyTooLarge
from onwatch_runtime.http.connections import RequestTimeouts
from onwatch_runtime.http.front_end import FrontEnd, Phase
from onwatch_runtime.http.health import Check, failure_of_check, health_routes
from onwatch_runtime.http.metrics import RegistryCollector
from onwatch_runtime.http.problems import (
    InvalidRequest,
    ProblemError,
    install_problem_handlers,
    problem_response,
    to_response,
)
from onwatch_runtime.http.server import HttpServer, http_server, serving

__all__ = [
    "Api",
    "BodyLimit",
    "BodyTooLarge",
    "Check",
    "FrontEnd",
    "HttpServer",
    "InvalidRequest",
    "Phase",
    "ProblemError",
    "RegistryCollector",
    "RequestTimeouts",
    "documented",
    "failure_of_check",
    "health_routes",
    "http_server",
    "install_problem_handlers",
    "problem_response",
    "serving",
    "to_response",
]
