"""The whole system at a glance: asks the ports for operators of all processes, and says what is wrong."""

from onwatch_runtime.overview.endpoints import ask, ask_app, base_url
from onwatch_runtime.overview.problems import problems_of
from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.samples import Sample, Samples
from onwatch_runtime.overview.status import status_of
from onwatch_runtime.overview.system import SERVICES, DeadLetterCounts, System, system_of

__all__ = [
    "SERVICES",
    "DeadLetterCounts",
    "Process",
    "Sample",
    "Samples",
    "System",
    "ask",
    "ask_app",
    "base_url",
    "problems_of",
    "status_of",
    "system_of",
]
