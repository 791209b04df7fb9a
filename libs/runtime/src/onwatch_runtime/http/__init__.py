"""Serves HTTP: the server of a process, its front end, health and metrics, and errors as problem documents."""

from onwatch_runtime.http.front_end import FrontEnd, Phase
from onwatch_runtime.http.health import Check, failure_of_check, health_routes
from onwatch_runtime.http.metrics import RegistryCollector
from onwatch_runtime.http.problems import ProblemError, install_problem_handlers, problem_response
from onwatch_runtime.http.server import HttpServer, http_server, serving

__all__ = [
    "Check",
    "FrontEnd",
    "HttpServer",
    "Phase",
    "ProblemError",
    "RegistryCollector",
    "failure_of_check",
    "health_routes",
    "http_server",
    "install_problem_handlers",
    "problem_response",
    "serving",
]
